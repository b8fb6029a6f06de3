"""A book of each sampled reader, hidden: where does the model put it, and where popularity?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.inference.history import POSITIVE_RATING
from bookrec.inference.recommender import Recommender
from bookrec.offline.compile.keras_fallback import KerasRanker
from bookrec.offline.models.checks.sampled_readers import own_books, reader_of

if TYPE_CHECKING:
    from bookrec.offline.models.checks.subject import Subject

_READERS: Final = 300
_SLOW_READERS: Final = 40
"""The same for a model that Keras itself has to run."""
_CANDIDATES: Final = 1500
"""Handed to the ranker for a list: as 'bookrec score' does it."""
_NEGATIVES: Final = 50
_TOP: Final = 20


@dataclass(frozen=True)
class Figures:
    """Of the sampled readers."""

    model_ndcg: NDArray[np.float64]
    """[readers] 1 / log2(1 + rank) of the hidden book among the first 20, else 0."""
    popular_ndcg: NDArray[np.float64]
    """[readers] the same of the most popular books."""
    auc: float
    """How often the model puts the hidden book above one drawn by popularity."""


def hidden_books(subject: Subject) -> list[tuple[int, int]]:
    """Pairs of a reader and a positive book of theirs, other books (of other works) being left."""
    slow = isinstance(subject.recommender.ranker, KerasRanker)
    rng = np.random.default_rng(subject.seed)
    works = subject.dataset.work_of_book
    found: list[tuple[int, int]] = []
    for reader in rng.permutation(subject.active).tolist():
        own = own_books(subject, reader)
        start = int(subject.history_start[reader])
        ratings = subject.interactions.rating[start : start + len(own)]
        positive = own[(ratings == 0) | (ratings >= POSITIVE_RATING)]
        single = positive[[int((works[own] == works[book]).sum()) == 1 for book in positive]]
        if len(own) >= 2 and len(single):
            found.append((reader, int(rng.choice(single))))
        if len(found) == (_SLOW_READERS if slow else _READERS):
            break
    return found


def popularity_figures(subject: Subject, asked: list[tuple[int, int]]) -> Figures:
    """The model's lists and scores beside popularity's, for `hidden_books`."""
    rng = np.random.default_rng(subject.seed)
    recommender = replace(subject.recommender, candidates=_CANDIDATES)
    counts = np.bincount(subject.interactions.book_idx, minlength=subject.dataset.n_books)
    rows = [_compared(subject, recommender, counts, *pair, rng) for pair in asked]
    model, popular, above = np.array(rows, dtype=np.float64).reshape(-1, 3).T
    return Figures(model, popular, float(above.mean()))


def _compared(
    subject: Subject,
    recommender: Recommender,
    counts: NDArray[np.integer],
    reader: int,
    book: int,
    rng: np.random.Generator,
) -> tuple[float, float, float]:
    """NDCG of the model, of popularity, and the AUC, for one hidden book."""
    works = subject.dataset.work_of_book
    one = reader_of(subject, reader, hidden=book)
    popularity = counts.astype(np.float64)
    popularity[book] -= 1.0  # the hidden book's own reader is not to speak for it
    everything = np.arange(subject.dataset.n_books, dtype=np.int32)
    popular = recommender.choose(one.history.books, everything, popularity, _TOP)
    (listed,) = recommender.top_lists([one], _TOP)
    negatives = _drawn(counts, works, own_books(subject, reader), rng)
    pairs = np.append(negatives, book).astype(np.int32)
    logits = recommender.logits(recommender.profile(one), pairs)
    below, ties = logits[:-1] < logits[-1], logits[:-1] == logits[-1]
    above = float(below.mean() + 0.5 * ties.mean()) if len(negatives) else 0.5
    return _ndcg(works, listed.books, book), _ndcg(works, popular, book), above


def _ndcg(works: Ints, listed: NDArray[np.integer], book: int) -> float:
    """Of a list in which one work is relevant."""
    places = np.flatnonzero(works[listed] == works[book])
    return 1.0 / float(np.log2(places[0] + 2)) if len(places) else 0.0


def _drawn(
    counts: NDArray[np.integer], works: Ints, own: Ints, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Books drawn by popularity, none of a work that the reader has."""
    drawn = np.searchsorted(
        np.cumsum(counts), rng.integers(0, counts.sum(), 2 * _NEGATIVES), "right"
    )
    return drawn[~np.isin(works[drawn], works[own])][:_NEGATIVES]
