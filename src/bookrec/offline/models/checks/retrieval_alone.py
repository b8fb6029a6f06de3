"""Comparison of a model with the first retriever alone, which would list books without a model."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bookrec.inference.retrievers import RETRIEVERS
from bookrec.offline.data.interactions import by_reader
from bookrec.offline.models.checks.finding import Finding, Level
from bookrec.offline.models.checks.hidden_books import TOP, Judged, without_pairs, work_ndcg
from bookrec.offline.retrieval.retriever_fit import RetrieverData, fit_of
from bookrec.offline.retrieval.time_windows import windowed_histories


def retrieval_ndcg(subject: Judged, pairs: list[tuple[int, int]]) -> NDArray[np.float64]:
    """[readers] NDCG@20 of lists by the first of `RETRIEVERS`, fitted without the hidden books.

    Args:
        subject: recommender and data set.
        pairs: readers and their hidden books, from `hidden_books`.
    """
    dataset, recommender = subject.dataset, subject.recommender
    shown = without_pairs(subject.interactions, pairs)
    histories = windowed_histories(shown, dataset.n_readers, dataset.n_books)
    data = RetrieverData(histories, recommender.retrieval.metadata, "check")
    table = fit_of(RETRIEVERS[0]).fit(data)
    start = by_reader(shown, dataset.n_readers)
    everything = np.arange(dataset.n_books, dtype=np.int32)
    figures = np.empty(len(pairs))
    for place, (reader, book) in enumerate(pairs):
        seen = shown.book_idx[start[reader] : start[reader + 1]]
        neighbours, weights, _ = table.of(seen)
        values = np.bincount(neighbours, weights, dataset.n_books).astype(np.float64)
        values[values <= 0] = -np.inf
        listed = recommender.choose(seen, everything, values, TOP)
        figures[place] = work_ndcg(dataset.work_of_book, listed, book)
    return figures


def retrieval_sentence(model: float, retrieval: float, error: float) -> str:
    """State how a model ranks beside the first of `RETRIEVERS`.

    Args:
        model: NDCG@20 of the model's lists.
        retrieval: NDCG@20 of the retriever's lists.
        error: half of the 95 % interval of the difference.
    """
    difference, name = model - retrieval, RETRIEVERS[0].label
    share = f" by {abs(difference) / retrieval:.0%}" if retrieval else ""
    verdict = f"does not differ from {name} alone for sure"
    if abs(difference) > error:
        verdict = f"ranks {'better' if difference > 0 else 'worse'} than {name} alone{share}"
    return (
        f"the model {verdict}: NDCG@20 {model:.4f}, {name} {retrieval:.4f} (difference "
        f"{difference:+.4f} ± {error:.4f})"
    )


def retrieval_finding(model: NDArray[np.float64], retrieval: NDArray[np.float64]) -> Finding:
    """Compare the model with the retrieval, paired by reader.

    The model may have seen the hidden books and the retrieval has not, so a model that is worse is
    better left out.

    Args:
        model: [readers] NDCG@20 of the model's lists.
        retrieval: [readers] NDCG@20 of the retriever's lists.
    """
    difference = model - retrieval
    error = 1.96 * float(difference.std(ddof=1)) / len(difference) ** 0.5
    mean, base = float(difference.mean()), float(retrieval.mean())
    level: Level = "warning" if mean + error < 0 else "ok"
    return Finding(
        "beats retrieval",
        level,
        f"{retrieval_sentence(float(model.mean()), base, error)}, on the same hidden books, which only "
        "the model may have seen.",
        ""
        if level == "ok"
        else "the lists would be better without the model: look at the checks above, or train here "
        "with 'bookrec train'.",
        {"ndcg@20": float(model.mean()), "retrieval_ndcg@20": base, "difference": mean},
    )
