"""Measurement of one scorer on one split, with figures per reader where they are defined."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints
from bookrec.offline.evaluation.holdout.fit_data import Scorer
from bookrec.offline.evaluation.holdout.held_out_set import NEGATIVE_KINDS, HeldOutSet
from bookrec.offline.evaluation.measure.figures import overall_figures, per_reader_figures
from bookrec.offline.evaluation.measure.measurement import TOP, Measurement
from bookrec.offline.evaluation.measure.predictions import (
    LIST_LENGTH,
    hits_of,
    predict,
)
from bookrec.offline.metrics.bins import Bins, binned
from bookrec.offline.metrics.book_facts import BookFacts, book_facts
from bookrec.offline.metrics.calibration import calibration_bins
from bookrec.offline.metrics.ranking import ndcg

READER_EDGES: Final = (5, 10, 20, 50, 100, 200)
"""Bins of readers by their known interactions: below 5, 5-9, …"""
BOOK_EDGES: Final = (1, 3, 6, 11, 31, 101)
"""Bins of held-out books by their known readers: 0, 1-2, 3-5, …"""


@runtime_checkable
class Probabilistic(Protocol):
    """Scorer whose scores give probabilities of an interaction."""

    def probabilities(self, scores: Floats) -> NDArray[np.floating]:
        """[readers, n] probabilities of [readers, n] scores, 0–1."""
        ...


def measure(
    name: str,
    scorer: Scorer,
    held_out_set: HeldOutSet,
    seed: int,
    facts: BookFacts | None = None,
    bar_label: Callable[[str], str] = str,
) -> Measurement:
    """Measure every figure of a scorer.

    Args:
        name: of the scorer.
        scorer: fitted to the known part.
        held_out_set: readers and their held-out books.
        seed: of the negatives; the same for every scorer.
        facts: of the known part; None = count them here, without authors.
        bar_label: turns the name into the label of a progress bar.
    """
    facts = facts or book_facts(held_out_set.known, held_out_set.n_books)
    pairs = {kind: held_out_set.pairs(kind, seed) for kind in NEGATIVE_KINDS}
    predictions = predict(scorer, held_out_set, pairs, label=bar_label(name))
    measurement = Measurement(
        name,
        held_out_set.readers,
        per_reader_figures(predictions.lists, held_out_set, facts),
        overall_figures(predictions, pairs, held_out_set, facts),
        *_groups(predictions.lists, held_out_set),
        seconds={"lists": predictions.seconds},
    )
    if isinstance(scorer, Probabilistic):
        listed = predictions.lists >= 0
        probabilities = np.asarray(scorer.probabilities(predictions.scores))[listed]
        measurement.predicted, measurement.observed = calibration_bins(
            probabilities, hits_of(predictions.lists, held_out_set)[0][listed]
        )
    return measurement


def _groups(lists: Ints, held_out_set: HeldOutSet) -> tuple[Bins, Bins]:
    """Bin NDCG@20 by the reader's known interactions, recall@20 by the book's known readers."""
    assert lists.shape[1] >= TOP or LIST_LENGTH < TOP
    hits, relevant = hits_of(lists[:, :TOP], held_out_set)
    rows = np.searchsorted(held_out_set.readers, held_out_set.seen.reader_idx)
    sizes = np.bincount(rows, minlength=len(held_out_set.readers))
    by_reader = binned(ndcg(hits, relevant), sizes, READER_EDGES)

    listed = np.arange(len(lists), dtype=np.int64)[:, None] * held_out_set.n_books + lists[:, :TOP]
    hit = np.isin(held_out_set.keys(), listed[lists[:, :TOP] >= 0])
    readers_of = np.bincount(held_out_set.known.book_idx, minlength=held_out_set.n_books)
    by_book = binned(hit, readers_of[held_out_set.held_out.book_idx], BOOK_EDGES)
    return by_reader, by_book
