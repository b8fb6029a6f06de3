"""Visits: what one person opened or rated, in the order of time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.offline.data.interactions import Interactions
from bookrec.ragged import row_starts, rows_of


@dataclass(frozen=True)
class Visits:
    """Visits in the order of their first event; ``V`` visits, ``E`` events, in CSR form."""

    ids: NDArray[np.int64]
    """[V] number of each visit in its source."""
    start: NDArray[np.int64]
    """[V + 1] start of each visit in the arrays below."""
    book: Ints
    """[E] positions of books; a book may come several times in a visit."""
    time: NDArray[np.float64]
    """[E] seconds since 1970, ascending in a visit."""
    n_books: int
    """Number of books, B."""

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, visits: NDArray[np.bool_] | NDArray[np.integer]) -> Visits:
        rows = np.flatnonzero(visits) if visits.dtype == np.bool_ else np.asarray(visits, np.int64)
        book, lengths, where = rows_of(self.start, self.book, rows)
        return Visits(self.ids[rows], row_starts(lengths), book, self.time[where], self.n_books)

    def books_of(self, place: int) -> Ints:
        """Books of the visit at a place, earliest first."""
        return self.book[self.start[place] : self.start[place + 1]]

    def times_of(self, place: int) -> NDArray[np.float64]:
        """Seconds of the events of the visit at a place."""
        return self.time[self.start[place] : self.start[place + 1]]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """[V] number of events of each visit."""
        return np.diff(self.start)

    @cached_property
    def visit(self) -> Ints:
        """[E] place of the visit of each event."""
        return np.repeat(np.arange(len(self), dtype=np.int32), self.lengths)

    @property
    def first_times(self) -> NDArray[np.float64]:
        """[V] seconds of the first event."""
        return self.time[self.start[:-1]]

    @property
    def last_times(self) -> NDArray[np.float64]:
        """[V] seconds of the last event."""
        return self.time[self.start[1:] - 1]

    def interactions(self) -> Interactions:
        """Return the events as interactions without ratings; readers are the visits' ``ids``."""
        return Interactions(
            self.ids[self.visit].astype(np.int32), self.book, np.zeros(len(self.book), np.int8)
        )


def make_visits(
    visit: NDArray[np.integer],
    book: NDArray[np.integer],
    time: NDArray[np.floating],
    n_books: int,
    rng: np.random.Generator,
) -> Visits:
    """Sort events into visits; events of equal time are in random order, since none is known.

    Args:
        visit: [E] number of the visit of each event.
        book: [E] position of its book.
        time: [E] its seconds.
        n_books: Number of books.
        rng: Draws the order of events of equal time.
    """
    first = np.full(int(visit.max(initial=-1)) + 1, np.inf)
    np.minimum.at(first, visit, time)
    order = np.lexsort((rng.random(len(visit)), time, visit, first[visit]))
    sorted_visits = visit[order].astype(np.int64)
    begins = np.flatnonzero(np.diff(sorted_visits, prepend=-1))
    return Visits(
        sorted_visits[begins],
        np.append(begins, len(order)).astype(np.int64),
        book[order].astype(np.int32),
        time[order].astype(np.float64),
        n_books,
    )


def joined(first: Visits, second: Visits) -> Visits:
    """Join the visits of two parts of one source, in the order of time."""
    start = np.concatenate([first.start, first.start[-1] + second.start[1:]])
    both = Visits(
        np.concatenate([first.ids, second.ids]),
        start,
        np.concatenate([first.book, second.book]),
        np.concatenate([first.time, second.time]),
        first.n_books,
    )
    return both[np.argsort(both.first_times, kind="stable")]
