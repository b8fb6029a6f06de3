"""``score --changed``: the same tables as a full run, for every kind of change."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bookrec.files import write_pointer
from bookrec.offline.data.dataset import Dataset, load_dataset, make_dataset
from bookrec.offline.scoring.shelf.compare_shelves import shelf_of
from bookrec.settings import Home
from dataset_changes import (
    all_deleted,
    book_without_readers,
    changed_rating,
    deleted,
    new_rating,
    new_reader,
    other_age,
    parts,
    reader_gone,
    reader_without_books,
    remade,
)
from tiny_scoring import home_with_models, rows, score_tiny, tables

pytestmark = pytest.mark.slow


CHANGES = [
    new_reader,
    reader_without_books,
    reader_gone,
    new_rating,
    changed_rating,
    deleted,
    all_deleted,
    other_age,
    book_without_readers,
]


@pytest.fixture(scope="module")
def published(
    tiny_home: Home, tiny_bundles: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """The tiny data set's snapshot, for each preset."""
    dataset = load_dataset(tiny_home)
    return {
        preset: score_tiny(
            home_with_models(tiny_home, tmp_path_factory.mktemp(preset)), bundle.model_id, dataset
        )
        for preset, bundle in tiny_bundles.items()
    }


def home_with(published: Path, tiny_home: Home, root: Path) -> Home:
    home = home_with_models(tiny_home, root)
    shutil.copytree(published, home.snapshots / published.name)
    write_pointer(home.snapshots, published.name)
    return home


def lists_made(said: list[str]) -> dict[str, int]:
    """Stage → lists, from what the run said."""
    found = (re.match(r"(readers|neighbours.*): ([\d,]+) lists", line) for line in said)
    return {m[1]: int(m[2].replace(",", "")) for m in found if m}


@pytest.mark.parametrize(
    ("preset", "change"),
    [("default", change) for change in CHANGES]
    # The ranker that knows readers by id: known ones, new ones, and everybody renumbered.
    + [("classic", change) for change in (new_reader, new_rating, other_age)],
)
def test_the_tables_equal_those_of_a_full_run(
    published: dict[str, Path],
    tiny_home: Home,
    tiny_bundles: dict[str, Any],
    tmp_path: Path,
    preset: str,
    change: Callable[[Dataset], Dataset],
):
    model_id = tiny_bundles[preset].model_id
    changed = change(load_dataset(tiny_home))
    said: list[str] = []
    home = home_with(published[preset], tiny_home, tmp_path / "some")
    some = score_tiny(home, model_id, changed, changed=True, per_shard=16, progress=said.append)
    assert said[0].startswith(f"changed since {published[preset].name}: "), said
    made = lists_made(said)
    assert made.get("readers", 0) <= 3
    assert changed.digest != load_dataset(tiny_home).digest
    full = score_tiny(home_with_models(tiny_home, tmp_path / "full"), model_id, changed)
    expected = tables(full)
    for table, found in tables(some).items():
        assert found == expected[table], table
    assert some != published[preset]
    assert shelf_of(some) == shelf_of(full)
    (head,) = (place for place, line in enumerate(said) if line.startswith("first 20 places"))
    assert said[head - 1] == f"published {some.name}"
    assert said[head].split()[-2:] == ["new", "published"]
    before = shelf_of(published[preset]).distinct
    assert f"distinct books {shelf_of(some).distinct} {before}".split() in map(str.split, said)


def test_with_nothing_changed_nothing_is_published(
    published: dict[str, Path], tiny_home: Home, tiny_bundles: dict[str, Any], tmp_path: Path
):
    home = home_with(published["default"], tiny_home, tmp_path)
    model_id, dataset = tiny_bundles["default"].model_id, load_dataset(tiny_home)
    files = sorted(home.snapshots.iterdir())
    lines: list[str] = []
    directory = score_tiny(home, model_id, dataset, changed=True, progress=lines.append)
    assert directory.name == published["default"].name
    assert lines[-1] == f"nothing changed since {directory.name}; nothing is published"
    assert sorted(home.snapshots.iterdir()) == files
    other = score_tiny(home, model_id, dataset, changed=True, top=9, progress=lines.append)
    assert other.name != directory.name, "other settings make other lists"


def test_an_age_within_its_band_touches_nobody(
    published: dict[str, Path], tiny_home: Home, tiny_bundles: dict[str, Any], tmp_path: Path
):
    dataset = load_dataset(tiny_home)
    readers, interactions = parts(dataset)
    ages = readers["age"]
    at = ages.index[ages.between(26, 30)][0]
    readers = readers.assign(age=ages.where(ages.index != at, ages + 1))
    said: list[str] = []
    home = home_with(published["default"], tiny_home, tmp_path)
    directory = score_tiny(
        home,
        tiny_bundles["default"].model_id,
        remade(dataset, readers, interactions),
        changed=True,
        progress=said.append,
    )
    assert "0 of 120 readers, 0 of 90 books" in said[0]
    assert rows(directory, "reader")[at][2] == ages[at] + 1


@pytest.mark.parametrize(
    ("what", "settings", "reason"),
    [
        ("top", {"top": 9}, r"the length of the lists \(--top\) differ"),
        ("candidates", {"candidates": None}, r"the number of candidates \(--candidates\) differ"),
        ("model", {}, "the model differ"),
        ("catalogue", {}, "the catalogue differ"),
        ("format", {}, "the way this bookrec scores differ"),
        ("nothing published", {}, "No snapshot is published"),
    ],
)
def test_what_lists_depend_on_makes_everything_be_scored(
    published: dict[str, Path],
    tiny_home: Home,
    tiny_bundles: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
    settings: dict[str, Any],
    reason: str,
):
    from bookrec.offline.scoring.job import score as scoring

    dataset = load_dataset(tiny_home)
    preset = "classic" if what == "model" else "default"
    home = home_with(published["default"], tiny_home, tmp_path)
    if what == "catalogue":
        titles = dataset.books["title"].where(np.arange(dataset.n_books) != 3, "Another Title")
        dataset = make_dataset(
            dataset.readers,
            dataset.books.assign(title=titles),
            dataset.interactions,
            layout="book-crossing",
            rating_max=10,
            source="",
            files={},
        )
    if what == "format":
        monkeypatch.setattr(scoring, "SCORING_FORMAT", 999)
    if what == "nothing published":
        (home.snapshots / "current").unlink()
    said: list[str] = []
    score_tiny(
        home, tiny_bundles[preset].model_id, dataset, changed=True, progress=said.append, **settings
    )
    assert re.search(f"everything is scored: .*{reason}", said[0]), said[0]
    assert lists_made(said)["readers"] == len(dataset.interactions["reader_idx"].unique())
