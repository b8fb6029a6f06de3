"""Soft targets for the ranker: what gradient-boosted trees say of every book of a group.

One hidden interaction tells little of the other books of its group, and a network that is told only
of it learns readers and books by heart after two epochs. Trees find the shapes of the pair features by
themselves, but cannot be split and run like a network. So they teach it: the network learns their
probabilities (distillation; Hinton, Vinyals, Dean, "Distilling the Knowledge in a Neural Network",
2015; for rankers Tang, Wang, "Ranking Distillation", KDD 2018), for many epochs (Beyer et al.,
"Knowledge distillation: A good teacher is patient and consistent", CVPR 2022).

The trees are XGBoost's (Chen, Guestrin, KDD 2016), grown for the network's own listwise loss. Of a
lesson they say what they learnt from others, so that they do not repeat its targets.
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
from bookrec.offline.ranker_training import Lesson

_LEAST_CURVATURE: Final = 1e-6
_TREES: Final = {
    "tree_method": "hist", "grow_policy": "lossguide", "max_leaves": 63, "max_depth": 0,
    "learning_rate": 0.1, "min_child_weight": 20.0, "reg_lambda": 5.0, "colsample_bytree": 0.6,
    "subsample": 0.7, "base_score": 0.0,
}  # fmt: skip


def taught(lessons: Sequence[Lesson], folds: int, trees: int, seed: int) -> list[Lesson]:
    """The lessons with soft targets.

    Args:
        lessons: whose groups have one target each, the first of its books.
        folds: the lessons are asked about in so many turns, each time the trees grown on those of the
            other turns. Where the others have no groups, they say what they learnt from all.
        trees: to grow for each turn.
    """
    said = [np.empty(0, dtype=np.float32)] * len(lessons)
    turns = [range(turn, len(lessons), folds) for turn in range(min(folds, len(lessons)))]
    with tqdm(total=len(turns) * trees, desc="ranker: trees", unit="tree", disable=None) as bar:
        for turn in turns:
            others = [lessons[n] for n in range(len(lessons)) if n not in turn]
            known = [lesson for lesson in others if len(lesson.groups.books)] or lessons
            teacher = _grown(known, trees, seed, bar)
            for number in turn:
                said[number] = _logits(teacher, lessons[number])
    sharpness = _sharpness(np.concatenate(said))
    return [
        replace(lesson, soft=softmax(sharpness * logits, axis=1))
        for lesson, logits in zip(lessons, said, strict=True)
    ]


def listwise_objective(size: int) -> Callable[[Floats, Any], tuple[Floats, Floats]]:
    """XGBoost's objective for the cross-entropy of the first of every ``size`` rows under the softmax
    over them (Cao et al., "Learning to Rank: From Pairwise Approach to Listwise Approach", ICML 2007):
    from logits [G * S] to its gradient and the diagonal of its Hessian."""

    def objective(logits: Floats, _: Any) -> tuple[Floats, Floats]:
        probable = softmax(logits.reshape(-1, size), axis=1)
        gradient = probable.copy()
        gradient[:, 0] -= 1.0
        curvature = np.maximum(probable * (1.0 - probable), _LEAST_CURVATURE)
        return gradient.ravel(), curvature.ravel()

    return objective


class _Pairs(xgboost.DataIter):
    """The pairs of all lessons, those of one at a time, so that one table is in memory."""

    def __init__(self, lessons: Sequence[Lesson]) -> None:
        super().__init__()
        self.lessons, self.next_one = lessons, 0

    def reset(self) -> None:
        self.next_one = 0

    def next(self, input_data: Callable[..., Any]) -> bool:
        if self.next_one == len(self.lessons):
            return False
        input_data(data=_pairs(self.lessons[self.next_one]))
        self.next_one += 1
        return True


class _Progress(xgboost.callback.TrainingCallback):
    def __init__(self, bar: Any) -> None:
        self.bar = bar

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:  # noqa: ARG002
        self.bar.update()
        return False


def _pairs(lesson: Lesson) -> Floats:
    """[G * S, F] every number the ranker is told of each pair. No ids, nor the title: trees would
    learn them by heart."""
    groups = lesson.groups
    size = groups.books.shape[1]
    reader = np.column_stack([groups.reader_features, groups.age_band]).astype(np.float32)
    table = np.concatenate(
        [
            groups.pair_features,
            np.repeat(reader[:, None], size, axis=1),
            lesson.features.numbers[groups.books],
        ],
        axis=2,
    )
    return table.reshape(-1, table.shape[2])


def _grown(lessons: Sequence[Lesson], trees: int, seed: int, bar: Any) -> xgboost.Booster:
    threads = len(os.sched_getaffinity(0))
    return xgboost.train(
        _TREES | {"seed": seed, "nthread": threads},
        xgboost.QuantileDMatrix(_Pairs(lessons), nthread=threads),
        trees,
        obj=listwise_objective(lessons[0].groups.books.shape[1]),
        callbacks=[_Progress(bar)],
    )


def _logits(teacher: xgboost.Booster, lesson: Lesson) -> Floats:
    """[G, S]"""
    said = teacher.inplace_predict(_pairs(lesson), predict_type="margin")
    return said.reshape(lesson.groups.books.shape).astype(np.float32)


def _sharpness(logits: Floats) -> float:
    """What to multiply logits [n, S] with before the softmax, so that the first books, the targets,
    are as probable as can be: trees are surer of what they were not grown on than they should be."""

    def surprise(logarithm: float) -> float:
        return -float(log_softmax(np.exp(logarithm) * logits, axis=1)[:, 0].mean())

    return float(np.exp(minimize_scalar(surprise, bounds=(-3.0, 3.0), method="bounded").x))
