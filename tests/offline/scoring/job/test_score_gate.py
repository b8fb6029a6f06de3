"""The quality gate of ``score``: what is refused, what stays published, and how to accept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bookrec.errors import QualityGateRefused
from bookrec.files import read_pointer, versions
from bookrec.offline.scoring.shelf import gate
from bookrec.settings import Home
from command_line import bookrec_in_process
from gate_snapshots import build_instead, lists_of, score_hand_made
from small_dataset import small_dataset
from small_snapshots import IDS, add
from tiny_scoring import rows


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home in which the first night's snapshot is published."""
    home = Home(tmp_path)
    add(home.snapshots, IDS[0])
    return home


def test_one_first_book_for_all_is_refused_and_the_published_snapshot_stays(
    home: Home, monkeypatch: pytest.MonkeyPatch
):
    build_instead(monkeypatch, lists_of(one_first=True))
    lines: list[str] = []
    with pytest.raises(QualityGateRefused) as refused:
        score_hand_made(home, small_dataset(), lines)
    assert refused.value.exit_code == 3
    assert "100.0% of 60 readers have the same first book, 'Book 50'" in str(refused.value)
    assert f"Snapshot {IDS[0]} stays published" in str(refused.value)
    assert "--accept" in str(refused.value)
    assert read_pointer(home.snapshots) == IDS[0]
    assert versions(home.snapshots) == [IDS[0]]
    assert any("readers with the commonest first book" in line for line in lines)
    assert not any(line.startswith("published") for line in lines)


def test_a_first_snapshot_that_is_refused_leaves_nothing_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    build_instead(monkeypatch, lists_of(one_first=True))
    with pytest.raises(QualityGateRefused, match="Nothing is published yet"):
        score_hand_made(Home(tmp_path), small_dataset(), [])
    assert versions(Home(tmp_path).snapshots) == []


def test_refused_lists_are_published_once_they_are_accepted(
    home: Home, monkeypatch: pytest.MonkeyPatch
):
    build_instead(monkeypatch, lists_of(one_first=True))
    with pytest.raises(QualityGateRefused):
        score_hand_made(home, small_dataset(), [])
    lines: list[str] = []
    snapshot_id = score_hand_made(home, small_dataset(), lines, accept=True)
    assert read_pointer(home.snapshots) == snapshot_id
    assert lines[0].startswith("accepted: 100.0% of 60 readers have the same first book")


def test_good_lists_are_published(home: Home, monkeypatch: pytest.MonkeyPatch):
    build_instead(monkeypatch, lists_of())
    assert read_pointer(home.snapshots) == IDS[0]
    assert score_hand_made(home, small_dataset(), []) == read_pointer(home.snapshots) != IDS[0]


def of_one_book(home: Home, bundle: Any) -> str:
    """Save a copy of a bundle whose lists all begin with its least read book; return its id."""
    from bookrec.offline.models.bundle.bundle_files import load_bundle, save_bundle

    loaded = load_bundle(home, bundle.model_id)
    frozen = loaded.frozen_statistics
    offset = np.zeros_like(frozen.statistics.rating_mean, dtype=np.float32)
    offset[frozen.statistics.reader_count.argmin()] = 1_000
    manifest = {**loaded.manifest, "model_id": "default-of-one-book"}
    changed = replace(frozen, book_offset=offset)
    save_bundle(home, replace(loaded, frozen_statistics=changed, manifest=manifest))
    return "default-of-one-book"


@pytest.mark.slow
def test_a_model_of_one_book_is_refused_by_the_command(
    tiny_bundles: dict[str, Any], tiny_home_copy: Home, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(gate, "MIN_BOOKS", 90)
    home = tiny_home_copy
    command = ("score", "--model", of_one_book(home, tiny_bundles["default"]), "--workers", "0")
    result = bookrec_in_process(home, *command)
    assert result.returncode == 3, result.stdout + result.stderr
    assert "have the same first book" in result.stderr
    assert versions(home.snapshots) == []
    again = bookrec_in_process(home, *command, "--accept")
    assert again.returncode == 0, again.stderr
    assert "going on: ranker compiled" in again.stdout, "the shards of the first run serve"
    published = read_pointer(home.snapshots)
    assert published is not None
    first = [book for _, rank, book, _ in rows(home.snapshots / published, "user_top") if rank == 1]
    assert len(first) > 100
    assert max(first.count(book) for book in first) > 0.9 * len(first)
