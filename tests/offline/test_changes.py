"""``score --changed``: the same tables as a full run, for every kind of change."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tiny_scoring import home_with_models, rows, score_tiny, tables

from bookrec.files import write_pointer
from bookrec.offline.dataset import Dataset, load_dataset, make_dataset, reader_sort_key
from bookrec.settings import Home

pytestmark = pytest.mark.slow


def remade(dataset: Dataset, readers: pd.DataFrame, interactions: pd.DataFrame) -> Dataset:
    """The same books with other readers and interactions; readers named by ``user_id``."""
    order = sorted(range(len(readers)), key=lambda i: reader_sort_key(readers["user_id"].iloc[i]))
    readers = readers.iloc[order].reset_index(drop=True)
    place = pd.Index(readers["user_id"]).get_indexer(interactions["user_id"])
    assert (place >= 0).all()
    interactions = interactions.assign(reader_idx=place).sort_values(["reader_idx", "book_idx"])
    return make_dataset(
        readers, dataset.books, interactions, layout="book-crossing", rating_max=10, source="",
        files={}, sample=True,
    )  # fmt: skip


def parts(dataset: Dataset) -> tuple[pd.DataFrame, pd.DataFrame]:
    names = dataset.readers["user_id"].to_numpy()
    interactions = dataset.interactions
    return dataset.readers, interactions.assign(user_id=names[interactions["reader_idx"]])


def busy(dataset: Dataset, place: int) -> str:
    """The ``user_id`` of one of the readers with the most books."""
    counts = dataset.interactions["reader_idx"].value_counts(sort=True)
    return str(dataset.readers["user_id"].iloc[int(counts.index[place])])


def unread_by(interactions: pd.DataFrame, user_id: str) -> int:
    own = set(interactions.loc[interactions["user_id"] == user_id, "book_idx"])
    counts = interactions["book_idx"].value_counts()
    return next(int(book) for book in counts.index if book not in own)


def row(user_id: str, book: int, rating: int) -> pd.DataFrame:
    content = {"user_id": [user_id], "book_idx": [book], "rating": [rating], "timestamp": [pd.NA]}
    return pd.DataFrame(content).astype({"rating": "int8", "timestamp": "Int64"})


def nothing(dataset: Dataset) -> Dataset:
    return dataset


def new_reader(dataset: Dataset) -> Dataset:
    """Sorts between the others, so that every later reader gets another number."""
    readers, interactions = parts(dataset)
    middle = f"{int(readers['user_id'].iloc[len(readers) // 2])}"
    user_id = next(
        str(n) for n in range(int(middle), 10**9) if str(n) not in set(readers["user_id"])
    )
    new = pd.DataFrame({"user_id": [user_id], "age": [31], "location": [""]})
    readers = pd.concat([readers, new.astype(readers.dtypes)], ignore_index=True)
    new_rows = [row(user_id, book, rating) for book, rating in ((3, 9), (17, 0), (40, 4))]
    return remade(dataset, readers, pd.concat([interactions, *new_rows]))


def reader_without_books(dataset: Dataset) -> Dataset:
    readers, interactions = parts(dataset)
    new = pd.DataFrame({"user_id": ["shop:1"], "age": [None], "location": [""]})
    return remade(dataset, pd.concat([readers, new.astype(readers.dtypes)]), interactions)


def reader_gone(dataset: Dataset) -> Dataset:
    readers, interactions = parts(dataset)
    user_id = busy(dataset, 1)
    return remade(
        dataset, readers[readers["user_id"] != user_id],
        interactions[interactions["user_id"] != user_id],
    )  # fmt: skip


def new_rating(dataset: Dataset) -> Dataset:
    readers, interactions = parts(dataset)
    user_id = busy(dataset, 0)
    new = row(user_id, unread_by(interactions, user_id), 10)
    return remade(dataset, readers, pd.concat([interactions, new]))


def changed_rating(dataset: Dataset) -> Dataset:
    readers, interactions = parts(dataset)
    first = interactions.index[interactions["rating"] >= 7][0]
    interactions.loc[first, "rating"] = 1
    return remade(dataset, readers, interactions)


def deleted(dataset: Dataset) -> Dataset:
    readers, interactions = parts(dataset)
    gone = interactions.index[interactions["user_id"] == busy(dataset, 2)][4]
    return remade(dataset, readers, interactions.drop(index=gone))


def all_deleted(dataset: Dataset) -> Dataset:
    readers, interactions = parts(dataset)
    return remade(dataset, readers, interactions[interactions["user_id"] != busy(dataset, 3)])


def other_age(dataset: Dataset) -> Dataset:
    readers, interactions = parts(dataset)
    readers = readers.copy()
    at = readers.index[readers["user_id"] == busy(dataset, 0)]
    readers.loc[at, "age"] = 70 if not readers.loc[at, "age"].eq(70).any() else 16
    return remade(dataset, readers, interactions)


def book_without_readers(dataset: Dataset) -> Dataset:
    """Its neighbours come from content then."""
    readers, interactions = parts(dataset)
    rarest = int(interactions["book_idx"].value_counts().index[-1])
    return remade(dataset, readers, interactions[interactions["book_idx"] != rarest])


CHANGES = [
    nothing, new_reader, reader_without_books, reader_gone, new_rating, changed_rating, deleted,
    all_deleted, other_age, book_without_readers,
]  # fmt: skip


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
    published: dict[str, Path], tiny_home: Home, tiny_bundles: dict[str, Any], tmp_path: Path,
    preset: str, change: Callable[[Dataset], Dataset],
):  # fmt: skip
    model_id = tiny_bundles[preset].model_id
    changed = change(load_dataset(tiny_home))
    said: list[str] = []
    home = home_with(published[preset], tiny_home, tmp_path / "some")
    some = score_tiny(home, model_id, changed, changed=True, per_shard=16, say=said.append)
    assert said[0].startswith(f"changed since {published[preset].name}: "), said
    made = lists_made(said)
    assert made.get("readers", 0) <= 3
    if change is nothing:
        assert made == {}
    else:
        assert changed.digest != load_dataset(tiny_home).digest
    full = score_tiny(home_with_models(tiny_home, tmp_path / "full"), model_id, changed)
    expected = tables(full)
    for table, found in tables(some).items():
        assert found == expected[table], table
    assert some != published[preset]


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
        home, tiny_bundles["default"].model_id, remade(dataset, readers, interactions),
        changed=True, say=said.append,
    )  # fmt: skip
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
    published: dict[str, Path], tiny_home: Home, tiny_bundles: dict[str, Any], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, what: str, settings: dict[str, Any], reason: str,
):  # fmt: skip
    from bookrec.offline import scoring

    dataset = load_dataset(tiny_home)
    preset = "classic" if what == "model" else "default"
    home = home_with(published["default"], tiny_home, tmp_path)
    if what == "catalogue":
        titles = dataset.books["title"].where(np.arange(dataset.n_books) != 3, "Another Title")
        dataset = make_dataset(
            dataset.readers, dataset.books.assign(title=titles), dataset.interactions,
            layout="book-crossing", rating_max=10, source="", files={},
        )  # fmt: skip
    if what == "format":
        monkeypatch.setattr(scoring, "SCORING_FORMAT", 999)
    if what == "nothing published":
        (home.snapshots / "current").unlink()
    said: list[str] = []
    score_tiny(
        home, tiny_bundles[preset].model_id, dataset, changed=True, say=said.append, **settings
    )
    assert re.search(f"everything is scored: .*{reason}", said[0]), said[0]
    assert lists_made(said)["readers"] == len(dataset.interactions["reader_idx"].unique())
