"""Interactions: rows of ratings, purchases and other meetings → unique pairs of reader and book."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bookrec.isbn import NO_ISBN, id_problem, made_book_id
from bookrec.offline.data.assembly.book_ids import BookKeys, id_columns, repaired_ids
from bookrec.offline.data.assembly.raw_table import PLACE_COLUMNS, RawTable
from bookrec.offline.data.assembly.repaired_ids import BLANK, UNUSABLE, RepairedIds
from bookrec.offline.data.assembly.unique_pairs import UniquePairs

BOOK_NOT_IN_CATALOGUE: Final = "book_not_in_catalogue"
RATING_FAULTS: Final = ("", "rating_unreadable", "rating_out_of_range")
_NO_BOOK: Final = -1


@dataclass(frozen=True)
class Values:
    """Readings of the columns of interactions, decided before over whole columns."""

    user_fault: Callable[[str], str]
    """Why rows of a reader's id are left out; "" = they are not."""
    ratings: Callable[[pd.Series], tuple[NDArray[np.int8], NDArray[np.int8]]]
    """Ratings, 0 = none, and position in `RATING_FAULTS` of what is wrong."""
    times: Callable[[pd.Series], pd.Series]
    """Times in seconds since 1970, Int64, null = unknown."""
    returned: Callable[[pd.DataFrame], NDArray[np.bool_]]
    """Rows that take a purchase back, by ``meaning``, ``kind`` and ``quantity``."""
    copies: Callable[[pd.DataFrame], NDArray[np.int32]]
    """Copies that were bought, or returned; 0 in rows of ratings, views and likes."""


@dataclass(frozen=True)
class CleanedInteractions:
    """Unique pairs of reader and book."""

    pairs: pd.DataFrame
    """``user`` (position in ``users``), ``book_idx``, ``rating``, ``timestamp``, ``copies``."""
    users: list[str]
    """Ids of readers."""
    returned: pd.DataFrame
    """``user``, ``book_idx``, ``copies`` that were returned and not bought in this source: they take
    back purchases of earlier files."""


def clean_interactions(
    table: RawTable, keys: BookKeys, catalogue: pd.Index, values: Values
) -> CleanedInteractions:
    """Clean interactions.

    Args:
        table: texts of the rows; its frame becomes numbers.
        keys: the book of each id in the source.
        catalogue: ids of the books.
        values: readings of the columns.
    """
    frame = table.frame
    faults = Faults(len(frame))
    users, names = _users(frame, values, faults)
    ratings, rating_faults = values.ratings(frame["rating"])
    faults.add(RATING_FAULTS, rating_faults)
    books = _books(table, keys, catalogue, faults)
    times = values.times(frame["timestamp"])
    returned = values.returned(frame)
    copies = values.copies(frame)
    numbers = pd.DataFrame({name: frame[name].to_numpy() for name in PLACE_COLUMNS})
    numbers = numbers.assign(user=users, book_idx=books, rating=ratings, timestamp=times.array)
    table.frame = numbers.assign(returned=returned, copies=copies)
    faults.reject(table)
    unmatched = _take_back(table)
    _keep_one_of_each_pair(table)
    pairs = table.frame[["user", "book_idx", "rating", "timestamp", "copies"]]
    numbers_of_pairs = np.array(list(unmatched), dtype=np.int64)
    returned_pairs = pd.DataFrame(
        {
            "user": numbers_of_pairs >> 32,
            "book_idx": numbers_of_pairs & 0xFFFFFFFF,
            "copies": np.array(list(unmatched.values()), dtype=np.int32),
        }
    )
    return CleanedInteractions(pairs, names, returned_pairs)


class Faults:
    """First fault of each row; small numbers, since there are millions of rows."""

    def __init__(self, n_rows: int) -> None:
        """Begin with rows that have none."""
        self._reasons = [""]
        self._of_rows = np.zeros(n_rows, dtype=np.int16)

    def add(self, reasons: Sequence[str], of_rows: NDArray[np.integer]) -> None:
        """Add a fault of each row that has none yet.

        Args:
            reasons: reasons, "" = no fault.
            of_rows: [rows] position in ``reasons``.
        """
        for reason in reasons:
            if reason not in self._reasons:
                self._reasons.append(reason)
        code = np.array([self._reasons.index(reason) for reason in reasons], dtype=np.int16)
        self._of_rows = np.where(self._of_rows == 0, code[of_rows], self._of_rows)

    def take(self, other: Faults, rows: NDArray[np.bool_]) -> None:
        """Take over the faults of some rows."""
        self.add(other._reasons, np.where(rows, other._of_rows, 0))

    def reject(self, table: RawTable) -> None:
        """Reject the rows that have a fault."""
        of_rows = self._of_rows
        for at, reason in enumerate(self._reasons):
            wrong = of_rows == at
            if reason and wrong.any():
                table.reject(wrong, reason)
                of_rows = of_rows[~wrong]


