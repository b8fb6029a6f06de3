"""Validation figures of a training run: the pipeline's lists against baselines, on held-out books."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from bookrec.arrays import Floats, Ints
from bookrec.inference.history import POSITIVE_RATING
from bookrec.inference.recommender import Reader, Recommender
from bookrec.inference.retrievers import LISTED
from bookrec.offline.data.interactions import Interactions, by_reader
from bookrec.offline.metrics.prediction import auc, log_loss
from bookrec.offline.metrics.ranking import ndcg, recall
from bookrec.topk import best_first

TOP = 20
"""Length of the measured lists."""
SHARE_PRIORS = (5.0, 50.0)
"""Pseudo-counts of a reader's and of a book's share of explicit ratings, in interactions; tuned on the
validation part of Book-Crossing."""

Metrics = dict[str, float]
"""Figures by name."""


@dataclass(frozen=True)
class HeldOutBooks:
    """Held-out books of one reader."""

    books: Ints
    """Positions of the held-out books."""
    liked: Ints
    """Positions of held-out books rated at least 7."""


def books_of_readers(
    held_out: Interactions, n_readers: int, readers: NDArray[np.integer]
) -> Iterator[HeldOutBooks]:
    """Yield the held-out books of some readers.

    Args:
        held_out: Held-out interactions, sorted by reader.
        n_readers: Number of readers of the data set.
        readers: [n] positions of readers.
    """
    start = by_reader(held_out, n_readers)
    for reader in readers.tolist():
        part = held_out[np.arange(start[reader], start[reader + 1])]
        yield HeldOutBooks(part.book_idx, part.book_idx[part.rating >= POSITIVE_RATING])


def list_metrics(
    recommender: Recommender,
    tasks: Iterable[tuple[Reader, HeldOutBooks]],
    candidates: int,
) -> dict[str, Metrics]:
    """Compute NDCG@20 and Recall@20 of the pipeline and of its parts.

    Args:
        recommender: Recommender fitted without the held-out interactions.
        tasks: Readers with their held-out books.
        candidates: Books that the pipeline ranks per reader.

    Returns:
        Per list maker (``pipeline``, the labels of `LISTED`, ``two-tower``, ``popularity``):
        ``ndcg@20`` and ``recall@20`` over all held-out books, and ``…_liked`` over the liked ones, for
        readers who have any.
    """
    retrieval = recommender.retrieval
    makers = ("pipeline", *(label for label, _ in LISTED), "two-tower", "popularity")
    rows: dict[str, list[Metrics]] = {maker: [] for maker in makers}
    everything = np.arange(retrieval.n_books, dtype=np.int32)
    for reader, held_out in tqdm(list(tasks), desc="validation", disable=None, leave=False):
        profile = recommender.profile(reader)
        scores, seen = profile.retriever_scores, reader.history.books
        tower = retrieval.tower_scores([scores])[0]
        books = retrieval.candidates(scores, tower, candidates, seen)
        logits = recommender.logits(profile, books, tower[books])
        rows["pipeline"].append(_measure(books, logits, seen, held_out))
        for maker, values in (
            *((label, scores.spread(name, retrieval.n_books)) for label, name in LISTED),
            ("two-tower", tower),
            ("popularity", retrieval.metadata.popularity),
        ):
            rows[maker].append(_measure(everything, values, seen, held_out))
    return {maker: _mean(measured) for maker, measured in rows.items()}


def _measure(books: Ints, scores: Floats, seen: Ints, held_out: HeldOutBooks) -> Metrics:
    scores = np.where(np.isin(books, seen), -np.inf, scores)
    top = books[best_first(scores, TOP)]
    row = {}
    for suffix, relevant in (("", held_out.books), ("_liked", held_out.liked)):
        if len(relevant):
            hits = np.isin(top, relevant)
            row[f"ndcg@{TOP}{suffix}"] = float(ndcg(hits, len(relevant)))
            row[f"recall@{TOP}{suffix}"] = float(recall(hits, len(relevant)))
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
    """Compute AUC and log-loss of predicting explicit interactions, with two baselines.

    Baseline ``popularity`` is the book's number of readers, ``shares`` is `share_log_odds`. Undefined
    figures are left out, such as the AUC if every interaction is explicit.

    Args:
        predicted: [n] probability that each held-out interaction is explicit.
        train: Training interactions.
        held_out: The ``n`` held-out interactions.
        priors: Pseudo-counts of the reader's and of the book's share.
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
    """[n] log-odds of the reader's plus those of the book's smoothed share of explicit ratings.

    Args:
        train: Interactions that the shares are counted from.
        held_out: The ``n`` interactions to predict.
        reader_prior: Pseudo-count at the overall share, for readers.
        book_prior: Pseudo-count at the overall share, for books.
    """
    explicit = train.rating > 0
    overall = float(explicit.mean()) if len(train) else 0.5
    total = np.zeros(len(held_out))
    for key, lookup, prior in (
        (train.reader_idx, held_out.reader_idx, reader_prior),
        (train.book_idx, held_out.book_idx, book_prior),
    ):
        size = int(max(key.max(initial=0), lookup.max(initial=0))) + 1
        count = np.bincount(key, minlength=size)
        share = (np.bincount(key, explicit, size) + prior * overall) / (count + prior)
        share = np.clip(share, 1e-6, 1 - 1e-6)
        total += np.log(share / (1 - share))[lookup]
    return total
