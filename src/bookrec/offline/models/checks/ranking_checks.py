"""Checks of rankings: does the order depend on the reader, and is it better than popularity's?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kendalltau

from bookrec.arrays import Floats, Ints
from bookrec.offline.models.checks.finding import Finding, Level
from bookrec.offline.models.checks.hidden_books import hidden_books, popularity_figures
from bookrec.offline.models.checks.sampled_readers import reader_of
from bookrec.offline.models.checks.subject import Subject

_READERS = 40
_BOOKS = 300
"""Sampled for the comparison of orders."""
_TOP = 20
_SAME = 0.999
"""Kendall's tau between readers from which on their order is one and the same."""
_ALIKE = 0.95


def check_orders_differ(subject: Subject) -> Iterator[Finding]:
    """A model that gives every reader the same order has lost the reader."""
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
    """[readers, books]"""
    recommender = subject.recommender
    rows = []
    for reader in readers.tolist():
        profile = recommender.profile(reader_of(subject, reader))
        rows.append(recommender.logits(profile, books))
    return np.stack(rows)


def orders_finding(logits: Floats) -> Finding:
    """What the logits [readers, books] of some readers say of their orders."""
    halves = zip(logits[::2], logits[1::2], strict=False)
    # The median: a few readers who are folded in differ, although all that are known are alike.
    tau = float(np.median([_agreement(left, right) for left, right in halves]))
    k = min(_TOP, logits.shape[1] // 2)
    best = np.argsort(-logits, axis=1, kind="stable")[:, :k]
    overlap = float(
        np.mean([len(set(a) & set(b)) / k for a, b in zip(best[::2], best[1::2], strict=False)])
    )
    level: Level = "error" if tau >= _SAME else "warning" if tau >= _ALIKE else "ok"
    return Finding(
        "orders differ",
        level,
        f"two readers' orders of {logits.shape[1]} sampled books agree with Kendall's tau {tau:.3f} "
        f"(median), and share {overlap:.0%} of their best {k} ({len(logits)} readers).",
        ""
        if level == "ok"
        else "the reader hardly reaches the model: look at the reader-side inputs above (encoder, "
        "constant inputs), or it never learnt from them.",
        {"kendall_tau": tau, "overlap": overlap},
    )


def _agreement(left: Floats, right: Floats) -> float:
    """Kendall's tau; two constant rows agree, a constant and another do not."""
    tau = float(kendalltau(left, right).statistic)
    if np.isnan(tau):
        return 1.0 if np.ptp(left) == np.ptp(right) else 0.0
    return tau


def check_beats_popularity(subject: Subject) -> Iterator[Finding]:
    """Hidden books of readers: are they nearer the top than popularity puts them?

    One positive book of each sampled reader is hidden from the history. The model may have seen it in
    training (that is said): so being worse than popularity even here is damning, being better proves
    little; 'bookrec evaluate' measures on books that were held out.
    """
    asked = hidden_books(subject)
    if len(asked) < _ENOUGH:
        yield Finding(
            "beats popularity",
            "ok",
            f"{len(asked)} readers with two books or more are too few to compare with popularity.",
        )
        return
    found = popularity_figures(subject, asked)
    yield popularity_finding(found.model_ndcg, found.popular_ndcg, found.auc)


_ENOUGH = 20
"""Readers, at least, to say anything."""


def popularity_finding(
    model: NDArray[np.float64], popular: NDArray[np.float64], auc: float
) -> Finding:
    """Compare NDCG@20 [readers] of the model's lists with those of popularity, pair by pair."""
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
