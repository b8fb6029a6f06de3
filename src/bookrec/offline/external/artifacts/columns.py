"""Columns of a data set that are inputs of models made elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bookrec.offline.data.dataset import Dataset
from bookrec.offline.external.artifacts.history_column import HISTORIES, histories
from bookrec.offline.external.artifacts.joined_columns import joined, parts_of

Side = Literal["reader", "book"]
"""Side that a column belongs to."""
Counted = Literal["explicit", "all"]
"""Interactions that statistics count: those with a rating, or all, with 0 for a missing rating."""

Doubles = NDArray[np.float64]
"""A float64 array."""

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
    "category",
    "language",
    "rating_mean",
    "rating_count",
)
STATISTICS: Final = frozenset(
    {"reader_rating_mean", "reader_rating_count", "rating_mean", "rating_count"}
)
"""Columns computed from the interactions."""

IDENTITIES: Final = frozenset({"user_id", "isbn"})
"""Columns that identify a reader or book."""

_DETAILS: Final = ("category", "language")
"""Columns kept beside the books, for those that have them."""


def side_of(column: str) -> Side:
    """Return the side of a column, or of columns joined (`joined_columns`)."""
    return "reader" if parts_of(column)[0] in (*READER_COLUMNS, *HISTORIES) else "book"


def texts(dataset: Dataset, column: str) -> list[str]:
    """Return a column as texts, [readers] or [B]; "" = unknown.

    Args:
        dataset: data set.
        column: column outside `STATISTICS`, or several of one side (`joined_columns`).
    """
    if column in HISTORIES:
        return histories(dataset, column)
    if len(names := parts_of(column)) > 1:
        return joined([texts(dataset, name) for name in names])
    if column in _DETAILS:
        if dataset.details is None:
            return [""] * dataset.n_books
        details = dict(zip(dataset.details["isbn"], dataset.details[column], strict=True))
        return [str(details.get(isbn) or "") for isbn in dataset.books["isbn"]]
    if column == "country":
        return [place.rpartition(",")[2].strip() for place in dataset.readers["location"]]
    if column in ("age", "year"):
        table = dataset.readers if column == "age" else dataset.books
        return ["" if pd.isna(value) else str(int(value)) for value in table[column]]
    table = dataset.readers if column in READER_COLUMNS else dataset.books
    return [str(value) for value in table[column]]


def numbers(values: Sequence[str]) -> Doubles:
    """Parse texts as [n] numbers; NaN where a text is none.

    An id of another source is read without its prefix: ``ml:357`` is 357.
    """
    bare = pd.Series([value.rpartition(":")[2] for value in values], dtype="object")
    return pd.to_numeric(bare, errors="coerce").to_numpy(dtype=np.float64)


def statistics(dataset: Dataset, column: str, counted: Counted) -> Doubles:
    """Compute a column of `STATISTICS`, [readers] or [B]; NaN = mean without ratings.

    Args:
        dataset: data set, whose ratings stay on the source's scale.
        column: column of `STATISTICS`.
        counted: interactions to count.
    """
    table = dataset.interactions
    rating = table["rating"].to_numpy(np.float64)
    kept = rating > 0 if counted == "explicit" else np.ones(len(rating), dtype=bool)
    by_reader = column in READER_COLUMNS
    key = table["reader_idx" if by_reader else "book_idx"].to_numpy(np.int64)[kept]
    size = dataset.n_readers if by_reader else dataset.n_books
    count = np.bincount(key, minlength=size).astype(np.float64)
    if column.endswith("count"):
        return count
    total = np.bincount(key, weights=rating[kept], minlength=size)

    with np.errstate(invalid="ignore"):
        return np.asarray(total / count)


def statistics_by_count(dataset: Dataset, column: str) -> Mapping[Counted, Doubles]:
    """Compute a column of `STATISTICS` for each choice of `Counted`."""
    choices: tuple[Counted, ...] = ("explicit", "all")
    return {counted: statistics(dataset, column, counted) for counted in choices}
