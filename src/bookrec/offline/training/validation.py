"""Validation figures of a training run: the pipeline's lists beside simple ones, on held-out books."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from bookrec.arrays import Floats, Ints
from bookrec.inference.history import POSITIVE_RATING, History, make_history
from bookrec.inference.recommender import Reader, Recommender
from bookrec.offline.data.histories import known_reader_features
from bookrec.offline.data.interactions import Interactions, by_reader
from bookrec.offline.metrics.prediction import auc, log_loss
from bookrec.offline.metrics.ranking import ndcg, recall
from bookrec.topk import best

TOP = 20
SHARE_PRIORS = (5.0, 50.0)
"""Of a reader's and of a book's share of explicit ratings: best on the validation part of
Book-Crossing."""

Metrics = dict[str, float]


@dataclass(frozen=True)
class Task:
    """One reader of the validation: what is known of them, and what was held out."""

    reader: int
    books: Ints
    ratings: NDArray[np.int8]
    age_band: int
    held_out: Ints
    liked: Ints
    """Those of ``held_out`` that are rated at least 7."""


def tasks(
    known: Interactions,
    held_out: Interactions,
    age_bands: Ints,
    readers: NDArray[np.integer],
) -> Iterator[Task]:
    """A `Task` for each of ``readers``."""
    start = by_reader(known, len(age_bands))
    held_start = by_reader(held_out, len(age_bands))
    for reader in readers:
        own = slice(start[reader], start[reader + 1])
        held = held_out[np.arange(held_start[reader], held_start[reader + 1])]
        yield Task(
            int(reader),
            known.book_idx[own],
            known.rating[own],
            int(age_bands[reader]),
            held.book_idx,
            held.book_idx[held.rating >= POSITIVE_RATING],
        )


def list_metrics(
    recommender: Recommender,
    reader_rows: Floats | None,
    candidates: int,
    all_tasks: list[Task],
) -> dict[str, Metrics]:
    """NDCG@20 and Recall@20 of the pipeline and of its parts.

    Args:
        recommender: fitted without the held-out interactions.
        reader_rows: [readers, F] for a ranker that knows readers by id, else None.
        candidates: how many books the pipeline ranks.

    Returns:
        Per list maker (``pipeline``, ``item-knn``, ``random walk``, ``two-tower``,
        ``popularity``): ``ndcg@20`` and ``recall@20`` over all held-out books, and ``…_liked`` over
        the liked ones of the readers who have any.
    """
    retrieval = recommender.retrieval
    lists: dict[str, list[Metrics]] = {
        name: [] for name in ("pipeline", "item-knn", "random walk", "two-tower", "popularity")
    }
    everything = np.arange(retrieval.n_books, dtype=np.int32)
    for task in tqdm(all_tasks, desc="validation", disable=None, leave=False):
        history = make_history(task.books, task.ratings)
        row = known_reader_features(reader_rows, task.reader)
        profile = recommender.profile(Reader(history, task.age_band, row))
        tower = retrieval.tower_scores([profile.retriever_scores])[0]
        chosen = retrieval.candidates(profile.retriever_scores, tower, candidates, history.books)
        logits = recommender.logits(profile, chosen, tower[chosen])
        lists["pipeline"].append(_measure(chosen, logits, history, task))
        knn, walk = (
            profile.retriever_scores.spread(name, retrieval.n_books) for name in ("knn", "walk")
        )
        for name, scores in (
            ("item-knn", knn),
            ("random walk", walk),
            ("two-tower", tower),
            ("popularity", retrieval.metadata.popularity),
        ):
            lists[name].append(_measure(everything, scores, history, task))
    return {name: _mean(rows) for name, rows in lists.items()}


def _measure(books: Ints, scores: Floats, history: History, task: Task) -> Metrics:
    scores = np.where(np.isin(books, history.books), -np.inf, scores)
    places = best(scores, TOP)
    top = books[places[np.argsort(-scores[places], kind="stable")]]
    row = {}
    for suffix, hidden_books in (("", task.held_out), ("_liked", task.liked)):
        if len(hidden_books):
            hits = np.isin(top, hidden_books)
            row[f"ndcg@{TOP}{suffix}"] = float(ndcg(hits, len(hidden_books)))
            row[f"recall@{TOP}{suffix}"] = float(recall(hits, len(hidden_books)))
    return row


def _mean(rows: list[Metrics]) -> Metrics:
    names = sorted({name for row in rows for name in row})
    return {name: float(np.mean([row[name] for row in rows if name in row])) for name in names}


def explicit_metrics(
    predicted: NDArray[np.floating],
    train: Interactions,
    held_out: Interactions,
    priors: tuple[float, float] = SHARE_PRIORS,
) -> dict[str, Metrics]:
    """AUC and log-loss of "is this interaction explicit?", beside two simple predictors.

    ``popularity``: the book's number of readers. ``shares``: smoothed log-odds of the reader's own
    plus the book's own share of explicit ratings, at the ``priors`` of both. A figure that is not
    defined (the AUC where every interaction is explicit) is left out.
    """
    labels = held_out.rating > 0
    readers = np.bincount(train.book_idx, minlength=int(held_out.book_idx.max(initial=0)) + 1)
    shares = share_log_odds(train, held_out, *priors)
    metrics = {
        "pipeline": {"auc": auc(labels, predicted), "log_loss": log_loss(labels, predicted)},
        "popularity": {"auc": auc(labels, readers[held_out.book_idx].astype(np.float64))},
        "shares": {"auc": auc(labels, shares)},
    }
    return {
        name: {key: value for key, value in row.items() if math.isfinite(value)}
        for name, row in metrics.items()
    }


def share_log_odds(
    train: Interactions, held_out: Interactions, reader_prior: float, book_prior: float
) -> NDArray[np.float64]:
    """[held out] smoothed log-odds of the reader's plus the book's own share of explicit ratings.

    The simplest honest predictor of "explicit"; so many interactions at the overall share are added
    to those of each reader and of each book.
    """
    explicit = train.rating > 0
    overall = float(explicit.mean()) if len(train) else 0.5
    total = np.zeros(len(held_out))
    for key, wanted, prior in (
        (train.reader_idx, held_out.reader_idx, reader_prior),
        (train.book_idx, held_out.book_idx, book_prior),
    ):
        size = int(max(key.max(initial=0), wanted.max(initial=0))) + 1
        count = np.bincount(key, minlength=size)
        share = (np.bincount(key, explicit, size) + prior * overall) / (count + prior)
        share = np.clip(share, 1e-6, 1 - 1e-6)
        total += np.log(share / (1 - share))[wanted]
    return total
