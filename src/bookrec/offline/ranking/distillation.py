"""Soft targets for the ranker: what gradient-boosted trees say of every book of a group.

One hidden interaction tells little of the other books of its group, and a network that is told only
of it learns readers and books by heart after two epochs. Trees find the shapes of the pair features by
themselves, but cannot be split and run like a network. So they teach it: the network learns their
probabilities (distillation; Hinton, Vinyals, Dean, "Distilling the Knowledge in a Neural Network",
2015; for rankers Tang, Wang, "Ranking Distillation", KDD 2018), for many epochs (Beyer et al.,
"Knowledge distillation: A good teacher is patient and consistent", CVPR 2022).

The trees are XGBoost's (Chen, Guestrin, KDD 2016), grown for the network's own listwise loss. Of a
lesson they say what they learnt from others, so that they do not repeat its targets; an interaction
that was hidden in two rounds may be in both, but without ids it is hardly recognised.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import xgboost
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from tqdm import tqdm

from bookrec.arrays import Floats
from bookrec.offline.ranking.train_listwise import ListwiseFold

_LEAST_CURVATURE: Final = 1e-6
_PATIENCE: Final = 10
"""Trees that may bring nothing before growing stops."""
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
    listwise_folds: Sequence[ListwiseFold], folds: int, trees: int, seed: int
) -> list[ListwiseFold]:
    """The lessons with soft targets.

    Args:
        lessons: whose groups have one target each, the first of its books.
        folds: the lessons are asked about in so many turns, each time the trees grown on those of the
            other turns. Where the others have no groups, they say what they learnt from all.
        trees: to grow for each turn at most; fewer where more would know less of what is asked.
    """
    said = [
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
        for turn in range(folds):
            asked = [number for number in full if number % folds == turn]
            known = [number for number in full if number not in asked] or full
            if asked:
                teacher = _grown(
                    [listwise_folds[n] for n in known],
                    [listwise_folds[n] for n in asked],
                    trees,
                    seed,
                    bar,
                )
                for number in asked:
                    said[number] = _logits(teacher, listwise_folds[number])
            bar.update((turn + 1) * trees - bar.n)
    sharpness = _sharpness(np.concatenate(said))
    return [
        replace(listwise_fold, soft_labels=softmax(sharpness * logits, axis=1))
        for listwise_fold, logits in zip(listwise_folds, said, strict=True)
    ]


def listwise_objective(size: int) -> Callable[[Floats, Any], tuple[Floats, Floats]]:
    """XGBoost's objective for the cross-entropy of the first of every ``size`` rows under the softmax
    over them (Cao et al., "Learning to Rank: From Pairwise Approach to Listwise Approach", ICML 2007):
    from logits [G * S] to its gradient and the diagonal of its Hessian.
    """

    def objective(logits: Floats, _: Any) -> tuple[Floats, Floats]:
        probable = softmax(logits.reshape(-1, size), axis=1)
        gradient = probable.copy()
        gradient[:, 0] -= 1.0
        curvature = np.maximum(probable * (1.0 - probable), _LEAST_CURVATURE)
        return gradient.ravel(), curvature.ravel()

    return objective


class _Pairs(xgboost.DataIter):
    """The pairs of all lessons, those of one at a time, so that one table is in memory."""

    def __init__(self, listwise_folds: Sequence[ListwiseFold]) -> None:
        super().__init__()
        self.listwise_folds, self.next_one = listwise_folds, 0

    def reset(self) -> None:
        self.next_one = 0

    def next(self, input_data: Callable[..., Any]) -> bool:
        if self.next_one == len(self.listwise_folds):
            return False
        input_data(data=_pairs(self.listwise_folds[self.next_one]))
        self.next_one += 1
        return True


class _Progress(xgboost.callback.TrainingCallback):
    def __init__(self, bar: Any) -> None:
        self.bar = bar

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:  # noqa: ARG002
        self.bar.update()
        return False


def _pairs(listwise_fold: ListwiseFold) -> Floats:
    """[G * S, F] every number the ranker is told of each pair. No ids, nor the title: trees would
    learn them by heart.
    """
    groups = listwise_fold.groups
    size = groups.books.shape[1]
    reader = np.column_stack([groups.reader_features, groups.age_band]).astype(np.float32)
    table = np.concatenate(
        [
            groups.pair_features,
            np.repeat(reader[:, None], size, axis=1),
            listwise_fold.features.numbers[groups.books],
        ],
        axis=2,
    )
    return table.reshape(-1, table.shape[2])


def _grown(
    known: Sequence[ListwiseFold], asked: Sequence[ListwiseFold], trees: int, seed: int, bar: Any
) -> xgboost.Booster:
    """Trees for ``known``, as many as are best for ``asked``: all they are told of these is when to
    stop.
    """
    size = known[0].groups.books.shape[1]
    threads = len(os.sched_getaffinity(0))
    table = xgboost.QuantileDMatrix(_Pairs(known), nthread=threads)
    held = xgboost.QuantileDMatrix(_Pairs(asked), nthread=threads, ref=table)
    best = xgboost.callback.EarlyStopping(rounds=_PATIENCE, save_best=True)
    return xgboost.train(
        _TREES | {"seed": seed, "nthread": threads},
        table,
        trees,
        evals=[(held, "asked")],
        obj=listwise_objective(size),
        custom_metric=lambda logits, _: ("surprise", _surprise(logits.reshape(-1, size))),
        callbacks=[_Progress(bar), best],
        verbose_eval=False,
    )


def _logits(teacher: xgboost.Booster, listwise_fold: ListwiseFold) -> Floats:
    """[G, S]"""
    said = teacher.inplace_predict(_pairs(listwise_fold), predict_type="margin")
    return said.reshape(listwise_fold.groups.books.shape).astype(np.float32)


def _surprise(logits: Floats) -> float:
    """Mean cross-entropy of the first book of each row, the target, under the softmax over it."""
    return -float(log_softmax(logits, axis=1)[:, 0].mean())


def _sharpness(logits: Floats) -> float:
    """What to multiply logits [n, S] with before the softmax, so that the targets are as probable as
    can be: trees are surer of what they were not grown on than they should be.
    """
    found = minimize_scalar(
        lambda logarithm: _surprise(np.exp(logarithm) * logits),
        bounds=(-3.0, 3.0),
        method="bounded",
    )
    return float(np.exp(found.x))
