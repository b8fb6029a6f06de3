"""Hits and means of a replay, and intervals over visits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from bookrec.arrays import Ints
from bookrec.offline.evaluation.holdout.leaks import Evidence
from bookrec.offline.evaluation.sessions.makers.maker import Quiet, Request
from bookrec.offline.evaluation.sessions.replay import replay
from bookrec.offline.evaluation.sessions.splits import Replay
from small_visits import visits_of


@dataclass(frozen=True)
class Fixed(Quiet):
    """The same list for everyone."""

    books: tuple[int, ...]

    def top(self, request: Request, count: int) -> Ints:  # noqa: ARG002
        return np.array(self.books[:count], dtype=np.int32)

    def evidence(self) -> list[Evidence]:
        return []


def test_figures_are_means_over_requests():
    visits = visits_of([[0, 1, 2], [0, 3]], 5)
    nothing = np.empty(0, dtype=np.int32)
    result = replay(Fixed((2, 1)), Replay(visits, [nothing, nothing]))
    # Targets 1 (rank 2), 2 (rank 1), 3 (none).
    assert result.visit.tolist() == [0, 0, 1]
    assert result.mean("hit_rate@20") == pytest.approx(2 / 3)
    assert result.mean("mrr@20") == pytest.approx((0.5 + 1) / 3)
    assert result.mean("ndcg@20") == pytest.approx((1 / np.log2(3) + 1) / 3)
    sums, counts = result.sums("mrr@20")
    assert sums.tolist() == [1.5, 0.0]
    assert counts.tolist() == [2.0, 1.0]
    assert result.cpu_ms >= 0
