"""Top-N lists of many readers and books, computed in shards by a few processes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from bookrec.ages import age_band
from bookrec.history import make_history
from bookrec.offline.worker_pool import map_shards
from bookrec.ranker import Floats, Ints
from bookrec.recommender import Reader, Recommender
from bookrec.selection import rows_of

_SHARD = 512


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
        start = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        rows = None if self.rows is None else self.rows[places]
        return Histories(start, books, self.ratings[where], self.ages[places], rows)

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


def top_lists(
    ranker_directory: Path,
    histories: Histories,
    top: int,
    candidates: int | None,
    *,
    label: str,
    workers: int | None = None,
) -> Lists:
    """The ``top`` books for every history, in their order.

    Args:
        ranker_directory: what `Recommender.save` wrote.
        candidates: see `Recommender.candidates`.
        label: of the progress bar.
        workers: processes; default one per core. 0 works in this process.
    """
    count = len(histories)
    shards = [slice(at, min(at + _SHARD, count)) for at in range(0, count, _SHARD)]
    tasks = ((histories.shard(where), top, candidates) for where in shards)
    results: list[Lists] = []
    with tqdm(total=count, desc=label, unit="lists", disable=None, leave=False) as bar:
        made = map_shards(shard_lists, Recommender.load, ranker_directory, tasks, workers)
        for where, lists in zip(shards, made, strict=True):
            results.append(lists)
            bar.update(where.stop - where.start)
    return _joined(results)


Task = tuple[Histories, int, int | None]
"""Whose lists, how long, and from how many candidates (None = the whole catalogue)."""


def shard_lists(recommender: Recommender, task: Task) -> Lists:
    """The lists of one shard: what a worker does."""
    histories, top, candidates = task
    recommender = replace(recommender, candidates=candidates)
    made = list(recommender.top_lists(list(histories.readers()), top))
    sizes = [len(found.books) for found in made]
    return Lists(
        np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        np.concatenate([found.books for found in made]).astype(np.int32),
        np.concatenate([found.scores for found in made]),
        sum(found.pairs for found in made),
    )


def known_row(rows: Floats | None, place: int) -> Floats | None:
    """The features of a reader the ranker knows by id; None for one who is to be folded in."""
    return None if rows is None or np.isnan(rows[place, 0]) else rows[place]


def _joined(parts: list[Lists]) -> Lists:
    if not parts:
        return Lists(np.zeros(1, np.int64), np.empty(0, np.int32), np.empty(0))
    sizes = np.concatenate([np.diff(part.start) for part in parts])
    return Lists(
        np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        np.concatenate([part.book for part in parts]),
        np.concatenate([part.score for part in parts]),
        sum(part.pairs for part in parts),
    )
