"""A scorer's answers: its lists for every reader asked, and its scores of the pairs to tell apart."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from tqdm import tqdm

from bookrec.arrays import Floats, Ints
from bookrec.offline.data.interactions import interaction_matrix
from bookrec.offline.evaluation.holdout.fit_data import Scorer
from bookrec.offline.evaluation.holdout.held_out_set import HeldOutSet, Pairs
from bookrec.topk import best_first

LIST_LENGTH: Final = 100
_BATCH: Final = 256


@dataclass(frozen=True)
class Predictions:
    """What a scorer said."""

    lists: Ints
    """[R, 100] books best first without the reader's own, -1 where there are no more."""
    scores: Floats
    """[R, 100] their scores."""
    lists_with_own: Ints | None
    """[R, 100] the same with the reader's own books kept in; None for a scorer that never lists them
    (or that was not asked)."""
    pairs: dict[str, Floats]
    """Kind of negatives → scores of those pairs."""
    seconds: float


def lists_of(scorer: Scorer, held_out_set: HeldOutSet, length: int) -> Ints:
    """[R, length] books best first, without the reader's own: all that tuning needs."""
    return answer(scorer, held_out_set, {}, with_own=False, length=length).lists


def answer(
    scorer: Scorer,
    held_out_set: HeldOutSet,
    pairs: dict[str, Pairs],
    *,
    with_own: bool = True,
    length: int = LIST_LENGTH,
    label: str | None = None,
) -> Predictions:
    """Ask a scorer, a few hundred readers at a time."""
    started = time.perf_counter()
    count = len(held_out_set.readers)
    own = _own_matrix(held_out_set)
    lists = np.full((count, length), -1, dtype=np.int32)
    kept = np.full((count, length), -1, dtype=np.int32) if with_own else None
    values = np.full((count, length), -np.inf, dtype=np.float32)
    said = {kind: np.zeros(len(found.row), dtype=np.float32) for kind, found in pairs.items()}
    orders = {kind: np.argsort(found.row, kind="stable") for kind, found in pairs.items()}
    starts, lists_own = range(0, count, _BATCH), False
    for start in tqdm(starts, desc=label, disable=None if label else True, leave=False):
        stop = min(start + _BATCH, count)
        scores = scorer.scores(held_out_set.readers[start:stop])
        for kind, found in pairs.items():
            ordered = found.row[orders[kind]]
            places = orders[kind][slice(*np.searchsorted(ordered, [start, stop]))]
            said[kind][places] = scores[found.row[places] - start, found.book[places]]
        if kept is not None:
            _fill(kept[start:stop], None, scores)
        scores = np.array(scores, dtype=np.float32)
        seen = own[start:stop].tocoo()
        lists_own |= bool((scores[seen.row, seen.col] > -np.inf).any())
        scores[seen.row, seen.col] = -np.inf
        _fill(lists[start:stop], values[start:stop], scores)
    seconds = time.perf_counter() - started
    return Predictions(lists, values, kept if lists_own else None, said, seconds)


def _fill(lists: Ints, values: Floats | None, scores: Floats) -> None:
    """Write the best books of each row of scores, ties by position."""
    for place, row in enumerate(scores):
        order = best_first(row, lists.shape[1])
        order = order[row[order] > -np.inf]
        lists[place, : len(order)] = order
        if values is not None:
            values[place, : len(order)] = row[order]


def _own_matrix(held_out_set: HeldOutSet) -> sparse.csr_matrix:
    seen, readers = held_out_set.own, held_out_set.readers
    ones = np.ones(len(seen), bool)
    return interaction_matrix(seen.renumbered(readers), len(readers), held_out_set.n_books, ones)


def hits_of(
    lists: Ints, held_out_set: HeldOutSet, keep: NDArray[np.bool_] | None = None
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Which listed books were held out.

    Args:
        keep: [held out] which of them count; None = all.

    Returns:
        [R, k] hits, and [R] how many there were to find.
    """
    keys, rows = held_out_set.keys(), held_out_set.rows
    if keep is not None:
        keys, rows = keys[keep], rows[keep]
    listed = np.arange(len(lists), dtype=np.int64)[:, None] * held_out_set.n_books + lists
    hits = np.isin(listed, keys) & (lists >= 0)
    return hits, np.bincount(rows, minlength=len(lists))
