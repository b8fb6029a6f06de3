"""Histories of readers as inputs of models: a fixed number of ids of the reader's books."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np

from bookrec.arrays import Ints
from bookrec.inference.history import POSITIVE_RATING
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.external.artifacts.joined_columns import joined, taken_apart

HISTORIES: Final = ("history", "liked_history", "rated_history")
"""Columns of all books of a reader; of those that were rated 7 or more of 10, or taken up without a
rating; of those that were rated."""

Padded = Literal["before", "after"]
"""Place of the padding: before the books of a short history, or after them."""
Kept = Literal["last", "first"]
"""Books that stay of a history that is too long."""


def histories(dataset: Dataset, column: str) -> list[str]:
    """Return the ISBNs of each reader's books as one text, earliest first; "" = none.

    Books without a time come first, in the order of their ISBNs.
    """
    table = dataset.interactions
    rating = table["rating"].to_numpy(np.int64)
    kept = np.ones(len(table), dtype=bool)
    if column == "rated_history":
        kept = rating > 0
    elif column == "liked_history":
        kept = (rating == 0) | (rating * 10 >= POSITIVE_RATING * dataset.rating_max)
    reader = table["reader_idx"].to_numpy(np.int64)[kept]
    book = table["book_idx"].to_numpy(np.int64)[kept]
    time = table["timestamp"].fillna(np.iinfo(np.int64).min).to_numpy(np.int64)[kept]
    order = np.lexsort((book, time, reader))
    isbns = dataset.books["isbn"].to_numpy(object)[book[order]]
    ends = np.cumsum(np.bincount(reader, minlength=dataset.n_readers))
    parts = np.split(isbns, ends[:-1])
    return [joined([[isbn] for isbn in part])[0] if len(part) else "" for part in parts]


def books_of(text: str) -> list[str]:
    """Return the ISBNs of one value of a history."""
    return taken_apart(text) if text else []


def padded_rows(
    rows: list[list[int]], width: int, padding: int, padded: Padded, kept: Kept
) -> Ints:
    """Fill [n, width] rows with codes.

    Args:
        rows: codes of each reader's books, earliest first.
        width: codes of a row.
        padding: code of empty places.
        padded: place of the padding in short rows.
        kept: part of a long row that stays.
    """
    table = np.full((len(rows), width), padding, dtype=np.int32)
    for place, codes in enumerate(rows):
        some = codes[-width:] if kept == "last" else codes[:width]
        if some:
            columns = slice(width - len(some), width) if padded == "before" else slice(len(some))
            table[place, columns] = some
    return table
