"""Top-N lists of many readers and books, computed in shards by a few processes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bookrec.ages import age_band
from bookrec.arrays import Floats, Ints
from bookrec.history import make_history
from bookrec.recommender import Reader, Recommender
from bookrec.selection import row_starts, rows_of


@dataclass(frozen=True)
class Histories:
    """Who to make lists for: each one's own books, in CSR form."""

    start: NDArray[np.int64]
    """[n + 1]"""
    books: Ints
    ratings: NDArray[np.int8]
    """1–10, 0 without a rating."""
    ages: Ints
    """[n] in years, -1 = unknown."""
    rows: Floats | None
    """[n, F] features of readers the ranker knows by id; None where it does not, and a row of NaN
    for a reader it does not know."""

    def __len__(self) -> int:
        return len(self.ages)

    def shard(self, where: slice) -> Histories:
        """The same for a run of them."""
        start = self.start[where.start : where.stop + 1]
        inside = slice(int(start[0]), int(start[-1]))
        rows = None if self.rows is None else self.rows[where]
        return Histories(
            start - start[0], self.books[inside], self.ratings[inside], self.ages[where], rows
        )

    def some(self, places: NDArray[np.integer]) -> Histories:
        """The same for some of them, in the order of ``places``."""
        books, lengths, where = rows_of(self.start, self.books, places)
        rows = None if self.rows is None else self.rows[places]
        return Histories(row_starts(lengths), books, self.ratings[where], self.ages[places], rows)

    def readers(self) -> Iterator[Reader]:
        """The same, one by one."""
        for place, age in enumerate(self.ages.tolist()):
            own = slice(int(self.start[place]), int(self.start[place + 1]))
            history = make_history(self.books[own], self.ratings[own])
            band = age_band(None if age < 0 else age)
            yield Reader(history, band, known_row(self.rows, place))


@dataclass(frozen=True)
class Lists:
    """Lists in CSR form, best first within each."""

    start: NDArray[np.int64]
    book: Ints
    score: NDArray[np.float64]
    """Probabilities."""
    pairs: int = 0
    """Pairs of reader and book that were scored for them."""


def lists_from(
    books: Sequence[NDArray[np.integer]], scores: Sequence[NDArray[np.float64]], pairs: int = 0
) -> Lists:
    """`Lists` from one after the other.

    Args:
        books, scores: of each list, best first.
        pairs: that were scored for all of them.
    """
    return Lists(
        row_starts(np.array([len(found) for found in books], dtype=np.int64)),
        np.concatenate([np.empty(0, np.int32), *books]).astype(np.int32),
        np.concatenate([np.empty(0), *scores]),
        pairs,
    )


Task = tuple[Histories, int, int | None]
"""Whose lists, how long, and from how many candidates (None = the whole catalogue)."""


def shard_lists(recommender: Recommender, task: Task) -> Lists:
    """The lists of one shard: what a worker does."""
    histories, top, candidates = task
    recommender = replace(recommender, candidates=candidates)
    made = list(recommender.top_lists(list(histories.readers()), top))
    return lists_from(
        [found.books for found in made],
        [found.scores for found in made],
        sum(found.pairs for found in made),
    )


def known_row(rows: Floats | None, place: int) -> Floats | None:
    """The features of a reader the ranker knows by id; None for one who is to be folded in."""
    return None if rows is None or np.isnan(rows[place, 0]) else rows[place]
