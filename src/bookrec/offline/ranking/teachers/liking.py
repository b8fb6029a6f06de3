"""P(liked | taken up): how a reader rates a book that they take up, from the ranker's inputs.

Boosted trees (XGBoost; Chen, Guestrin, KDD 2016) tell hidden books rated at least 7 from those rated
lower. They know the book's mean rating, and what a mean over all readers cannot tell: how the reader
rates, and how they rated the books that lead to this one. `teachers.distillation` adds the logarithm
to the soft labels, so one logit orders books by the probability of being taken up and liked.

Rows are hidden books among the reader's candidates alone. Otherwise the trees would learn that
disliked books, which are hidden books of any kind, have lower retrieval scores than targets.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import xgboost
from numpy.typing import NDArray

from bookrec.arrays import Floats
from bookrec.offline.ranking.train_listwise import ListwiseFold

_TREES: Final = {
    "objective": "binary:logistic",
    "eval_metric": "logloss",
    "tree_method": "hist",
    "max_depth": 5,
    "learning_rate": 0.05,
    "min_child_weight": 20.0,
    "reg_lambda": 5.0,
    "colsample_bytree": 0.6,
    "subsample": 0.7,
}
_MOST_TREES: Final = 300
_PATIENCE: Final = 20
"""Trees without a gain before boosting stops."""
LEAST_RATED: Final = 200
"""Rated hidden books of either kind that the trees of each part need; with fewer, nothing is learnt."""


@dataclass(frozen=True)
class _Rated:
    """Rated hidden books of one fold, each reader's book once."""

    rows: Floats
    """[n, F] columns of `ListwiseFold.pair_table`."""
    liked: NDArray[np.bool_]
    """[n] whether the reader liked the book."""


def log_liked_of(
    listwise_folds: Sequence[ListwiseFold], folds: int, seed: int
) -> list[Floats] | None:
    """Compute log P(liked | taken up) of every pair, cross-fitted.

    Args:
        listwise_folds: Folds of the readers.
        folds: Cross-fitting parts; fold n is of part ``n % folds``. Trees fitted to the other parts
            score each.
        seed: Seed of XGBoost.

    Returns:
        [G, S] float32 of each fold. None where a part has fewer than `LEAST_RATED` liked or other rated
        books outside it.
    """
    rated = [_rated(listwise_fold) for listwise_fold in listwise_folds]
    teachers = []
    for part in range(folds):
        fitted = [books for number, books in enumerate(rated) if number % folds != part]
        held_out = [books for number, books in enumerate(rated) if number % folds == part]
        liked = sum(int(books.liked.sum()) for books in fitted)
        others = sum(int((~books.liked).sum()) for books in fitted)
        if min(liked, others) < LEAST_RATED:
            return None
        teachers.append(_fit(fitted, held_out, seed))
    return [
        _log_liked(teachers[number % folds], listwise_fold)
        for number, listwise_fold in enumerate(listwise_folds)
    ]


def _rated(listwise_fold: ListwiseFold) -> _Rated:
    """Collect the rated hidden books; one that is in several groups of its reader counts once."""
    signs = listwise_fold.groups.liked
    places = np.flatnonzero(signs)
    rows = listwise_fold.pair_table()[places]
    books = listwise_fold.groups.books.ravel()[places].astype(np.float32)
    _, first = np.unique(np.column_stack([books, rows]), axis=0, return_index=True)
    return _Rated(rows[first], signs.ravel()[places][first] > 0)


def _matrix(parts: Sequence[_Rated]) -> xgboost.DMatrix:
    return xgboost.DMatrix(
        np.concatenate([part.rows for part in parts]),
        np.concatenate([part.liked for part in parts]),
    )


def _fit(fitted: Sequence[_Rated], held_out: Sequence[_Rated], seed: int) -> xgboost.Booster:
    """Fit trees, stopped early on ``held_out`` where that has any book."""
    settings = _TREES | {"seed": seed, "nthread": len(os.sched_getaffinity(0))}
    if not sum(len(part.liked) for part in held_out):
        return xgboost.train(settings, _matrix(fitted), _MOST_TREES // 3, verbose_eval=False)
    return xgboost.train(
        settings,
        _matrix(fitted),
        _MOST_TREES,
        evals=[(_matrix(held_out), "held_out")],
        callbacks=[xgboost.callback.EarlyStopping(rounds=_PATIENCE, save_best=True)],
        verbose_eval=False,
    )


def _log_liked(teacher: xgboost.Booster, listwise_fold: ListwiseFold) -> Floats:
    log_odds = teacher.inplace_predict(listwise_fold.pair_table(), predict_type="margin")
    log_liked = -np.logaddexp(0.0, -log_odds)
    return log_liked.reshape(listwise_fold.groups.books.shape).astype(np.float32)
