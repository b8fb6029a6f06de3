"""Validation figures of a training run: the pipeline's lists against baselines, on held-out books."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from bookrec.arrays import Floats, Ints
from bookrec.inference.recommender import Reader, Recommender
from bookrec.inference.retrievers import LISTED
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.metrics.book_facts import BookFacts
from bookrec.offline.metrics.list_figures import LIKED_METRICS, liked_figures, ranking_figures
from bookrec.offline.metrics.prediction import auc, log_loss
from bookrec.offline.metrics.propensity import inverse_propensities, propensity_ndcg
from bookrec.offline.metrics.shelf_figures import shelf_figures
from bookrec.offline.runtime.one_thread import one_blas_thread
from bookrec.topk import best_first

TOP = 20
"""Length of the measured lists."""
SHARE_PRIORS = (5.0, 50.0)
"""Pseudo-counts of a reader's and of a book's share of explicit ratings, in interactions; tuned on the
validation part of Book-Crossing."""

Metrics = dict[str, float]
"""Figures by name."""


def list_metrics(
    recommender: Recommender,
    readers: Iterable[Reader],
    held_out: Interactions,
    candidates: int,
    facts: BookFacts,
) -> dict[str, Metrics]:
    """Compute figures of the first twenty books of the pipeline and of its parts.

    Args:
        recommender: Recommender fitted without the held-out interactions.
        readers: [n] readers.
        held_out: Their held-out interactions; ``reader_idx`` is the place in ``readers``.
        candidates: Books that the pipeline ranks per reader.
        facts: Facts of the books in the interactions that the recommender is fitted to.

    Returns:
        Per list maker (``pipeline``, the labels of `LISTED`, ``two-tower``, ``popularity``): NDCG,
        recall and hit rate over liked held-out books (``…@20_liked``) and over all of them, NDCG by
        inverse propensity, and `shelf_figures`; undefined figures are left out.
    """
    retrieval = recommender.retrieval
    makers = ("pipeline", *(label for label, _ in LISTED), "two-tower", "popularity")
    lists: dict[str, list[Ints]] = {maker: [] for maker in makers}
    seen_books: list[Ints] = []
    everything = np.arange(retrieval.n_books, dtype=np.int32)
    bar = tqdm(list(readers), desc="validation", disable=None, leave=False)
    with one_blas_thread():
        for reader in bar:
            profile = recommender.profile(reader)
            scores, seen = profile.retriever_scores, reader.history.books
            seen_books.append(seen)
            tower = retrieval.tower_scores([scores])[0]
            books = retrieval.candidates(scores, tower, candidates, seen)
            logits = recommender.logits(profile, books, tower[books])
            lists["pipeline"].append(_top(books, logits, seen))
            for maker, values in (
                *((label, scores.spread(name, retrieval.n_books)) for label, name in LISTED),
                ("two-tower", tower),
                ("popularity", retrieval.metadata.popularity),
            ):
                lists[maker].append(_top(everything, values, seen))
    seen_by_row = _interactions(seen_books)
    return {
        maker: _figures(
            np.array(rows, dtype=np.int32).reshape(-1, TOP), held_out, seen_by_row, facts
        )
        for maker, rows in lists.items()
    }


def _top(books: Ints, scores: Floats, seen: Ints) -> Ints:
    """[20] best books, unseen ones first, -1 where there are no more."""
    row = np.full(TOP, -1, dtype=np.int32)
    order = best_first(np.where(np.isin(books, seen), -np.inf, scores), TOP)
    row[: len(order)] = books[order]
    return row


def _interactions(books_of_rows: list[Ints]) -> Interactions:
    """Seen books of each row as interactions without ratings."""
    lengths = [len(books) for books in books_of_rows]
    rows = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    books = np.concatenate([np.empty(0, np.int32), *books_of_rows]).astype(np.int32)
    return Interactions(rows, books, np.zeros(len(books), np.int8))


def _figures(lists: Ints, held_out: Interactions, seen: Interactions, facts: BookFacts) -> Metrics:
    """Figures of lists [R, 20]; means are over the readers for whom they are defined."""
    figures = liked_figures(lists, held_out, (TOP,))
    figures |= ranking_figures(lists, held_out, (TOP,), LIKED_METRICS)
    weights = inverse_propensities(facts.readers)
    figures[f"ndcg@{TOP}_propensity"] = propensity_ndcg(lists, held_out, weights)
    defined = {name: values[~np.isnan(values)] for name, values in figures.items()}
    means = {name: float(values.mean()) for name, values in defined.items() if len(values)}
    shelf = shelf_figures(lists, held_out, seen, facts)
    return means | {name: value for name, value in shelf.items() if not math.isnan(value)}


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
