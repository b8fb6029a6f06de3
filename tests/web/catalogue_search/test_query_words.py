"""Words that a typed word may mean."""

from __future__ import annotations

from bookrec.web.catalogue_search.query_words import known_words, merged, neighbours, splits
from bookrec.web.store.snapshot_reader import Snapshot


def test_known_words(small_snapshot: Snapshot) -> None:
    assert known_words(small_snapshot, ["emma", "austen", "zzz"]) == {"emma": 1, "austen": 4}


def test_neighbours_cost_more_the_further_they_are(small_snapshot: Snapshot) -> None:
    costs = neighbours(small_snapshot, "dracual")
    assert costs == {"dracula": 1.0}
    emma = neighbours(small_snapshot, "emma")
    assert emma["emma"] == 0.0
    assert neighbours(small_snapshot, "rmma")["emma"] > 1.0  # another first letter
    assert neighbours(small_snapshot, "zzzzz") == {}


def test_splits(small_snapshot: Snapshot) -> None:
    assert ("big", "sleep") in splits(small_snapshot, "bigsleep")
    assert ("j", "k", "rowling") in splits(small_snapshot, "jkrowling") or (
        "jk",
        "rowling",
    ) in splits(small_snapshot, "jkrowling")
    assert splits(small_snapshot, "zzzzzzzz") == []
    assert splits(small_snapshot, "a" * 100) == []


def test_neighbours_that_are_one_word(small_snapshot: Snapshot) -> None:
    assert merged(small_snapshot, ["franken", "stein", "shelley"]) == [["frankenstein", "shelley"]]
