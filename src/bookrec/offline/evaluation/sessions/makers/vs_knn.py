"""V-SkNN (VS-kNN): books of the known visits that are most like the current one.

Ludewig, Jannach, "Evaluation of session-based recommendation algorithms", User Modeling and
User-Adapted Interaction 28, 2018:

- the candidates are the ``sample`` latest known visits that have a book of the current visit;
- the similarity of a visit n to the current visit s of length l is the dot product of the binary vector
  of n and the vector of s in which the latest event of a book at position i (from 1) weighs ``w(i)``:
  i / l (``linear``), 1 / (l - i + 1) (``div``), 1 / (l - i + 1)² (``quadratic``) or 1 (``same``);
- the ``neighbours`` visits of largest similarity vote: ``score(b) = Σ_n sim(s, n) · v(x_n) · 1_n(b)``,
  where x_n = 1, 2, … counts back from the latest event of s to the first book that n shares, and
  ``v(x)`` is 1 / x (``div``), max(1 - x / 10, 0) (``linear``), 1 / x² (``quadratic``) or 1 (``same``);
- ``idf`` multiplies the vote for b by ``1 + idf · log(V / V_b)``, V_b of the V visits having b.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bookrec.arrays import Ints
from bookrec.offline.evaluation.baselines.baseline import Settings
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
from bookrec.ragged import rows_of
from bookrec.topk import best

Values = NDArray[np.float64]

_EVENT_WEIGHTS: Final[dict[str, Callable[[Values, int], Values]]] = {
    "linear": lambda back, length: (length - back + 1) / length,
    "div": lambda back, _: 1 / back,
    "quadratic": lambda back, _: 1 / back**2,
    "same": lambda back, _: np.ones(len(back)),
}
"""Name → weight of the event that is the ``back``-th from the end, in a visit of some length."""

_VOTE_WEIGHTS: Final[dict[str, Callable[[Values], Values]]] = {
    "div": lambda back: 1 / back,
    "linear": lambda back: np.maximum(1 - back / 10, 0.0),
    "quadratic": lambda back: 1 / back**2,
    "same": lambda back: np.ones(len(back)),
}
"""Name → weight of a neighbour whose latest common book is the ``back``-th from the end."""


@dataclass(frozen=True)
class VSKnn(Quiet):
    """Known visits, and the settings of the method."""

    visits: sparse.csr_matrix
    """CSR [V, B] of 1 for each book of a known visit; later rows are later visits."""
    by_visit: tuple[NDArray[np.int64], Ints]
    """Row starts and books of the visits."""
    by_book: tuple[NDArray[np.int64], Ints]
    """Row starts and visits of the books, ascending."""
    ids: NDArray[np.int64]
    """[V] numbers of the visits."""
    counts: NDArray[np.int64]
    settings: Settings
    idf: Values
    """[B] factor of the votes for each book."""

    def top(self, request: Request, count: int) -> Ints:
        """See `ListMaker.top`."""
        settings = self.settings
        books, back = self._latest(request)
        known, lengths, _ = rows_of(*self.by_book, books)
        weight = _EVENT_WEIGHTS[settings["weights"]](back, len(request.visit))
        scores = prior_of(self.counts)
        if len(known):
            visits, place = np.unique(known, return_inverse=True)
            similarity = np.bincount(place, np.repeat(weight, lengths)).astype(np.float64)
            nearest_back = np.full(len(visits), np.inf)
            np.minimum.at(nearest_back, place, np.repeat(back, lengths))
            if len(visits) > settings["sample"]:
                later = slice(len(visits) - settings["sample"], None)
                visits, similarity, nearest_back = (
                    visits[later],
                    similarity[later],
                    nearest_back[later],
                )
            chosen = best(similarity, settings["neighbours"])
            vote = similarity[chosen] * _VOTE_WEIGHTS[settings["votes"]](nearest_back[chosen])
            voted, lengths, _ = rows_of(*self.by_visit, visits[chosen])
            scores += np.bincount(voted, np.repeat(vote, lengths), len(scores)) * self.idf
        return best_unseen(scores, request.seen, count)

    def _latest(self, request: Request) -> tuple[Ints, Values]:
        """Distinct books of a visit, and the places of their latest events from the end, from 1."""
        backwards = request.visit[::-1]
        books, first = np.unique(backwards, return_index=True)
        return books, np.asarray(first + 1.0, dtype=np.float64)

    def evidence(self) -> list[Evidence]:
        """See `ListMaker.evidence`."""
        return [*counts_evidence(self.counts), visits_evidence(self.visits, self.ids)]


def _rows(matrix: sparse.csr_matrix) -> tuple[NDArray[np.int64], Ints]:
    """Row starts and columns of a matrix, columns ascending."""
    matrix.sort_indices()
    return matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32)


def _fit(data: VisitFitData, settings: Settings) -> VSKnn:
    matrix = data.kept("visit-matrix", 0, lambda: visit_matrix(data.visits))
    by_visit, by_book = data.kept("vs-knn", 0, lambda: (_rows(matrix), _rows(matrix.T.tocsr())))
    visits_of_book = np.maximum(np.diff(by_book[0]), 1)
    idf = np.log(max(len(data.visits), 1) / visits_of_book)
    factor = settings["idf"] * idf + 1.0 if settings["idf"] else np.ones(data.n_books)
    return VSKnn(matrix, by_visit, by_book, data.visits.ids, data.counts, settings, factor)


VS_KNN = SessionMaker(
    "vs-knn",
    "Ludewig and Jannach, UMUAI 2018",
    {
        "neighbours": (1500, 100, 50, 200, 500),
        "weights": ("linear", "div", "quadratic", "same"),
        "votes": ("quadratic", "div", "linear", "same"),
        "idf": (5, 0, 1),
        "sample": (1000, 500, 2500, 5000, 20_000),
    },
    _fit,
)
