"""Platt calibration of the ranker's logits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats
from bookrec.offline.runtime.untyped import KerasModel


def calibrate(
    model: KerasModel, logits: Sequence[Floats], positive: Sequence[NDArray[np.bool_]]
) -> tuple[float, float]:
    """Turn ranking logits into probabilities of a positive interaction; the ranking does not change.

    Platt scaling ("Probabilistic Outputs for Support Vector Machines", 1999) fits ``a * logit + b`` to
    whether each candidate is a held-out book of its reader that they did not dislike, and folds both
    into the output layer of ``model``, in place. Raw logits give no probabilities, because softmax
    training leaves their level undetermined.

    Args:
        model: The ranker; its output layer changes.
        logits: [C] logits of the candidates of each reader.
        positive: [C] whether each is a positive interaction.

    Returns:
        ``a`` and ``b``.
    """
    scale, shift = fit_platt(np.concatenate(logits), np.concatenate(positive))
    kernel, bias = model.get_layer("output").get_weights()
    model.get_layer("output").set_weights([kernel * scale, bias * scale + shift])
    return scale, shift


def fit_platt(
    logits: NDArray[np.floating], labels: NDArray[np.bool_], steps: int = 50
) -> tuple[float, float]:
    """Fit ``sigmoid(scale * logit + shift)`` by maximum likelihood.

    Newton's method runs with a weak ridge, which keeps the result finite if a class is missing or the
    classes are separable.

    Args:
        logits: [n] logits.
        labels: [n] whether each is a positive.
        steps: Most Newton steps.

    Returns:
        Scale (positive) and shift.
    """
    design = np.stack([logits.astype(np.float64), np.ones(len(logits))], axis=1)
    ridge = np.diag([1e-3, 1e-3]) * max(1.0, len(logits) * 1e-3)
    prior = np.array([1.0, 0.0])
    solution = prior.copy()
    for _ in range(steps):
        predicted = 1 / (1 + np.exp(-np.clip(design @ solution, -35, 35)))
        gradient = design.T @ (predicted - labels) + ridge @ (solution - prior)
        curvature = (design * (predicted * (1 - predicted))[:, None]).T @ design + ridge
        change = np.linalg.solve(curvature, gradient)
        solution -= np.clip(change, -2.0, 2.0)
        if np.abs(change).max() < 1e-9:
            break
    return max(float(solution[0]), 1e-3), float(solution[1])
