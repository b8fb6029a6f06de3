"""Explicit target: whether an interaction carries a rating, and the predictors beside ``classic``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.metrics.prediction import auc
from bookrec.offline.metrics.significance import Interval
from bookrec.offline.training.validation import explicit_metrics, share_log_odds

READER_PRIORS: Final = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
BOOK_PRIORS: Final = (2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0)
_RESAMPLES: Final = 500

Numbers = NDArray[np.floating]


@dataclass(frozen=True)
class SharePriors:
    """Interactions at the overall share that are added to those of a reader and of a book."""

    reader: float
    book: float


def tuned_priors(train: Interactions, validation: Interactions) -> SharePriors:
    """Find the priors with which the shares of ``train`` predict ``validation`` best, by AUC.

    Tries all pairs of `READER_PRIORS` and `BOOK_PRIORS`; the first of equals wins.
    """
    labels = validation.rating > 0
    best, best_auc = SharePriors(READER_PRIORS[0], BOOK_PRIORS[0]), -1.0
    for reader in READER_PRIORS:
        for book in BOOK_PRIORS:
            figure = auc(labels, share_log_odds(train, validation, reader, book))
            if figure > best_auc:
                best, best_auc = SharePriors(reader, book), figure
    return best


def explicit_figures(
    predicted: Numbers, known: Interactions, test: Interactions, priors: SharePriors, seed: int
) -> dict[str, dict[str, float]]:
    """Measure a model's probabilities, the tuned shares and popularity.

    The model's row also has ``auc above shares`` with its 95 % interval, ``low`` and ``high``.
    """
    figures = explicit_metrics(predicted, known, test, (priors.reader, priors.book))
    if "auc" in figures["pipeline"]:
        shares = share_log_odds(known, test, priors.reader, priors.book)
        above = auc_difference(
            test.rating > 0, predicted, shares, test.reader_idx, np.random.default_rng(seed)
        )
        figures["pipeline"] |= {
            "auc above shares": above.value,
            "low": above.low,
            "high": above.high,
        }
    figures["shares"] |= {"reader prior": priors.reader, "book prior": priors.book}
    return figures


def auc_difference(
    labels: NDArray[np.bool_],
    scores: Numbers,
    others: Numbers,
    reader_idx: Ints,
    rng: np.random.Generator,
) -> Interval:
    """Difference of two AUCs, with a percentile bootstrap interval.

    Readers are drawn, each with all their interactions: those of one reader are not independent
    (Field and Welsh, "Bootstrapping clustered data", JRSS B 2007).

    Args:
        labels: [n] classes.
        scores: [n] scores.
        others: [n] scores whose AUC is subtracted.
        reader_idx: [n] readers.
        rng: draws the readers.
    """
    readers, row_reader = np.unique(reader_idx, return_inverse=True)
    first, second = _Ranked.of(labels, scores), _Ranked.of(labels, others)
    differences = []
    for _ in range(_RESAMPLES):
        drawn = np.bincount(rng.integers(0, len(readers), len(readers)), minlength=len(readers))
        weights = drawn[row_reader].astype(np.float64)
        differences.append(first.auc(weights) - second.auc(weights))
    low, high = np.nanpercentile(differences, [2.5, 97.5])
    return Interval(auc(labels, scores) - auc(labels, others), float(low), float(high))


@dataclass(frozen=True)
class _Ranked:
    """Scores sorted once, for the AUC under many weightings of the rows."""

    labels: NDArray[np.bool_]
    place: NDArray[np.intp]
    """[n] place of each score among the distinct ones."""

    @classmethod
    def of(cls, labels: NDArray[np.bool_], scores: Numbers) -> _Ranked:
        """Sort scores."""
        return cls(labels, np.unique(scores, return_inverse=True)[1])

    def auc(self, weights: NDArray[np.float64]) -> float:
        """Return the AUC of rows with ``weights`` [n]; NaN where a class is missing."""
        positive = np.bincount(self.place, weights * self.labels)
        negative = np.bincount(self.place, weights * ~self.labels)
        pairs = positive.sum() * negative.sum()
        below = np.cumsum(negative) - negative / 2
        return float(positive @ below / pairs) if pairs else float("nan")
