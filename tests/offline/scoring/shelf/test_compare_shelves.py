"""Figures stored in a snapshot, measured for an older one, and missing for a damaged one."""

from __future__ import annotations

from pathlib import Path

from bookrec.files import write_pointer
from bookrec.offline.scoring.job.tables.snapshot_writer import add_meta
from bookrec.offline.scoring.shelf.compare_shelves import (
    comparison_lines,
    published_shelf,
    shelf_of,
)
from bookrec.offline.scoring.shelf.shelf import META_KEY, Shelf
from small_snapshots import IDS, add, fill


def test_an_older_snapshot_is_measured(tmp_path: Path):
    shelf = shelf_of(add(tmp_path, IDS[0]))
    # Lists: Dracula, Wuthering Heights; Wuthering Heights.
    assert (shelf.commonest, shelf.commonest_title) == (1.0, "Wuthering Heights")
    assert published_shelf(tmp_path) == shelf


def test_stored_figures_are_read_and_not_measured_again(tmp_path: Path):
    shelf = Shelf.from_json(shelf_of(add(tmp_path, IDS[0])).to_json())
    assert shelf is not None
    (tmp_path / IDS[1]).mkdir()
    fill(tmp_path / IDS[1], IDS[1], "delete from user_top")
    add_meta(tmp_path / IDS[1], {META_KEY: shelf.to_json()})
    assert shelf_of(tmp_path / IDS[1]) == shelf


def test_nothing_published_and_a_damaged_one_are_dashes(tmp_path: Path):
    new = add(tmp_path, IDS[0], publish=False)
    assert published_shelf(tmp_path) is None
    write_pointer(tmp_path, IDS[1])  # not there
    assert published_shelf(tmp_path) is None
    lines = list(comparison_lines(new, published_shelf(tmp_path)))
    assert lines[0].split()[-2:] == ["new", "published"]
    assert "readers with the commonest book in 20" in lines[3]
    assert lines[3].split()[-2:] == ["100.00%", "–"]
    damaged = add(tmp_path, IDS[2]) / "snapshot.sqlite"
    damaged.chmod(0o644)
    damaged.write_bytes(damaged.read_bytes()[:4096] + b"\xff" * 20_000)
    assert published_shelf(tmp_path) is None
