"""Snapshots of arms: whether their lists fit, and which must stay."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bookrec.errors import ShopError
from bookrec.settings import Home
from bookrec.shop.experiments.arm_snapshots import (
    SnapshotMatch,
    check_arms,
    match_snapshot,
    missing_snapshots,
    snapshots_in_use,
)
from bookrec.shop.experiments.experiments import create_experiment, stop_experiment
from selling import in_shop
from small_snapshots import IDS, add, fill

STRANGERS = "update reader set user_id = 'x' || user_id;"
OTHER_BOOKS = "update book set isbn = 'x' || isbn;"


def test_lists_are_compared_with_the_published_catalogue(tmp_path: Path):
    add(tmp_path, IDS[0], change="update book set isbn = 'gone' where book_id = 3;")
    add(tmp_path, IDS[1], change="delete from reader where reader_id = 2;")
    match = match_snapshot(tmp_path, IDS[0])
    assert match == SnapshotMatch(IDS[0], 2, 1, 2, 1)
    assert match.left_out == 1
    arms = {"a": {}, "b": {"snapshot": IDS[0]}, "c": {"snapshot": IDS[0], "diversity": "1"}}
    assert check_arms(tmp_path, arms) == [match]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (STRANGERS, "of its 2 readers with a list the published snapshot knows 0"),
        (OTHER_BOOKS, "of its 2 listed books the catalogue has 0"),
        ("delete from user_top;", "has no readers' lists"),
        ("update meta set value = '1' where key = 'schema_version';", "schema version 1"),
    ],
)
def test_what_cannot_be_an_arm_is_refused_in_a_sentence(tmp_path: Path, change: str, sentence: str):
    add(tmp_path, IDS[1])
    add(tmp_path, IDS[0], publish=False)
    database = tmp_path / IDS[0] / "snapshot.sqlite"
    database.unlink()
    fill(tmp_path / IDS[0], IDS[0], change)
    with pytest.raises(ShopError, match=sentence):
        match_snapshot(tmp_path, IDS[0])


def test_a_missing_one_is_named(tmp_path: Path):
    add(tmp_path, IDS[1])
    with pytest.raises(ShopError, match=f"There is no snapshot {IDS[0]}.*snapshots list"):
        match_snapshot(tmp_path, IDS[0])
    arms = {"a": {"snapshot": IDS[1]}, "b": {"snapshot": IDS[0]}}
    assert missing_snapshots(tmp_path, arms) == {"b": IDS[0]}


def test_the_running_experiment_keeps_its_snapshots(tmp_path: Path):
    home = Home(tmp_path)
    assert snapshots_in_use(home.shop_database) == frozenset()
    arms = {"a": {}, "b": {"snapshot": IDS[0]}}
    in_shop(home, lambda c: create_experiment(c, "duel", arms, 50))
    assert snapshots_in_use(home.shop_database) == {IDS[0]}
    in_shop(home, lambda c: stop_experiment(c, "duel"))
    assert snapshots_in_use(home.shop_database) == frozenset()
    shutil.rmtree(home.shop_database.parent)
    home.shop_database.parent.mkdir()
    home.shop_database.write_bytes(b"no database" * 100)
    with pytest.raises(ShopError, match="none is removed; restore it"):
        snapshots_in_use(home.shop_database)
