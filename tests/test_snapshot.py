"""Building, checking, publishing and pruning snapshots, on real SQLite files."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bookrec import snapshot as snapshots
from bookrec.errors import NoSnapshot, SnapshotError
from bookrec.files import read_pointer, versions, write_pointer
from small_snapshots import IDS, add, fill


def test_ids_sort_by_time_and_differ():
    moment = datetime(2026, 11, 2, 4, 5, 6, tzinfo=UTC)
    one, two = (snapshots.new_snapshot_id(moment) for _ in range(2))
    assert one.startswith("20261102T040506Z-")
    assert one != two


def test_a_snapshot_that_meets_its_constraints_is_published(tmp_path: Path):
    directory = add(tmp_path, IDS[0])
    assert snapshots.current_snapshot(tmp_path) == directory
    assert (directory / snapshots.DATABASE_NAME).stat().st_mode & 0o222 == 0
    with contextlib.closing(snapshots.open_database(directory)) as connection:
        meta = snapshots.read_meta(connection)
        assert meta["snapshot_id"] == IDS[0]
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("delete from book")


BROKEN = {
    "own books": "insert into user_top values (1, 3, 1, 0.1)",
    "already has": "insert into user_top values (2, 2, 4, 0.1)",
    "one edition of a work": "insert into user_top values (1, 3, 4, 0.1)",
    "in its own similar_top": "insert into similar_top values (3, 3, 4, 0.1)",
    "without gaps in user_top": "insert into user_top values (1, 4, 5, 0.1)",
    "without gaps in similar_top": "update similar_top set rank = 2 where book_id = 4",
    "books of the catalogue": "insert into similar_top values (4, 2, 99, 0.1)",
    "do not rise with rank": "update user_top set score = 0.95 where reader_id = 1 and rank = 2",
    "segment 'all'": "update popular_top set segment = '65+'",
}


@pytest.mark.parametrize("promise", BROKEN)
def test_each_violated_constraint_is_refused_and_leaves_nothing(tmp_path: Path, promise: str):
    with (
        pytest.raises(SnapshotError, match=promise),
        snapshots.building(tmp_path, IDS[0]) as staging,
    ):
        fill(staging, IDS[0], BROKEN[promise])
    assert list(tmp_path.iterdir()) == []


def test_every_constraint_has_a_test():
    assert len(BROKEN) == len(snapshots._VIOLATIONS)


def test_a_damaged_file_is_a_sentence(tmp_path: Path):
    directory = add(tmp_path, IDS[0])
    path = directory / snapshots.DATABASE_NAME
    path.chmod(0o644)
    path.write_bytes(b"not a database at all, but long enough to be looked at" * 100)
    with pytest.raises(SnapshotError, match=r"not a readable snapshot.*rollback"):
        snapshots.check_structure(directory)
    assert "not a readable snapshot" in snapshots.list_snapshots(tmp_path)[0].meta["error"]


def test_a_database_damaged_inside_fails_its_check(tmp_path: Path):
    path = add(tmp_path, IDS[0]) / snapshots.DATABASE_NAME
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    place = content.rindex(b"Wuthering")  # the last copy: a cell of the table or of the index
    content[place - 40 : place] = b"\xff" * 40
    path.write_bytes(content)
    with pytest.raises(SnapshotError):
        snapshots.check_structure(path.parent)


def test_another_schema_version_is_refused_with_both_numbers(tmp_path: Path):
    fill(tmp_path, IDS[0], "update meta set value = '7' where key = 'schema_version'")
    with pytest.raises(SnapshotError, match=f"version 7, this bookrec reads {2}.*bookrec score"):
        snapshots.open_database(tmp_path)


def test_a_missing_database_is_a_sentence_and_is_not_created(tmp_path: Path):
    with pytest.raises(SnapshotError, match=r"snapshot\.sqlite is missing"):
        snapshots.open_database(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_nothing_published(tmp_path: Path):
    with pytest.raises(NoSnapshot, match="run 'bookrec score' first"):
        snapshots.current_snapshot(tmp_path)


@pytest.mark.parametrize("name", [IDS[1], "..", "/etc", "../" + IDS[0]])
def test_a_pointer_to_what_is_not_there(tmp_path: Path, name: str):
    add(tmp_path, IDS[0])
    write_pointer(tmp_path, name)
    with pytest.raises(SnapshotError, match=r"which is not there.*rollback"):
        snapshots.current_snapshot(tmp_path)


@pytest.mark.parametrize("name", [IDS[1], ".", "../x", ""])
def test_only_a_known_snapshot_is_published(tmp_path: Path, name: str):
    add(tmp_path, IDS[0])
    with pytest.raises(SnapshotError, match=f"There is no snapshot .*known: {IDS[0]}"):
        snapshots.publish(tmp_path, name)
    assert read_pointer(tmp_path) == IDS[0]


def test_a_snapshot_that_broke_since_is_not_published(tmp_path: Path):
    good, bad = add(tmp_path, IDS[0]), add(tmp_path, IDS[1], publish=False)
    (bad / snapshots.DATABASE_NAME).unlink()
    fill(bad, IDS[1], BROKEN["own books"])
    with pytest.raises(SnapshotError, match="own books"):
        snapshots.publish(tmp_path, IDS[1])
    assert snapshots.current_snapshot(tmp_path) == good


def test_an_open_connection_survives_publishing_and_pruning(tmp_path: Path):
    old = add(tmp_path, IDS[0])
    with contextlib.closing(snapshots.open_database(old)) as held:
        add(tmp_path, IDS[1])
        assert snapshots.prune(tmp_path, keep=1) == [IDS[0]]
        assert held.execute("select count(*) from book").fetchone() == (5,)
    assert versions(tmp_path) == [IDS[1]]


def test_listing_names_the_current_one(tmp_path: Path):
    for name in IDS:
        add(tmp_path, name)
    write_pointer(tmp_path, IDS[1])
    found = snapshots.list_snapshots(tmp_path)
    assert [(info.snapshot_id, info.current) for info in found] == [
        (IDS[0], False),
        (IDS[1], True),
        (IDS[2], False),
    ]
    assert found[0].meta["preset"] == "default"
    assert found[0].size_bytes == (tmp_path / IDS[0] / snapshots.DATABASE_NAME).stat().st_size


@pytest.mark.parametrize(
    ("keep", "removed"), [(1, [IDS[1]]), (2, []), (3, []), (9, []), (0, [IDS[1], IDS[2]])]
)
def test_pruning_never_removes_the_current_one(tmp_path: Path, keep: int, removed: list[str]):
    for name in IDS:
        add(tmp_path, name)
    write_pointer(tmp_path, IDS[0])
    assert snapshots.prune(tmp_path, keep) == removed
    assert snapshots.current_snapshot(tmp_path).name == IDS[0]


def test_pruning_leaves_what_an_experiment_needs(tmp_path: Path):
    for name in IDS:
        add(tmp_path, name)
    assert snapshots.prune(tmp_path, 1, {IDS[0], "20260101T000000Z-ffffffff"}) == [IDS[1]]


def test_pruning_touches_nothing_but_snapshots_and_what_a_killed_run_left(tmp_path: Path):
    for name in IDS:
        add(tmp_path, name)
    for name in ("0-notes", "backup", f".{IDS[0]}.0123abcd"):
        (tmp_path / name).mkdir()
    os.utime(tmp_path / f".{IDS[0]}.0123abcd", (0, 0))
    assert snapshots.prune(tmp_path, keep=1) == [IDS[0], IDS[1]]
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["0-notes", IDS[2], "backup", "current"]
