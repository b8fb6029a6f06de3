"""Visits as arrays, for tests."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bookrec.offline.retrieval.visits import Visits


def visits_of(
    books: Sequence[Sequence[int]], n_books: int, starts: Sequence[float] | None = None
) -> Visits:
    """Visits with an event a second; the first begins at 0 and each other 1,000 seconds later."""
    begin = [1000.0 * place for place in range(len(books))] if starts is None else list(starts)
    lengths = [len(visit) for visit in books]
    times = [first + step for first, n in zip(begin, lengths, strict=True) for step in range(n)]
    return Visits(
        np.arange(len(books)),
        np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        np.array([book for visit in books for book in visit], dtype=np.int32),
        np.array(times, dtype=np.float64),
        n_books,
    )


def wandering_visits(count: int, n_books: int, seed: int) -> Visits:
    """Visits that mostly go from a book to the next one, in groups of five books."""
    rng = np.random.default_rng(seed)
    visits = []
    for _ in range(count):
        group = 5 * int(rng.integers(n_books // 5))
        first, length = int(rng.integers(5)), int(rng.integers(3, 6))
        walk = [group + (first + step) % 5 for step in range(length)]
        if rng.random() < 0.3:
            walk[-1] = int(rng.integers(n_books))
        visits.append(walk)
    return visits_of(visits, n_books)
