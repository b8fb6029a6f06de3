"""Platt calibration of the ranker's logits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.inference.recommender import Recommender
from bookrec.offline.data.histories import readers_at
from bookrec.offline.data.interactions import Interactions, by_reader


def calibrate(
    model: Any,
    recommender: Recommender,
    history: Interactions,
    held_out: Interactions,
    age_bands: Ints,
    readers: NDArray[np.integer],
    candidates: int,
) -> tuple[float, float]:
    """Turn ranking logits into probabilities of an interaction, keeping every order.

    Platt scaling ("Probabilistic Outputs for Support Vector Machines", 1999): ``a * logit + b``
    fitted to whether candidates of held-out readers were held-out books, folded into the output
    layer. Softmax training leaves the level of the logits open, so raw ones are no probabilities.

    Args:
        recommender: the compiled ``model`` with retrievers fitted to ``history``.
        readers: whose candidates to fit to.

    Returns:
        ``a`` and ``b``.
    """
    held_start = by_reader(held_out, len(age_bands))
    logits, labels = [], []
    for reader, subject in zip(readers, readers_at(history, age_bands, readers), strict=True):
        profile = recommender.profile(subject)
        scores = profile.retriever_scores
        tower = recommender.retrieval.tower_scores([scores])[0]
        books = recommender.retrieval.candidates(scores, tower, candidates, subject.history.books)
        logits.append(recommender.logits(profile, books, tower[books]))
        hidden_books = held_out.book_idx[held_start[reader] : held_start[reader + 1]]
        labels.append(np.isin(books, hidden_books))
    scale, shift = fit_platt(np.concatenate(logits), np.concatenate(labels))
    kernel, bias = model.get_layer("output").get_weights()
    model.get_layer("output").set_weights([kernel * scale, bias * scale + shift])
    return scale, shift


def fit_platt(
    logits: NDArray[np.floating], labels: NDArray[np.bool_], steps: int = 50
) -> tuple[float, float]:
    """Scale (positive) and shift of the maximum-likelihood ``sigmoid(scale * logit + shift)``.

    Newton's method with a weak ridge, which keeps it finite where one class is missing or the
    classes separate.
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
