"""Ranks of a hidden book: one book of each sampled reader, in the model's list and by popularity."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints
from bookrec.inference.history import POSITIVE_RATING
from bookrec.inference.ranker.split_ranker import SplitRanker
from bookrec.inference.recommender import Reader, Recommender
from bookrec.offline.data.histories import readers_at
from bookrec.offline.data.interactions import Interactions, by_reader
from bookrec.offline.metrics.ranking import ndcg
from bookrec.offline.runtime.one_thread import one_blas_thread

if TYPE_CHECKING:
    from bookrec.offline.data.dataset import Dataset

_READERS: Final = 300
"""Most readers to sample."""
_SLOW_READERS: Final = 40
"""Most readers to sample for a ranker that runs in Keras."""
_CANDIDATES: Final = 1500
"""Books that the model ranks per reader, as in ``bookrec score``."""
_NEGATIVES: Final = 50
"""Most books that the AUC compares the hidden one with, per reader."""
TOP: Final = 20
"""Length of the lists."""


class Judged(Protocol):
    """A recommender beside its data set, such as the `Subject` of the checks."""

    @property
    def seed(self) -> int:
        """Seed of samples."""

    @property
    def dataset(self) -> Dataset:
        """The data set."""

    @property
    def recommender(self) -> Recommender:
        """The model, compiled for the data set."""

    @property
    def reader_rows(self) -> Floats | None:
        """[R, F] features of readers that the ranker knows by id; None = it knows none."""

    @property
    def interactions(self) -> Interactions:
        """All interactions of the data set, sorted by reader."""

    @property
    def age_bands(self) -> Ints:
        """[R] age band of each reader."""


@dataclass(frozen=True)
class Figures:
    """Figures of the sampled readers."""

    model_ndcg: NDArray[np.float64]
    """[readers] NDCG@20 of the model's list, with the hidden book as the only relevant one."""
    popular_ndcg: NDArray[np.float64]
    """[readers] NDCG@20 of the most popular books."""
    auc: float
    """Probability that the model scores the hidden book above one drawn by popularity."""
    lists: Ints
    """[readers, 20] books of the model's lists, best first, -1 where there are no more."""
    popular: Ints
    """[readers, 20] the most popular books, without those of the reader."""


def hidden_books(subject: Judged) -> list[tuple[int, int]]:
    """Sample readers, each with a positive book to hide.

    The reader has other books, and no other edition of the hidden one.

    Returns:
        Positions of readers and books, one pair per reader.
    """
    slow = not isinstance(subject.recommender.ranker, SplitRanker)
    rng = np.random.default_rng(subject.seed)
    works = subject.dataset.work_of_book
    pairs: list[tuple[int, int]] = []
    start = by_reader(subject.interactions, subject.dataset.n_readers)
    active = np.flatnonzero(np.diff(start)).astype(np.int32)
    for reader in rng.permutation(active).tolist():
        history = slice(int(start[reader]), int(start[reader + 1]))
        seen = subject.interactions.book_idx[history]
        ratings = subject.interactions.rating[history]
        positive = seen[(ratings == 0) | (ratings >= POSITIVE_RATING)]
        single = positive[[int((works[seen] == works[book]).sum()) == 1 for book in positive]]
        if len(seen) >= 2 and len(single):
            pairs.append((reader, int(rng.choice(single))))
        if len(pairs) == (_SLOW_READERS if slow else _READERS):
            break
    return pairs


def without_pairs(interactions: Interactions, pairs: list[tuple[int, int]]) -> Interactions:
    """Return the interactions without some pairs of reader and book."""
    width = int(interactions.book_idx.max(initial=0)) + 1
    hidden = [reader * width + book for reader, book in pairs]
    keys = interactions.reader_idx.astype(np.int64) * width + interactions.book_idx
    return interactions[~np.isin(keys, hidden)]


def popularity_figures(subject: Judged, pairs: list[tuple[int, int]]) -> Figures:
    """Compare the model's lists and scores with popularity.

    Args:
        subject: bundle and data set.
        pairs: readers and their hidden books, from `hidden_books`.
    """
    rng = np.random.default_rng(subject.seed)
    recommender = replace(subject.recommender, candidates=_CANDIDATES)
    counts = np.bincount(subject.interactions.book_idx, minlength=subject.dataset.n_books)
    shown = without_pairs(subject.interactions, pairs)
    positions = np.array([position for position, _ in pairs], dtype=np.int32)
    readers = readers_at(shown, subject.age_bands, positions, subject.reader_rows)
    lists = np.full((len(pairs), 2, TOP), -1, dtype=np.int32)
    with one_blas_thread():
        rows = [
            _compared(subject, recommender, counts, position, reader, book, rng, listed)
            for (position, book), reader, listed in zip(pairs, readers, lists, strict=True)
        ]
    model, popular, above = np.array(rows, dtype=np.float64).reshape(-1, 3).T
    return Figures(model, popular, float(above.mean()), lists[:, 0], lists[:, 1])


def _compared(
    subject: Judged,
    recommender: Recommender,
    counts: NDArray[np.integer],
    position: int,
    reader: Reader,
    book: int,
    rng: np.random.Generator,
    out: Ints,
) -> tuple[float, float, float]:
    """NDCG of the model and of popularity, and AUC, for one hidden book; both lists go to ``out``."""
    works = subject.dataset.work_of_book
    popularity = counts.astype(np.float64)
    popularity[book] -= 1.0  # the hidden interaction does not count
    everything = np.arange(subject.dataset.n_books, dtype=np.int32)
    popular = recommender.choose(reader.history.books, everything, popularity, TOP)
    (listed,) = recommender.top_lists([reader], TOP)
    out[0, : len(listed.books)] = listed.books
    out[1, : len(popular)] = popular
    mine = subject.interactions.reader_idx == position
    negatives = _drawn(counts, works, subject.interactions.book_idx[mine], rng)
    books = np.append(negatives, book).astype(np.int32)
    logits = recommender.logits(recommender.profile(reader), books)
    below, ties = logits[:-1] < logits[-1], logits[:-1] == logits[-1]
    above = float(below.mean() + 0.5 * ties.mean()) if len(negatives) else 0.5
    return work_ndcg(works, listed.books, book), work_ndcg(works, popular, book), above


def work_ndcg(works: Ints, listed: NDArray[np.integer], book: int) -> float:
    """NDCG@20 of a list in which the work of one book is relevant.

    Args:
        works: [B] work of each book.
        listed: [k] books of the list, best first, one edition per work; k at most 20.
        book: position of the relevant book.
    """
    hits = np.zeros(TOP, dtype=bool)
    hits[: len(listed)] = works[listed] == works[book]
    return float(ndcg(hits, 1))


def _drawn(
    counts: NDArray[np.integer], works: Ints, seen: Ints, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Draw books by popularity, without the works of the ``seen`` books."""
    drawn = np.searchsorted(
        np.cumsum(counts), rng.integers(0, counts.sum(), 2 * _NEGATIVES), "right"
    )
    return drawn[~np.isin(works[drawn], works[seen])][:_NEGATIVES]
