"""Checks of rankings: dependence on the reader, comparison with popularity and with the retrieval."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kendalltau

from bookrec.arrays import Floats, Ints
from bookrec.offline.data.histories import readers_at
from bookrec.offline.metrics.book_facts import book_facts
from bookrec.offline.metrics.coverage import commonest_share
from bookrec.offline.models.checks.finding import Finding, Level
from bookrec.offline.models.checks.hidden_books import hidden_books, popularity_figures
from bookrec.offline.models.checks.list_checks import (
    agreement_findings,
    crowd_finding,
    taste_finding,
)
from bookrec.offline.models.checks.retrieval_alone import retrieval_finding, retrieval_ndcg
from bookrec.offline.models.checks.subject import Subject
from bookrec.offline.runtime.one_thread import one_blas_thread

_READERS = 40
"""Readers whose orders are compared."""
_BOOKS = 300
"""Books in these orders."""
_TOP = 20
"""Length of the compared lists."""
_SAME = 0.999
"""Kendall's tau of two readers' orders from which on the finding is an error."""
_ALIKE = 0.95
"""Kendall's tau from which on it is a warning."""
_ENOUGH = 20
"""Fewest readers for a comparison with popularity."""
_FEW = 5
"""Fewest readers whose first books are compared."""
_SAME_FIRST = 0.75
"""Share of readers with the same best book above which the finding is a warning. It is more than in
lists, since one of a few hundred sampled books may be the best for many."""


def check_orders_differ(subject: Subject) -> Iterator[Finding]:
    """Compare the orders of readers; equal orders mean that the reader does not reach the model."""
    rng = np.random.default_rng(subject.seed)
    readers = rng.choice(subject.active, min(_READERS, len(subject.active)), replace=False)
    books = np.sort(
        rng.choice(subject.dataset.n_books, min(_BOOKS, subject.dataset.n_books), replace=False)
    ).astype(np.int32)
    if len(readers) < 2 or len(books) < 2:
        yield Finding("orders differ", "ok", "too few readers and books to compare orders.")
        return
    yield orders_finding(_logits(subject, readers, books))


def _logits(subject: Subject, readers: Ints, books: Ints) -> Floats:
    """[readers, books] logits of the ranker."""
    recommender = subject.recommender
    sampled = readers_at(subject.interactions, subject.age_bands, readers, subject.reader_rows)
    with one_blas_thread():
        rows = [recommender.logits(recommender.profile(reader), books) for reader in sampled]
    return np.stack(rows)


def orders_finding(logits: Floats) -> Finding:
    """Compare the orders of readers in pairs.

    Args:
        logits: [readers, books] logits of the ranker.
    """
    halves = zip(logits[::2], logits[1::2], strict=False)
    # Median, since a few folded-in readers may differ even if all known readers are alike.
    tau = float(np.median([_agreement(left, right) for left, right in halves]))
    k = min(_TOP, logits.shape[1] // 2)
    best = np.argsort(-logits, axis=1, kind="stable")[:, :k]
    overlap = float(
        np.mean([len(set(a) & set(b)) / k for a, b in zip(best[::2], best[1::2], strict=False)])
    )
    first = commonest_share(best[:, :1].astype(np.int32)) if len(best) >= _FEW else 0.0
    alike = tau >= _ALIKE or first > _SAME_FIRST
    level: Level = "error" if tau >= _SAME else "warning" if alike else "ok"
    return Finding(
        "orders differ",
        level,
        f"two readers' orders of {logits.shape[1]} sampled books agree with Kendall's tau {tau:.3f} "
        f"(median), and share {overlap:.0%} of their best {k}; the same book "
        f"is first for {first:.0%} ({len(logits)} readers).",
        ""
        if level == "ok"
        else "the reader hardly reaches the model: look at the reader-side inputs above (encoder, "
        "constant inputs), or it never learnt from them.",
        {"kendall_tau": tau, "overlap": overlap, "same first": first},
    )


def _agreement(left: Floats, right: Floats) -> float:
    """Kendall's tau of two rows; 1 for two constant rows, 0 for a constant and another row."""
    tau = float(kendalltau(left, right).statistic)
    if np.isnan(tau):
        return 1.0 if np.ptp(left) == np.ptp(right) else 0.0
    return tau


def check_beats_popularity(subject: Subject) -> Iterator[Finding]:
    """Compare the ranks of hidden books with their ranks by popularity, and judge the lists.

    One positive book of each sampled reader is hidden from the history. The model may have seen it in
    training, as the text says. So a model below popularity is useless, but one above it proves little;
    ``bookrec evaluate`` measures on held-out books.
    """
    pairs = hidden_books(subject)
    if len(pairs) < _ENOUGH:
        yield Finding(
            "beats popularity",
            "ok",
            f"{len(pairs)} readers with two books or more are too few to compare with popularity.",
        )
        return
    figures = popularity_figures(subject, pairs)
    yield popularity_finding(figures.model_ndcg, figures.popular_ndcg, figures.auc)
    yield retrieval_finding(figures.model_ndcg, retrieval_ndcg(subject, pairs))
    facts = book_facts(subject.interactions, subject.dataset.n_books)
    yield from agreement_findings(subject, pairs, figures)
    yield taste_finding(figures.lists, facts)
    yield crowd_finding(figures.lists, facts)


def popularity_finding(
    model: NDArray[np.float64], popular: NDArray[np.float64], auc: float
) -> Finding:
    """Compare the model with popularity, paired by reader.

    Args:
        model: [readers] NDCG@20 of the model's lists.
        popular: [readers] NDCG@20 of the most popular books.
        auc: probability that the model scores a hidden book above a popular one.
    """
    difference = model - popular
    error = 1.96 * float(difference.std(ddof=1)) / len(difference) ** 0.5
    mean = float(difference.mean())
    level: Level = "ok" if mean > 0 else "warning"
    if mean + error < 0 or (mean <= 0 and auc < 0.5):
        level = "error"
    return Finding(
        "beats popularity",
        level,
        f"NDCG@20 {model.mean():.4f}, popularity {popular.mean():.4f} (difference {mean:+.4f} ± "
        f"{error:.4f}); AUC against books as popular {auc:.3f} ({len(model)} readers, a book of each "
        "hidden; data the model may have seen).",
        ""
        if level == "ok"
        else "popular books for everyone would do as well: look at the checks above, compare with "
        "'bookrec evaluate', or train here with 'bookrec train'.",
        {"ndcg@20": float(model.mean()), "popularity_ndcg@20": float(popular.mean()), "auc": auc},
    )
