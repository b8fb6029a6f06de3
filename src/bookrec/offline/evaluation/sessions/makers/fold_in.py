"""Static lists of readers, and a fold-in that weighs recent books more.

All score with the EASE table that `bookrec train` fits (`retrieval.ease`, on windowed histories where
times are known). A static list takes the books that the reader had before the visit: all alike, or, as
`STATIC_RECENT`, the book of age a with weight ``decay^a``, age 0 being the latest. The fold-in takes
these books and the visit, weighed in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.inference.similarity_table import SimilarityTable
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.evaluation.holdout.leaks import Evidence
from bookrec.offline.evaluation.sessions.makers.item_knn import visit_matrix
from bookrec.offline.evaluation.sessions.makers.maker import (
    Quiet,
    Request,
    SessionMaker,
    VisitFitData,
    best_unseen,
    counts_evidence,
    prior_of,
    visits_evidence,
)
from bookrec.offline.retrieval.ease import STRENGTH, ease_table
from bookrec.offline.retrieval.time_windows import windowed_histories
from bookrec.offline.retrieval.visits import Visits
from bookrec.topk import best_first

COVERED = 6_000
"""Books that EASE covers, at most."""
_ENTRIES = 2_400_000
STORED = 50
"""Books of a stored list."""


@dataclass(frozen=True)
class EaseOfVisits:
    """The EASE table of visits, fitted when it is first needed."""

    visits: Visits
    strength: float
    """λ, see `ease_table`."""

    @cached_property
    def table(self) -> SimilarityTable:
        """Weights between the books."""
        visits = self.visits
        ratings, times = np.zeros(len(visits.book), np.int8), visits.time.astype(np.int64)
        events = _first_events(Interactions(visits.visit, visits.book, ratings, times))
        histories = windowed_histories(events, len(visits), visits.n_books)
        covered = min(COVERED, visits.n_books)
        return ease_table(histories, covered, _ENTRIES // covered, self.strength)


@dataclass
class StaticLists:
    """Stored lists by EASE; the list of a stranger is the popular one."""

    ease: EaseOfVisits
    counts: NDArray[np.int64]
    decay: float
    """Factor per later book of the reader, 0–1."""
    stored: tuple[Ints, NDArray[np.float64]] = field(init=False)
    """Books and scores of the list of the current reader, best first."""

    def __post_init__(self) -> None:
        self.begin(np.empty(0, dtype=np.int32))

    def scores(self, books: Ints, weights: NDArray[np.floating]) -> NDArray[np.float64]:
        """[B] scores of a weighted history, with popular books below."""
        neighbours, values, lengths = self.ease.table.of(books)
        weighted = values * np.repeat(weights, lengths)
        return np.bincount(neighbours, weighted, len(self.counts)) + prior_of(self.counts)

    def begin(self, history: Ints) -> None:
        """See `ListMaker.begin`: store the list of a reader."""
        scores = self.counts.astype(np.float64)
        if len(history):
            scores = self.scores(history, self.decay ** np.arange(len(history))[::-1])
            scores[history] = -np.inf
        books = best_first(scores, STORED)
        books = books[scores[books] > -np.inf]
        self.stored = books.astype(np.int32), scores[books]

    def top(self, request: Request, count: int) -> Ints:
        """See `ListMaker.top`."""
        books, _ = self.stored
        return books[~np.isin(books, request.visit)][:count]

    def evidence(self) -> list[Evidence]:
        """See `ListMaker.evidence`."""
        visits = self.ease.visits
        return [
            *counts_evidence(self.counts),
            visits_evidence(visit_matrix(visits), visits.ids),
        ]


@dataclass
class FoldIn(Quiet):
    """EASE over the history and the visit, the latest books weighing most."""

    lists: StaticLists
    decay: float

    def top(self, request: Request, count: int) -> Ints:
        """See `ListMaker.top`."""
        books = np.concatenate([request.recent, request.history[::-1]])
        weights = self.decay ** np.arange(len(books))
        return best_unseen(self.lists.scores(books, weights), request.seen, count)

    def evidence(self) -> list[Evidence]:
        """See `ListMaker.evidence`."""
        return self.lists.evidence()


def static_lists(data: VisitFitData, strength: float = STRENGTH, decay: float = 1.0) -> StaticLists:
    """Make the static lists of visits.

    Args:
        data: The visits.
        strength: λ of EASE.
        decay: Factor per later book of a reader.
    """
    ease = data.kept("ease", strength, lambda: EaseOfVisits(data.visits, strength))
    return StaticLists(ease, data.counts, decay)


def _first_events(events: Interactions) -> Interactions:
    """Keep the first of the events of a visit with the same book."""
    key = events.reader_idx.astype(np.int64) * (int(events.book_idx.max(initial=0)) + 1)
    _, first = np.unique(key + events.book_idx, return_index=True)
    return events[np.sort(first)]


STATIC = SessionMaker(
    "static",
    "Steck, WWW 2019",
    {"strength": (STRENGTH, 2.0, 10.0)},
    lambda data, settings: static_lists(data, settings["strength"]),
    needs_histories=True,
)
STATIC_RECENT = SessionMaker(
    "static-recent",
    "Steck, WWW 2019",
    {"decay": (0.9, 0.8, 0.95, 0.7, 0.98, 1.0)},
    lambda data, settings: static_lists(data, decay=settings["decay"]),
    needs_histories=True,
)
FOLD_IN = SessionMaker(
    "fold-in",
    "Steck, WWW 2019",
    {"decay": (0.9, 0.8, 0.95, 0.7, 0.98, 1.0), "strength": (STRENGTH, 2.0, 10.0)},
    lambda data, settings: FoldIn(static_lists(data, settings["strength"]), settings["decay"]),
)
