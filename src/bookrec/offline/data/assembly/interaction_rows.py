"""Interactions: rows of ratings, purchases and other meetings → unique pairs of reader and book."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bookrec.isbn import NO_ISBN, id_problem, made_book_id
from bookrec.offline.data.assembly.book_ids import BookKeys, RepairedIds, id_columns
from bookrec.offline.data.assembly.raw_table import PLACE_COLUMNS, RawTable

BOOK_NOT_IN_CATALOGUE: Final = "book_not_in_catalogue"
_NO_BOOK: Final = -1


@dataclass(frozen=True)
class Values:
    """Readings of the columns of interactions, decided before over whole columns."""

    user_ids: Callable[[Sequence[str]], list[tuple[str, str]]]
    """Distinct raw ids → (id, "") of each, or ("", reason) for rows to leave out."""
    ratings: Callable[[pd.Series], tuple[NDArray[np.int8], NDArray[np.object_]]]
    """Ratings, 0 = none, and the reason of each that is rejected, or ""."""
    times: Callable[[pd.Series], pd.Series]
    """Times in seconds since 1970, Int64, null = unknown."""
    returned: Callable[[pd.DataFrame], NDArray[np.bool_]]
    """Rows that take a purchase back, by ``meaning``, ``kind`` and ``quantity``."""


def clean_interactions(
    table: RawTable, keys: BookKeys, catalogue: pd.Index, values: Values
) -> tuple[pd.DataFrame, list[str]]:
    """Clean interactions.

    Args:
        table: texts of the rows; its frame becomes numbers.
        keys: the book of each id in the source.
        catalogue: ids of the books.
        values: readings of the columns.

    Returns:
        ``user`` (position in the list), ``book_idx``, ``rating``, ``timestamp`` of unique pairs; and
        the readers' ids.
    """
    frame = table.frame
    users, names, user_faults = _users(table, values)
    books, book_faults = _books(table, keys, catalogue)
    ratings, rating_faults = values.ratings(frame["rating"])
    times = values.times(frame["timestamp"])
    returned = values.returned(frame)
    numbers = pd.DataFrame({name: frame[name].to_numpy() for name in PLACE_COLUMNS})
    numbers = numbers.assign(user=users, book_idx=books, rating=ratings, timestamp=times.array)
    table.frame = numbers.assign(returned=returned)
    # A book that no list has is the last of the faults: the others are the row's own.
    own = np.where(book_faults == BOOK_NOT_IN_CATALOGUE, "", book_faults)
    _reject(table, [user_faults, own, rating_faults, book_faults])
    _take_back(table)
    _keep_one_of_each_pair(table)
    return table.frame[["user", "book_idx", "rating", "timestamp"]], names


def _users(
    table: RawTable, values: Values
) -> tuple[NDArray[np.int32], list[str], NDArray[np.object_]]:
    """Reader of each row; several spellings of an id are one reader."""
    codes, texts = pd.factorize(table.frame["user_id"])
    pairs = values.user_ids(texts.tolist())
    names = list(dict.fromkeys(name for name, _ in pairs if name))
    position = {name: at for at, name in enumerate(names)}
    of_text = np.array([position.get(name, _NO_BOOK) for name, _ in pairs], dtype=np.int32)
    faults = np.array(["" if name else reason for name, reason in pairs], dtype=object)
    return of_text[codes], names, faults[codes]


def _books(
    table: RawTable, keys: BookKeys, catalogue: pd.Index
) -> tuple[NDArray[np.int32], NDArray[np.object_]]:
    """Book of each row: the first of its ids that is in the catalogue, else the one made of titles."""
    frame = table.frame
    found = np.full(len(frame), _NO_BOOK, dtype=np.int32)
    faults = np.full(len(frame), NO_ISBN, dtype=object)
    for name in id_columns(frame):
        column = RepairedIds.of(frame[name])
        column.count_repairs(table)
        positions = keys.positions(column.ids, catalogue)
        here = (found == _NO_BOOK) & (positions[column.codes] >= 0)
        found[here] = positions[column.codes[here]]
        problems = [id_problem(text) or BOOK_NOT_IN_CATALOGUE for text in column.ids]
        problems = [
            problem if text else "" for text, problem in zip(column.ids, problems, strict=True)
        ]
        named = np.array(problems, dtype=object)[column.codes]
        faults = np.where((faults == NO_ISBN) & (named != ""), named, faults)
    _find_by_title(frame, keys, catalogue, found, faults)
    return found, np.where(found >= 0, "", faults)


def _find_by_title(
    frame: pd.DataFrame,
    keys: BookKeys,
    catalogue: pd.Index,
    found: NDArray[np.int32],
    faults: NDArray[np.object_],
) -> None:
    """Find the books of rows without any id by the ids made from titles."""
    rows = np.flatnonzero((found == _NO_BOOK) & (faults == NO_ISBN))
    if not len(rows):
        return
    texts = frame.iloc[rows][["title", "author", "publisher"]]
    codes, distinct = pd.factorize(pd.MultiIndex.from_frame(texts))
    ids = [made_book_id(*row) for row in distinct.tolist()]
    found[rows] = keys.positions(ids, catalogue)[codes]
    faults[rows] = np.where(
        np.array(ids, dtype=object)[codes] == "", NO_ISBN, BOOK_NOT_IN_CATALOGUE
    )


def _reject(table: RawTable, faults: Sequence[NDArray[np.object_]]) -> None:
    """Reject rows by the first of their faults."""
    first = np.full(len(table.frame), "", dtype=object)
    for fault in faults:
        first = np.where(first == "", fault, first)
    codes, reasons = pd.factorize(first)
    table.frame["fault"] = codes.astype(np.int16)
    for at, reason in enumerate(reasons.tolist()):
        if reason:
            table.reject(table.frame["fault"] == at, reason)
    table.frame = table.frame.drop(columns="fault")


def _pairs(frame: pd.DataFrame) -> NDArray[np.int64]:
    """[rows] one number for each pair of reader and book."""
    users = frame["user"].to_numpy(np.int64)
    books = frame["book_idx"].to_numpy(np.int64)
    pairs: NDArray[np.int64] = users << 32 | books
    return pairs


def _take_back(table: RawTable) -> None:
    """Reject returned copies and the purchase that each takes back; ratings stay."""
    frame = table.frame
    returned = frame["returned"].to_numpy(dtype=bool)
    if returned.any():
        pairs = pd.Series(_pairs(frame))
        implicit = ~returned & (frame["rating"].to_numpy() == 0)
        # The last purchases of a pair are the ones taken back.
        n_returned = pairs[returned].value_counts()
        order = pairs[implicit].iloc[::-1].groupby(pairs[implicit].iloc[::-1]).cumcount()
        taken = order.to_numpy() < pairs[order.index].map(n_returned).fillna(0).to_numpy()
        gone = returned.copy()
        gone[order.index[taken]] = True
        table.reject(gone, "returned")
    table.frame = table.frame.drop(columns="returned")


def _keep_one_of_each_pair(table: RawTable) -> None:
    """Keep the last rating of each pair, else its last row."""
    frame = table.frame
    pairs = _pairs(frame)
    explicit = frame["rating"].to_numpy() > 0
    # A stable sort by pair, those without a rating first: the last of each pair stays.
    order = np.lexsort((explicit, pairs))
    last = np.ones(len(order), dtype=bool)
    last[:-1] = pairs[order][1:] != pairs[order][:-1]
    again = np.zeros(len(order), dtype=bool)
    again[order[~last]] = True
    table.reject(again, "duplicate")
