"""The classic target: is an interaction explicit (rating > 0)? What preset ``classic`` is measured
beside, and by how much it differs.
"""

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
    """How many interactions at the overall share are added to those of a reader and of a book."""

    reader: float
    book: float


def tuned_priors(train: Interactions, validation: Interactions) -> SharePriors:
    """The priors with which the shares of ``train`` predict ``validation`` best, by AUC.

    All pairs of `READER_PRIORS` and `BOOK_PRIORS` are tried; the first of equals stays.
    """
    labels = validation.rating > 0
    best, best_auc = SharePriors(READER_PRIORS[0], BOOK_PRIORS[0]), -1.0
    for reader in READER_PRIORS:
        for book in BOOK_PRIORS:
            found = auc(labels, share_log_odds(train, validation, reader, book))
            if found > best_auc:
                best, best_auc = SharePriors(reader, book), found
    return best


def explicit_figures(
    predicted: Numbers, known: Interactions, test: Interactions, priors: SharePriors, seed: int
) -> dict[str, dict[str, float]]:
    """Figures of a model's probabilities ([test]), of the tuned shares and of popularity.

    The model's row also has ``auc above shares`` with its 95 % interval, ``low`` and ``high``.
    """
    found = explicit_metrics(predicted, known, test, (priors.reader, priors.book))
    if "auc" in found["pipeline"]:
        shares = share_log_odds(known, test, priors.reader, priors.book)
        above = auc_difference(
            test.rating > 0, predicted, shares, test.reader_idx, np.random.default_rng(seed)
        )
        found["pipeline"] |= {"auc above shares": above.value, "low": above.low, "high": above.high}
    found["shares"] |= {"reader prior": priors.reader, "book prior": priors.book}
    return found


def auc_difference(
    labels: NDArray[np.bool_],
    scores: Numbers,
    others: Numbers,
    reader_idx: Ints,
    rng: np.random.Generator,
) -> Interval:
    """AUC of ``scores`` less that of ``others``, with a percentile bootstrap interval.

    Readers are drawn, each with all their interactions: those of one reader are not independent
    (Field and Welsh, "Bootstrapping clustered data", JRSS B 2007).

    Args:
        labels, scores, others, reader_idx: [n].
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
    """[n] the place of each score among the distinct ones."""

    @classmethod
    def of(cls, labels: NDArray[np.bool_], scores: Numbers) -> _Ranked:
        return cls(labels, np.unique(scores, return_inverse=True)[1])

    def auc(self, weights: NDArray[np.float64]) -> float:
        """The AUC of rows that count ``weights`` ([n]) times; NaN without one of the classes."""
        positive = np.bincount(self.place, weights * self.labels)
        negative = np.bincount(self.place, weights * ~self.labels)
        pairs = positive.sum() * negative.sum()
        below = np.cumsum(negative) - negative / 2
        return float(positive @ below / pairs) if pairs else float("nan")
