"""The columns of a data set as a model made elsewhere may want them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bookrec.offline.data.dataset import Dataset

Side = Literal["reader", "book"]
Counted = Literal["explicit", "all"]
"""Which interactions are counted: those with a rating, or also those without, as ratings of 0."""

Doubles = NDArray[np.float64]

READER_COLUMNS: Final = (
    "user_id",
    "age",
    "location",
    "country",
    "reader_rating_mean",
    "reader_rating_count",
)
BOOK_COLUMNS: Final = (
    "isbn",
    "title",
    "author",
    "publisher",
    "year",
    "rating_mean",
    "rating_count",
)
STATISTICS: Final = frozenset(
    {"reader_rating_mean", "reader_rating_count", "rating_mean", "rating_count"}
)
"""Columns that are counted from the interactions."""

IDENTITIES: Final = frozenset({"user_id", "isbn"})


def side_of(column: str) -> Side:
    """Which side a column belongs to."""
    return "reader" if column in READER_COLUMNS else "book"


def texts(dataset: Dataset, column: str) -> list[str]:
    """[readers] or [B] a column as texts, "" where it is not known.

    Args:
        column: one that is not counted.
    """
    if column == "country":
        return [place.rpartition(",")[2].strip() for place in dataset.readers["location"]]
    if column in ("age", "year"):
        table = dataset.readers if column == "age" else dataset.books
        return ["" if pd.isna(value) else str(int(value)) for value in table[column]]
    table = dataset.readers if column in READER_COLUMNS else dataset.books
    return [str(value) for value in table[column]]


def numbers(values: Sequence[str]) -> Doubles:
    """Parse texts as numbers, [n]; NaN where a text is none.

    An id of another source (``ml:357``) counts without its prefix.
    """
    bare = pd.Series([value.rpartition(":")[2] for value in values], dtype="object")
    return pd.to_numeric(bare, errors="coerce").to_numpy(dtype=np.float64)


def statistics(dataset: Dataset, column: str, counted: Counted) -> Doubles:
    """[readers] or [B] a counted column, on the source's own scale; NaN for a mean of nothing."""
    table = dataset.interactions
    rating = table["rating"].to_numpy(np.float64)
    kept = rating > 0 if counted == "explicit" else np.ones(len(rating), dtype=bool)
    of_reader = column in READER_COLUMNS
    key = table["reader_idx" if of_reader else "book_idx"].to_numpy(np.int64)[kept]
    size = dataset.n_readers if of_reader else dataset.n_books
    count = np.bincount(key, minlength=size).astype(np.float64)
    if column.endswith("count"):
        return count
    total = np.bincount(key, weights=rating[kept], minlength=size)

    with np.errstate(invalid="ignore"):
        return np.asarray(total / count)


def both_ways(dataset: Dataset, column: str) -> Mapping[Counted, Doubles]:
    """A counted column, counted either way."""
    ways: tuple[Counted, ...] = ("explicit", "all")
    return {way: statistics(dataset, column, way) for way in ways}
