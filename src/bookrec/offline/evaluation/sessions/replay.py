"""Replay of visits: a list before every next book, its hits, and the processor time it took."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.offline.evaluation.sessions.makers.maker import ListMaker
from bookrec.offline.evaluation.sessions.splits import Replay
from bookrec.offline.metrics.ranking import hit_rate, ndcg, reciprocal_rank

TOP: Final = 20
"""Length of the lists."""
METRICS: Final = {
    f"hit_rate@{TOP}": hit_rate,
    f"mrr@{TOP}": reciprocal_rank,
    f"ndcg@{TOP}": ndcg,
}
"""Name in reports → metric of lists with one relevant book."""
HEADLINE: Final = f"hit_rate@{TOP}"


@dataclass
class Replayed:
    """Figures of one list maker over visits; ``V`` visits with a request, ``Q`` requests."""

    hits: NDArray[np.bool_]
    """[Q, TOP] whether the book at each rank is the next one."""
    visit: NDArray[np.int64]
    """[Q] place of the visit of each request."""
    cpu_ms: float
    """Mean processor time of a request, milliseconds."""
    seconds: dict[str, float] = field(default_factory=dict)

    def per_request(self, metric: str) -> NDArray[np.float64]:
        """[Q] a metric of each list."""
        return METRICS[metric](self.hits, 1)

    def mean(self, metric: str) -> float:
        """Mean over requests."""
        return float(self.per_request(metric).mean())

    def sums(self, metric: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """[V] sum over the requests of each visit, and [V] number of its requests."""
        _, place = np.unique(self.visit, return_inverse=True)
        sums = np.bincount(place, self.per_request(metric)).astype(np.float64)
        return sums, np.bincount(place).astype(np.float64)


def replay(maker: ListMaker, visits: Replay) -> Replayed:
    """Ask a list maker for a list before every next book."""
    hits: list[NDArray[np.bool_]] = []
    visit_of: list[int] = []
    spent_ns = 0
    for place in range(len(visits.visits)):
        maker.begin(visits.histories[place])
        for request, target in visits.requests(place):
            before = time.process_time_ns()
            books = maker.top(request, TOP)
            spent_ns += time.process_time_ns() - before
            row = np.zeros(TOP, dtype=bool)
            row[: len(books)] = books == target
            hits.append(row)
            visit_of.append(place)
    count = max(len(hits), 1)
    return Replayed(
        np.array(hits, dtype=bool).reshape(-1, TOP),
        np.array(visit_of, dtype=np.int64),
        spent_ns / 1e6 / count,
    )
