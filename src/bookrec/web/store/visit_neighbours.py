"""Neighbours of the recent books of a visit, for `bookrec.inference.reacting`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bookrec.web.store.snapshot_reader import Snapshot

Neighbours: TypeAlias = tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]
"""``book_id`` of the neighbours of books, row after row; their scores; and the length of each row."""

_SIMILAR: Final = (
    "select book_id, rank, similar_book_id, score from similar_top"
    " where book_id in ({marks}) and score > 0"
)
_VISITS: Final = (
    "select book_id, rank, next_book_id, score from visit_top where book_id in ({marks})"
)
_NOT_IN_VISITS: Final = (
    " and not exists (select 1 from visit_top v where v.book_id = similar_top.book_id)"
)


def visit_neighbours(snapshot: Snapshot, books: Sequence[int]) -> Neighbours:
    """Look up the neighbours of books: those in visits, and similar books where there are none.

    One query on the primary keys of ``visit_top`` and ``similar_top``.

    Args:
        snapshot: Has the tables.
        books: Distinct ``book_id`` of the recent books.
    """
    query = f"{_VISITS} union all {_SIMILAR}{_NOT_IN_VISITS}" if snapshot.visit_top else _SIMILAR
    rows: dict[int, list[tuple[int, float]]] = {book: [] for book in books}
    parameters = tuple(books) * (2 if snapshot.visit_top else 1)
    marks = ",".join("?" * len(books))
    for book_id, _, near, score in snapshot.rows(
        f"{query.format(marks=marks)} order by 1, 2", parameters
    ):
        rows[book_id].append((near, score))
    entries = [entry for row in rows.values() for entry in row]
    return (
        np.array([near for near, _ in entries], dtype=np.int64),
        np.array([score for _, score in entries], dtype=np.float64),
        np.array([len(row) for row in rows.values()], dtype=np.int64),
    )
