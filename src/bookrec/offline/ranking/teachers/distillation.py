"""Distillation: soft labels for the ranker from gradient-boosted trees.

A hidden interaction labels one book of its group; a network trained on such labels overfits after two
epochs. Trees fit the shapes of the pair features better, but cannot be split by side and served like a
network. The trees are therefore the teacher: the network fits their probabilities (Hinton, Vinyals,
Dean, "Distilling the Knowledge in a Neural Network", 2015; for rankers Tang, Wang, "Ranking
Distillation", KDD 2018), for many epochs (Beyer et al., "Knowledge distillation: A good teacher is
patient and consistent", CVPR 2022).

The trees are XGBoost's (Chen, Guestrin, KDD 2016) with the network's listwise loss, and the weights of
its targets. Labels are cross-fitted: the trees that label a fold are fitted to other folds, so they do
not repeat its targets.
An interaction hidden in two rounds may occur in both parts, but without ids the trees hardly recognise
it.

Soft labels are proportional to P(taken up) · P(liked | taken up)^w: other trees predict liking
(`teachers.liking`), and the network learns the product as one logit.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import xgboost
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from tqdm import tqdm

from bookrec.arrays import Floats
from bookrec.offline.ranking.teachers.liking import log_liked_of
from bookrec.offline.ranking.train_listwise import ListwiseFold
from bookrec.offline.runtime.untyped import ProgressBar

_LEAST_CURVATURE: Final = 1e-6
_PATIENCE: Final = 10
"""Trees without a gain before boosting stops."""
_TREES: Final = {
    "tree_method": "hist",
    "grow_policy": "lossguide",
    "max_leaves": 63,
    "max_depth": 0,
    "learning_rate": 0.1,
    "min_child_weight": 20.0,
    "reg_lambda": 5.0,
    "colsample_bytree": 0.6,
    "subsample": 0.7,
    "base_score": 0.0,
    "disable_default_eval_metric": True,
}


def distil(
    listwise_folds: Sequence[ListwiseFold],
    folds: int,
    trees: int,
    seed: int,
    liking: float = 0.0,
) -> list[ListwiseFold]:
    """Add soft labels to ``listwise_folds``.

    Args:
        listwise_folds: Folds whose groups have one target each, the first book.
        folds: Cross-fitting folds. Trees fitted to the others label each; if the others have no
            groups, the trees are fitted to all.
        trees: Most trees per fold; early stopping on the labelled fold may leave fewer.
        seed: Seed of XGBoost.
        liking: w, the power of P(liked | taken up) in the labels; 0 leaves it out.
    """
    fold_logits = [
        np.empty(listwise_fold.groups.books.shape, dtype=np.float32)
        for listwise_fold in listwise_folds
    ]
    full = [
        number
        for number, listwise_fold in enumerate(listwise_folds)
        if len(listwise_fold.groups.books)
    ]
    total = folds * trees
    with tqdm(total=total, desc="ranker: trees", unit="tree", disable=None, leave=False) as bar:
        for fold in range(folds):
            held_out = [number for number in full if number % folds == fold]
            fitted = [number for number in full if number not in held_out] or full
            if held_out:
                teacher = _fit_trees(
                    [listwise_folds[n] for n in fitted],
                    [listwise_folds[n] for n in held_out],
                    trees,
                    seed,
                    bar,
                )
                for number in held_out:
                    fold_logits[number] = _logits(teacher, listwise_folds[number])
            bar.update((fold + 1) * trees - bar.n)
    factor = _inverse_temperature(np.concatenate(fold_logits), _weights(listwise_folds))
    label_logits = [factor * logits for logits in fold_logits]
    if liking and (log_liked := log_liked_of(listwise_folds, folds, seed)) is not None:
        label_logits = [
            taken + np.float32(liking) * liked
            for taken, liked in zip(label_logits, log_liked, strict=True)
        ]
    return [
        replace(listwise_fold, soft_labels=softmax(logits, axis=1))
        for listwise_fold, logits in zip(listwise_folds, label_logits, strict=True)
    ]


def listwise_objective(
    size: int, weights: Floats
) -> Callable[[Floats, xgboost.DMatrix], tuple[Floats, Floats]]:
    """Build XGBoost's objective for the listwise loss over groups of ``size`` consecutive rows.

    The loss is the cross-entropy of each group's first row under the softmax over the group (Cao et
    al., "Learning to Rank: From Pairwise Approach to Listwise Approach", ICML 2007), times the group's
    weight.

    Args:
        size: Books of a group, S.
        weights: [G] weights of the groups.

    Returns:
        Function from logits [G * S] to the gradient [G * S] and the diagonal of the Hessian [G * S].
    """

    def objective(logits: Floats, _: xgboost.DMatrix) -> tuple[Floats, Floats]:
        probabilities = softmax(logits.reshape(-1, size), axis=1)
        gradient = probabilities.copy()
        gradient[:, 0] -= 1.0
        curvature = np.maximum(probabilities * (1.0 - probabilities), _LEAST_CURVATURE)
        scale = weights[:, None]
        return (scale * gradient).ravel(), (scale * curvature).ravel()

    return objective


class _Pairs(xgboost.DataIter):
    """Iterator over the pairs of all folds, one fold in memory at a time."""

    def __init__(self, listwise_folds: Sequence[ListwiseFold]) -> None:
        super().__init__()
        self.listwise_folds, self.position = listwise_folds, 0

    def reset(self) -> None:
        self.position = 0

    def next(self, input_data: Callable[..., object]) -> bool:
        if self.position == len(self.listwise_folds):
            return False
        input_data(data=self.listwise_folds[self.position].pair_table())
        self.position += 1
        return True


class _Progress(xgboost.callback.TrainingCallback):
    def __init__(self, bar: ProgressBar) -> None:
        self.bar = bar

    def after_iteration(
        self,
        model: xgboost.Booster,  # noqa: ARG002
        epoch: int,  # noqa: ARG002
        evals_log: xgboost.callback.TrainingCallback.EvalsLog,  # noqa: ARG002
    ) -> bool:
        self.bar.update()
        return False


def _fit_trees(
    fitted: Sequence[ListwiseFold],
    held_out: Sequence[ListwiseFold],
    trees: int,
    seed: int,
    bar: ProgressBar,
) -> xgboost.Booster:
    """Fit trees to ``fitted``, with early stopping on ``held_out``."""
    size = fitted[0].groups.books.shape[1]
    held_out_weights = _weights(held_out)
    threads = len(os.sched_getaffinity(0))
    table = xgboost.QuantileDMatrix(_Pairs(fitted), nthread=threads)
    validation = xgboost.QuantileDMatrix(_Pairs(held_out), nthread=threads, ref=table)
    best = xgboost.callback.EarlyStopping(rounds=_PATIENCE, save_best=True)
    return xgboost.train(
        _TREES | {"seed": seed, "nthread": threads},
        table,
        trees,
        evals=[(validation, "held_out")],
        obj=listwise_objective(size, _weights(fitted)),
        custom_metric=lambda logits, _: (
            "loss",
            _cross_entropy(logits.reshape(-1, size), held_out_weights),
        ),
        callbacks=[_Progress(bar), best],
        verbose_eval=False,
    )


def _logits(teacher: xgboost.Booster, listwise_fold: ListwiseFold) -> Floats:
    """[G, S] float32 logits of the teacher for a fold."""
    logits: Floats = teacher.inplace_predict(listwise_fold.pair_table(), predict_type="margin")
    return logits.reshape(listwise_fold.groups.books.shape).astype(np.float32)


def _weights(listwise_folds: Sequence[ListwiseFold]) -> Floats:
    """[G] weights of the targets of all folds."""
    return np.concatenate([listwise_fold.groups.weights[:, 0] for listwise_fold in listwise_folds])


def _cross_entropy(logits: Floats, weights: Floats) -> float:
    """Weighted mean cross-entropy of the targets, the first column of ``logits`` [n, S]."""
    losses = -log_softmax(logits, axis=1)[:, 0]
    return float((weights * losses).sum() / max(float(weights.sum()), 1e-9))


def _inverse_temperature(logits: Floats, weights: Floats) -> float:
    """Factor on logits [n, S] that minimises the weighted cross-entropy of the targets.

    It corrects the trees' overconfidence on held-out groups (temperature scaling).
    """
    minimum = minimize_scalar(
        lambda logarithm: _cross_entropy(np.exp(logarithm) * logits, weights),
        bounds=(-3.0, 3.0),
        method="bounded",
    )
    return float(np.exp(minimum.x))
