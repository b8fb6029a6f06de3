"""Splits of visits: known ones, and those that are replayed for validation and for the test.

A log of a shop is divided by time: nothing is known of what comes after the first test visit. Of a
data set, some readers are kept aside: the first half of their books is known, as after a nightly run,
and the next ones are replayed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.errors import DataError, ModelError
from bookrec.offline.evaluation.sessions.makers.maker import Request
from bookrec.offline.retrieval.visits import Visits, joined

TEST_SHARE: Final = 0.2
"""Share of the visits of a log that are replayed: the latest."""
READERS: Final = 200
"""Readers of a data set that are kept aside for the test, and as many for validation."""
MIN_BOOKS: Final = 10
"""Books of a reader who can be kept aside."""
NEXT: Final = 25
"""Books of a reader that are replayed, at most."""


@dataclass(frozen=True)
class Replay:
    """Visits to replay, and what was known of their readers before."""

    visits: Visits
    """Visits that are replayed, V of them."""
    histories: list[Ints]
    """[V] books that each reader had before, earliest first."""

    def requests(self, place: int) -> Iterator[tuple[Request, int]]:
        """Yield the moments of a visit at which the next book is a new one, and that book.

        A book that the visit or the reader knows already is no target: lists leave it out.
        """
        books, times = self.visits.books_of(place), self.visits.times_of(place)
        history = self.histories[place]
        first = 0 if len(history) else 1
        known = set(history.tolist()) | set(books[:first].tolist())
        for at in range(first, len(books)):
            if int(books[at]) not in known:
                time = float(times[max(at - 1, 0)])
                yield Request(history, books[:at], time), int(books[at])
            known.add(int(books[at]))

    def some(self, count: int | None, rng: np.random.Generator) -> Replay:
        """Choose at most ``count`` visits at random, in their order."""
        if count is None or len(self.visits) <= count:
            return self
        chosen = np.sort(rng.choice(len(self.visits), count, replace=False))
        return Replay(self.visits[chosen], [self.histories[place] for place in chosen])


@dataclass(frozen=True)
class VisitSplit:
    """Known visits for tuning and for the test, and the visits replayed in each."""

    label: str
    train: Visits
    validation: Replay
    known: Visits
    test: Replay


def by_time(visits: Visits, cut: float | None = None) -> VisitSplit:
    """Divide a log: the latest fifth of the visits is the test, the fifth before it the validation.

    Args:
        visits: The log.
        cut: Seconds at which the test begins; None takes `TEST_SHARE` of the visits.

    Raises:
        DataError: a part would be empty.
    """
    known, test = _cut(visits, cut)
    train, validation = _cut(known, None)
    return VisitSplit("by time", train, _strangers(validation), known, _strangers(test))


def _cut(visits: Visits, cut: float | None) -> tuple[Visits, Visits]:
    """Visits that end before a time, and those that begin at it or later; others are left out."""
    if not len(visits):
        raise DataError("The log has too few visits to be split; take a longer one.")
    if cut is None:
        cut = float(np.quantile(visits.first_times, 1.0 - TEST_SHARE))
    earlier, later = visits[visits.last_times < cut], visits[visits.first_times >= cut]
    if not len(earlier) or not len(later):
        raise DataError("The log has too few visits to be split by time; take a longer one.")
    return earlier, later


def _strangers(visits: Visits) -> Replay:
    nothing = np.empty(0, dtype=np.int32)
    return Replay(visits, [nothing] * len(visits))


def by_reader(
    visits: Visits, rng: np.random.Generator, readers: int = READERS, following: int = NEXT
) -> VisitSplit:
    """Keep readers aside; the first half of their books is known, the ``following`` next are replayed.

    Args:
        visits: One visit a reader: all of the reader's books in the order of time.
        rng: Draws the readers.
        readers: Readers of the test, and of the validation; at most a fifth of those with `MIN_BOOKS`.
        following: Books of a reader that are replayed, at most.

    Raises:
        DataError: too few readers have enough books.
    """
    able = np.flatnonzero(visits.lengths >= MIN_BOOKS)
    count = min(readers, len(able) // 5)
    if not count:
        raise DataError(
            f"Of {len(visits)} readers with times, {len(able)} have at least {MIN_BOOKS} books: too "
            "few to keep some aside. Import interactions with their times."
        )
    drawn = rng.permutation(able)
    test, validation = np.sort(drawn[:count]), np.sort(drawn[count : 2 * count])
    others = np.setdiff1d(np.arange(len(visits)), test)
    train = np.setdiff1d(others, validation)
    (test_before, test_after) = _halves(visits[test], following)
    (validation_before, validation_after) = _halves(visits[validation], following)
    return VisitSplit(
        "readers kept aside",
        joined(visits[train], validation_before),
        Replay(validation_after, _books(validation_before)),
        joined(visits[others], test_before),
        Replay(test_after, _books(test_before)),
    )


def _books(visits: Visits) -> list[Ints]:
    return [visits.books_of(place) for place in range(len(visits))]


def _halves(visits: Visits, following: int) -> tuple[Visits, Visits]:
    """First halves of visits, and the events that follow."""
    middle = visits.start[:-1] + visits.lengths // 2
    end = np.minimum(visits.start[1:], middle + following)
    return _between(visits, visits.start[:-1], middle), _between(visits, middle, end)


def _between(visits: Visits, first: NDArray[np.int64], last: NDArray[np.int64]) -> Visits:
    lengths = last - first
    start = np.concatenate([[0], np.cumsum(lengths)])
    where = np.repeat(first - start[:-1], lengths) + np.arange(start[-1])
    return Visits(visits.ids, start, visits.book[where], visits.time[where], visits.n_books)


def check_times(known: Visits, test: Visits) -> None:
    """Refuse known events at or after the first test visit; for splits by time.

    Raises:
        ModelError: there is one.
    """
    begin = float(test.first_times.min())
    late = int((known.time >= begin).sum())
    if late:
        raise ModelError(
            f"A leak: {late:,} known events are not earlier than the first test visit; fit to the past "
            "only."
        )