def _users(
    frame: pd.DataFrame, values: Values, faults: Faults
) -> tuple[NDArray[np.int32], list[str]]:
    """Reader of each row."""
    codes, texts = pd.factorize(frame["user_id"])
    names: list[str] = texts.tolist()
    faults.add([values.user_fault(name) for name in names], codes)
    return codes.astype(np.int32), names


def _books(
    table: RawTable, keys: BookKeys, catalogue: pd.Index, faults: Faults
) -> NDArray[np.int32]:
    """Book of each row: the first of its ids that is in the catalogue, else the one made of titles."""
    frame = table.frame
    books = np.full(len(frame), _NO_BOOK, dtype=np.int32)
    named = np.zeros(len(frame), dtype=bool)
    of_ids = Faults(len(frame))
    for name in id_columns(frame):
        column = repaired_ids(frame, name)
        column.count_repairs(table)
        positions = keys.positions(column.ids, catalogue)
        lacking = np.array([keys.lacks_zeros(text) for text in column.ids], dtype=bool)
        table.repair("code_leading_zeros_restored", int(lacking[column.codes].sum()))
        here = (books == _NO_BOOK) & (positions[column.codes] >= 0)
        books[here] = positions[column.codes[here]]
        named |= (column.kinds != BLANK)[column.codes]
        of_ids.add(*_problems(column))
    of_ids.add(["", NO_ISBN], (~named).astype(np.int8))
    _find_by_title(frame, keys, catalogue, books, ~named)
    faults.take(of_ids, books == _NO_BOOK)
    return books


def _problems(column: RepairedIds) -> tuple[list[str], NDArray[np.int64]]:
    """Reasons why ids name no book, and the position of each row's; "" = a blank id."""
    problems = ["", BOOK_NOT_IN_CATALOGUE]
    of_id = (column.kinds != BLANK).astype(np.int64)
    for at in np.flatnonzero(column.kinds == UNUSABLE).tolist():
        problem = id_problem(column.ids[at])
        if problem not in problems:
            problems.append(problem)
        of_id[at] = problems.index(problem)
    return problems, of_id[column.codes]


def _find_by_title(
    frame: pd.DataFrame,
    keys: BookKeys,
    catalogue: pd.Index,
    books: NDArray[np.int32],
    without: NDArray[np.bool_],
) -> None:
    """Find the books of rows without any id by the ids made from titles."""
    rows = np.flatnonzero(without)
    if not len(rows):
        return
    texts = frame.iloc[rows][["title", "author", "publisher"]]
    codes, distinct = pd.factorize(pd.MultiIndex.from_frame(texts))
    ids = [made_book_id(*row) for row in distinct.tolist()]
    books[rows] = keys.positions(ids, catalogue)[codes]


def _pairs(frame: pd.DataFrame) -> NDArray[np.int64]:
    """[rows] one number for each pair of reader and book."""
    users = frame["user"].to_numpy(np.int64)
    books = frame["book_idx"].to_numpy(np.int64)
    pairs: NDArray[np.int64] = users << 32 | books
    return pairs


def _take_back(table: RawTable) -> dict[int, int]:
    """Reject returned copies and the purchases that they take back; ratings stay.

    Of a purchase of several copies some may stay.

    Returns:
        Number of a pair (`_pairs`) → copies that were returned and not bought in this source.
    """
    frame = table.frame
    returned = frame["returned"].to_numpy(dtype=bool)
    unmatched: dict[int, int] = {}
    if returned.any():
        pairs = _pairs(frame)
        copies = frame["copies"].to_numpy(dtype=np.int32).copy()
        for pair, count in zip(pairs[returned].tolist(), copies[returned].tolist(), strict=True):
            unmatched[pair] = unmatched.get(pair, 0) + count
        implicit = ~returned & (frame["rating"].to_numpy() == 0)
        bought = np.flatnonzero(implicit & np.isin(pairs, np.unique(pairs[returned])))
        gone = returned.copy()
        # The last purchases of a pair are the ones taken back.
        for row in bought[::-1].tolist():
            pair = int(pairs[row])
            taken = min(max(int(copies[row]), 1), unmatched[pair])
            gone[row] = taken > 0 and taken >= copies[row]
            copies[row] -= taken
            unmatched[pair] -= taken
        table.frame = frame.assign(copies=copies)
        table.reject(gone, "returned")
    table.frame = table.frame.drop(columns="returned")
    return {pair: count for pair, count in unmatched.items() if count}


def _keep_one_of_each_pair(table: RawTable) -> None:
    """Keep the last rating of each pair, else its last row; it has the copies of all of them."""
    frame = table.frame
    unique = UniquePairs.of(_pairs(frame), frame["rating"].to_numpy())
    copies = frame["copies"].to_numpy(dtype=np.int32).copy()
    copies[unique.kept] = unique.sums(copies)
    table.frame = frame.assign(copies=copies)
    again = np.ones(len(frame), dtype=bool)
    again[unique.kept] = False
    table.reject(again, "duplicate")
