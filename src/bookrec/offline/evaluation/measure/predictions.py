"""Predictions of a scorer: a list for every reader of a held-out set, and scores of pairs."""

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
from bookrec.offline.metrics.list_figures import hits_of_lists
from bookrec.topk import best_first

LIST_LENGTH: Final = 100
_BATCH: Final = 256


@dataclass(frozen=True)
class Predictions:
    """Lists and scores of one scorer."""

    lists: Ints
    """[R, 100] unseen books, best first, -1 where there are no more."""
    scores: Floats
    """[R, 100] scores of these books."""
    lists_with_seen: Ints | None
    """[R, 100] books with the seen ones kept; None for a scorer that never lists seen books, or where
    they were not wanted."""
    pairs: dict[str, Floats]
    """Kind of negatives → scores of those pairs."""
    seconds: float
    """Time of scoring."""


def lists_of(scorer: Scorer, held_out_set: HeldOutSet, length: int) -> Ints:
    """[R, length] unseen books, best first: all that tuning needs."""
    return predict(scorer, held_out_set, {}, with_seen=False, length=length).lists


def predict(
    scorer: Scorer,
    held_out_set: HeldOutSet,
    pairs: dict[str, Pairs],
    *,
    with_seen: bool = True,
    length: int = LIST_LENGTH,
    label: str | None = None,
) -> Predictions:
    """Score a held-out set, some hundred readers at a time.

    Args:
        scorer: fitted to the known part.
        held_out_set: the readers.
        pairs: pairs to score, by kind of negatives.
        with_seen: whether to make lists with seen books too.
        length: of the lists.
        label: of the progress bar; None for none.
    """
    started = time.perf_counter()
    count = len(held_out_set.readers)
    seen_books = _seen_matrix(held_out_set)
    lists = np.full((count, length), -1, dtype=np.int32)
    kept = np.full((count, length), -1, dtype=np.int32) if with_seen else None
    values = np.full((count, length), -np.inf, dtype=np.float32)
    pair_scores = {kind: np.zeros(len(pair.row), dtype=np.float32) for kind, pair in pairs.items()}
    orders = {kind: np.argsort(pair.row, kind="stable") for kind, pair in pairs.items()}
    starts, lists_seen = range(0, count, _BATCH), False
    for start in tqdm(starts, desc=label, disable=None if label else True, leave=False):
        stop = min(start + _BATCH, count)
        scores = scorer.scores(held_out_set.readers[start:stop])
        for kind, pair in pairs.items():
            ordered = pair.row[orders[kind]]
            places = orders[kind][slice(*np.searchsorted(ordered, [start, stop]))]
            pair_scores[kind][places] = scores[pair.row[places] - start, pair.book[places]]
        if kept is not None:
            _fill(kept[start:stop], None, scores)
        scores = np.array(scores, dtype=np.float32)
        seen = seen_books[start:stop].tocoo()
        lists_seen |= bool((scores[seen.row, seen.col] > -np.inf).any())
        scores[seen.row, seen.col] = -np.inf
        _fill(lists[start:stop], values[start:stop], scores)
    seconds = time.perf_counter() - started
    return Predictions(lists, values, kept if lists_seen else None, pair_scores, seconds)


def _fill(lists: Ints, values: Floats | None, scores: Floats) -> None:
    """Write the best books of each row of scores, ties by position."""
    for place, row in enumerate(scores):
        order = best_first(row, lists.shape[1])
        order = order[row[order] > -np.inf]
        lists[place, : len(order)] = order
        if values is not None:
            values[place, : len(order)] = row[order]


def _seen_matrix(held_out_set: HeldOutSet) -> sparse.csr_matrix:
    seen, readers = held_out_set.seen, held_out_set.readers
    ones = np.ones(len(seen), bool)
    return interaction_matrix(seen.renumbered(readers), len(readers), held_out_set.n_books, ones)


def hits_of(lists: Ints, held_out_set: HeldOutSet) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Find the listed books that were held out.

    Args:
        lists: [R, k] books, -1 for none.
        held_out_set: of the same readers.

    Returns:
        [R, k] mask of hits, and [R] number of relevant books.
    """
    return hits_of_lists(lists, held_out_set.held_out.renumbered(held_out_set.readers))
