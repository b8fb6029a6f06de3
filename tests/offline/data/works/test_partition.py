"""Disjoint sets."""

from __future__ import annotations

from bookrec.offline.data.works.partition import Partition


def test_sets_are_named_by_their_earliest_item():
    sets = Partition("dacbe")
    sets.join("e", "b")
    sets.join("c", "e")
    assert sets.groups() == [["d"], ["a"], ["c", "b", "e"]]
    assert sets.root("b") == "c"
    sets.join_all(["b", "a"])
    assert [sets.root(item) for item in "dacbe"] == ["d", "a", "a", "a", "a"]
