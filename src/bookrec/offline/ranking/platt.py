"""Platt calibration of the ranker's logits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.inference.recommender import Recommender
from bookrec.offline.data.histories import readers_at
from bookrec.offline.data.interactions import Interactions, by_reader
from bookrec.offline.runtime.untyped import KerasModel


def calibrate(
    model: KerasModel,
    recommender: Recommender,
    history: Interactions,
    held_out: Interactions,
    age_bands: Ints,
    readers: NDArray[np.integer],
    candidates: int,
) -> tuple[float, float]:
    """Turn ranking logits into probabilities of an interaction; the ranking does not change.

    Platt scaling ("Probabilistic Outputs for Support Vector Machines", 1999) fits ``a * logit + b`` to
    whether each candidate is a held-out book of its reader, and folds both into the output layer of
    ``model``, in place. Raw logits give no probabilities, because softmax training leaves their level
    undetermined.

    Args:
        model: The ranker; its output layer changes.
        recommender: The compiled ``model`` with retrievers fitted to ``history``.
        history: Interactions that features are computed from.
        held_out: Held-out interactions, sorted by reader.
        age_bands: [R] age band of each reader.
        readers: [n] readers whose candidates the scaling is fitted to.
        candidates: Candidates per reader.

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
