"""Popular books, of all times and of the last hours before the request."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.offline.evaluation.baselines.baseline import Settings
from bookrec.offline.evaluation.holdout.leaks import Evidence
from bookrec.offline.evaluation.sessions.makers.maker import (
    Quiet,
    Request,
    SessionMaker,
    VisitFitData,
    best_unseen,
    counts_evidence,
    prior_of,
)


@dataclass(frozen=True)
class Popular(Quiet):
    """The most opened books."""

    counts: NDArray[np.int64]
    """[B] events."""

    def top(self, request: Request, count: int) -> Ints:
        """See `ListMaker.top`."""
        return best_unseen(self.counts.astype(np.float64), request.seen, count)

    def evidence(self) -> list[Evidence]:
        """See `ListMaker.evidence`."""
        return counts_evidence(self.counts)


@dataclass(frozen=True)
class PopularOfTheDay(Quiet):
    """The most opened books of the last hours.

    The hours end with the request, or with the latest known event if that is earlier.
    """

    times: NDArray[np.float64]
    """[E] seconds of the known events, ascending."""
    books: Ints
    """[E] their books."""
    seconds: float
    counts: NDArray[np.int64]
    """[B] events of all times, which fill the list."""

    def top(self, request: Request, count: int) -> Ints:
        """See `ListMaker.top`."""
        end = min(request.time, self.times[-1])
        first = np.searchsorted(self.times, end - self.seconds)
        last = np.searchsorted(self.times, end, side="right")
        recent = np.bincount(self.books[first:last], minlength=len(self.counts))
        return best_unseen(recent + prior_of(self.counts), request.seen, count)

    def evidence(self) -> list[Evidence]:
        """See `ListMaker.evidence`."""
        counted = np.bincount(self.books, minlength=len(self.counts))
        return [*counts_evidence(self.counts), *counts_evidence(counted)]


def _of_the_day(data: VisitFitData, settings: Settings) -> PopularOfTheDay:
    order = np.argsort(data.visits.time, kind="stable")
    times, books = data.visits.time[order], data.visits.book[order]
    return PopularOfTheDay(times, books, settings["hours"] * 3600.0, data.counts)


POPULAR = SessionMaker("popular", "", {}, lambda data, _: Popular(data.counts))
POPULAR_OF_THE_DAY = SessionMaker(
    "popular-of-the-day", "", {"hours": (24, 6, 12, 48, 168)}, _of_the_day
)
