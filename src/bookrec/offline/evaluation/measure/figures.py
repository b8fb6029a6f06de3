"""Figures of the lists and scores of one scorer, by name: per reader, and over all readers."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.evaluation.holdout.held_out_set import HeldOutSet, Pairs
from bookrec.offline.evaluation.measure.measurement import (
    OVER_ALL,
    PROPENSITY,
    PROPENSITY_POOLED,
    TOP,
)
from bookrec.offline.evaluation.measure.predictions import Predictions, hits_of
from bookrec.offline.metrics.book_facts import BookFacts
from bookrec.offline.metrics.calibration import cross_calibrated
from bookrec.offline.metrics.coverage import coverage, intra_list_diversity, novelty
from bookrec.offline.metrics.list_figures import liked_figures, ranking_figures
from bookrec.offline.metrics.prediction import auc, log_loss
from bookrec.offline.metrics.propensity import (
    STRATA,
    inverse_propensities,
    pooled_propensity_ndcg,
    propensity_ndcg,
    strata_of_books,
)
from bookrec.offline.metrics.ranking import factorised_top_k, ndcg
from bookrec.offline.metrics.shelf_figures import shelf_figures

CUTS: Final = (10, 20, 50)
FACTORISED_CUTS: Final = (1, 5, 10, 50, 100)
COVERAGE_CUT: Final = 50
_DIVERSE_LISTS: Final = 2000
"""Lists whose diversity is measured, at most."""


def per_reader_figures(
    lists: Ints, held_out_set: HeldOutSet, facts: BookFacts
) -> dict[str, NDArray[np.float64]]:
    """Metric → [R]: every list metric at every cut, over liked books, by propensity, by stratum.

    Args:
        lists: [R, k] unseen books, best first, -1 where there are no more.
        held_out_set: of the same readers.
        facts: of the known part.
    """
    held_out = held_out_set.held_out.renumbered(held_out_set.readers)
    top = lists[:, :TOP]
    weights = inverse_propensities(facts.readers)
    return (
        liked_figures(lists, held_out, (TOP,))
        | ranking_figures(lists, held_out, CUTS)
        | {
            PROPENSITY: propensity_ndcg(top, held_out, weights),
            PROPENSITY_POOLED: pooled_propensity_ndcg(top, held_out, weights),
        }
        | _by_stratum(top, held_out, facts)
    )


def stratum_metric(stratum: str) -> str:
    """Name NDCG@20 over the held-out books of one of `STRATA`."""
    return f"{OVER_ALL}_{stratum}"


def _by_stratum(
    lists: Ints, held_out: Interactions, facts: BookFacts
) -> dict[str, NDArray[np.float64]]:
    """NDCG@20 with the held-out books of one stratum as the relevant ones, for each stratum."""
    stratum = strata_of_books(facts.readers, held_out)[held_out.book_idx]
    figures: dict[str, NDArray[np.float64]] = {}
    for place, name in enumerate(STRATA):
        some = held_out[stratum == place]
        figures |= ranking_figures(lists, some, (TOP,), {"ndcg": ndcg}, f"_{name}")
    return figures


def overall_figures(
    predictions: Predictions, pairs: dict[str, Pairs], held_out_set: HeldOutSet, facts: BookFacts
) -> dict[str, float]:
    """Metric → figure over all readers.

    Args:
        predictions: lists and scores of pairs.
        pairs: the pairs, by kind of negatives.
        held_out_set: the readers.
        facts: of the known part.
    """
    figures = _factorised(predictions, held_out_set)
    for kind, pair_set in pairs.items():
        scores = predictions.pairs[kind]
        figures[f"auc, {kind}"] = auc(pair_set.label, scores)
        probabilities = cross_calibrated(scores, pair_set.label, pair_set.row % 2 == 0)
        figures[f"log-loss, {kind}"] = log_loss(pair_set.label, probabilities)
    n_books, known = held_out_set.n_books, held_out_set.known
    lists, top = predictions.lists[:, :COVERAGE_CUT], predictions.lists[:, :TOP]
    figures[f"coverage@{COVERAGE_CUT}"] = coverage(lists, n_books)
    figures[f"coverage@{TOP}"] = coverage(top, n_books)
    figures[f"novelty@{TOP}"] = novelty(top, known, n_books)
    figures[f"diversity@{TOP}"] = intra_list_diversity(
        top[:_DIVERSE_LISTS], known, held_out_set.n_readers, n_books
    )
    held_out = held_out_set.held_out.renumbered(held_out_set.readers)
    seen = held_out_set.seen.renumbered(held_out_set.readers)
    return figures | shelf_figures(top, held_out, seen, facts)


def _factorised(predictions: Predictions, held_out_set: HeldOutSet) -> dict[str, float]:
    """Factorised top-k, seen books removed and kept."""
    figures = {}
    for suffix, lists in (("removed", predictions.lists), ("kept", predictions.lists_with_seen)):
        if lists is None:  # a scorer that never lists seen books has no such figures
            continue
        hits, relevant = hits_of(lists, held_out_set)
        for cut in FACTORISED_CUTS:
            figures[f"top-{cut}, seen {suffix}"] = factorised_top_k(hits[:, :cut], relevant)
    return figures
