"""Live inference for readers the snapshot has no list for: the ranker, off the event loop.

The ranker of a snapshot is loaded on first need, once, as memory-mapped arrays. When it is missing
or damaged the site goes on with popular books and says so in the log, once a snapshot.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from bookrec.web.kit.metrics import Metrics
from bookrec.web.store.reader_history import ReaderHistory
from bookrec.web.store.snapshot_reader import Snapshot

logger = logging.getLogger(__name__)

TOP: Final = 100
"""Length of a live list: the longest a client may ask for."""

_THREADS: Final = 2


class LiveRanker(Protocol):
    """What the site needs of `Recommender`."""

    def top_n(
        self,
        books: NDArray[np.integer[Any]],
        ratings: NDArray[np.integer[Any]],
        age: int | None,
        top: int,
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Positions of the best books (book_id - 1) and their probabilities, best first."""


def load_ranker(directory: Path) -> LiveRanker:
    """Memory-map the ranker beside a snapshot's database."""
    from bookrec.inference.recommender import Recommender

    return Recommender.load(directory)


class LiveInference:
    """The rankers of the snapshots in use, and the threads they run in."""

    def __init__(self, metrics: Metrics) -> None:
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="ranker")
        self._metrics = metrics
        self._loading: tuple[str, asyncio.Future[LiveRanker | None]] | None = None

    async def rank(
        self, snapshot: Snapshot, history: ReaderHistory, age: int | None
    ) -> list[tuple[int, float]] | None:
        """(book_id, score) of the best `TOP` books for a history, best first; None if unable."""
        ranker = await self._ranker(snapshot)
        if ranker is None:
            return None
        own = list(history.books.values())
        books = np.array([o.book_id - 1 for o in own], dtype=np.int32)
        ratings = np.array([o.rating for o in own], dtype=np.int8)
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            found, scores = await loop.run_in_executor(
                self._pool, ranker.top_n, books, ratings, age, TOP
            )
        except Exception:
            # Whatever is wrong with the arrays, the reader still gets a page.
            logger.exception("live inference failed on snapshot %s", snapshot.snapshot_id)
            self._metrics.count_live_inference("failed", loop.time() - started)
            return None
        self._metrics.count_live_inference("done", loop.time() - started)
        return [(int(b) + 1, float(s)) for b, s in zip(found, scores, strict=True)]

    async def _ranker(self, snapshot: Snapshot) -> LiveRanker | None:
        if self._loading is None or self._loading[0] != snapshot.snapshot_id:
            loop = asyncio.get_running_loop()
            future = loop.run_in_executor(self._pool, _load_or_log, snapshot.ranker_directory)
            self._loading = (snapshot.snapshot_id, future)
        # Shielded: one request that goes away must not cancel the loading others wait for.
        return await asyncio.shield(self._loading[1])

    def close(self) -> None:
        """Let running inferences end and drop the waiting ones."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def _load_or_log(directory: Path) -> LiveRanker | None:
    try:
        return load_ranker(directory)
    except Exception:
        logger.exception("no live inference: %s cannot be loaded; popular books instead", directory)
        return None
