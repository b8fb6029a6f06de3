"""Live inference for readers without a list in the snapshot: the ranker, off the event loop.

A snapshot's ranker is loaded once, on first need, as memory-mapped arrays. When it is missing or
damaged, the site goes on with popular books and logs the reason once per snapshot.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Array
from bookrec.web.kit.log import get_logger
from bookrec.web.kit.metrics import Metrics
from bookrec.web.store.reader_history import ReaderHistory
from bookrec.web.store.snapshot_reader import Snapshot

logger = get_logger(__name__)

TOP: Final = 100
"""Length of a live list: the longest a client may ask for."""

_THREADS: Final = 2


class LiveRanker(Protocol):
    """The part of `Recommender` that the site uses."""

    def top_n(
        self, books: Array, ratings: Array, age: int | None, top: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Rank the catalogue for one reader.

        Args:
            books: [N] integer positions (``book_id`` - 1) of seen books.
            ratings: [N] integers 1–10, or 0 without a rating.
            age: in years, None when unknown.
            top: length of the list.

        Returns:
            Positions of the best books and their probabilities, best first, both of length ≤ ``top``.
        """


def load_ranker(directory: Path) -> LiveRanker:
    """Memory-map the ranker beside a snapshot's database."""
    from bookrec.inference.recommender import Recommender

    return Recommender.load(directory)


class LiveInference:
    """The ranker of the current snapshot, and the threads it runs in."""

    def __init__(self, metrics: Metrics) -> None:
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="ranker")
        self._metrics = metrics
        self._loading: tuple[str, asyncio.Future[LiveRanker | None]] | None = None

    async def rank(
        self, snapshot: Snapshot, history: ReaderHistory, age: int | None, top: int = TOP
    ) -> list[tuple[int, float]] | None:
        """Return (book_id, score) of the best ``top`` books for a history, best first.

        None when there is no model, or the ranker cannot be loaded or fails.
        """
        if not snapshot.has_model:
            return None
        ranker = await self._ranker(snapshot)
        if ranker is None:
            return None
        evidence = history.evidence
        books = np.array([book_id - 1 for book_id, _ in evidence], dtype=np.int32)
        ratings = np.array([rating for _, rating in evidence], dtype=np.int8)
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            positions, scores = await loop.run_in_executor(
                self._pool, ranker.top_n, books, ratings, age, top
            )
        except Exception:
            # The reader gets a page even when the arrays are wrong.
            logger.exception("live inference failed", snapshot_id=snapshot.snapshot_id)
            self._metrics.count_live_inference("failed", loop.time() - started)
            return None
        self._metrics.count_live_inference("done", loop.time() - started)
        return [
            (int(position) + 1, float(score))
            for position, score in zip(positions, scores, strict=True)
        ]

    async def _ranker(self, snapshot: Snapshot) -> LiveRanker | None:
        if self._loading is None or self._loading[0] != snapshot.snapshot_id:
            loop = asyncio.get_running_loop()
            future = loop.run_in_executor(self._pool, _load_or_log, snapshot.ranker_directory)
            self._loading = (snapshot.snapshot_id, future)
        # Shielded: a request that goes away must not cancel the loading that others wait for.
        return await asyncio.shield(self._loading[1])

    def close(self) -> None:
        """Let running inferences end and drop the waiting ones."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def _load_or_log(directory: Path) -> LiveRanker | None:
    try:
        return load_ranker(directory)
    except Exception:
        logger.exception("ranker not loaded, popular books instead", directory=str(directory))
        return None
