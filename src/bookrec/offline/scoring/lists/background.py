"""Background of similar books: the logit of each book for readers who are no readers of one book.

A ranker gives bestsellers a high logit for every reader. What the readers of a book have of their own
is the difference from the background (`lists.similar_books`).

The background readers are drawn from the catalogue, not from the data set: each has one book and
nothing else, which books are drawn in proportion to their readers. Popularity is a frozen statistic of
the model (`models.bundle.frozen_statistics`), so the background is a function of model and catalogue
alone. New ratings leave it as it is, and scoring only what changed stays exact.

The draw is systematic, the books ordered by popularity (Madow, "On the theory of systematic sampling,
II", Annals of Mathematical Statistics 1949). It is therefore stratified by popularity and needs no
random numbers.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints
from bookrec.inference.history import make_history
from bookrec.inference.recommender import Reader, Recommender
from bookrec.inference.retrieval import TOWER_BLOCK

BACKGROUND_READERS: Final = 512
"""Background readers. The mean of 512 has a standard error of a 23rd of the spread of one book's
logits over all readers."""

_UNITS: Final = 2.0**20
"""Units of a logit in fixed-point sums: whole numbers add up to the same whatever their order."""


def background_books(popularity: Floats) -> Ints:
    """[`BACKGROUND_READERS`] positions of the only book of each background reader.

    A book with n of all N interactions is drawn ``BACKGROUND_READERS · n / N`` times, rounded up or
    down.

    Args:
        popularity: [B] log(1 + readers) of each book; a catalogue that nobody has read is drawn from
            evenly.
    """
    readers = np.rint(np.expm1(popularity.astype(np.float64)))
    if not readers.any():
        readers = np.ones(len(readers))
    order = np.argsort(-readers, kind="stable")
    points = (np.arange(BACKGROUND_READERS) + 0.5) / BACKGROUND_READERS * readers.sum()
    places = np.searchsorted(np.cumsum(readers[order]), points)
    return np.asarray(order[places], dtype=np.int32)


def reader_of(book: int) -> Reader:
    """Make the reader who has this book and nothing else."""
    return Reader(make_history(np.array([book]), np.zeros(1, dtype=np.int8)), 0)


def background_sums(recommender: Recommender, slots: slice) -> NDArray[np.int64]:
    """[B] sums of the logits of some background readers for every book, in fixed point.

    Args:
        recommender: scores the whole catalogue.
        slots: run of the `BACKGROUND_READERS`.
    """
    books = background_books(recommender.retrieval.metadata.popularity)[slots].tolist()
    sums = np.zeros(recommender.n_books, dtype=np.int64)
    for start in range(0, len(books), TOWER_BLOCK):
        profiles = [
            recommender.profile(reader_of(book)) for book in books[start : start + TOWER_BLOCK]
        ]
        tower = recommender.retrieval.tower_scores(
            [profile.retriever_scores for profile in profiles]
        )
        logits = recommender.catalogue_logits(profiles, tower)
        sums += np.rint(logits.astype(np.float64) * _UNITS).astype(np.int64).sum(axis=0)
    return sums


def background_logits(sums: NDArray[np.int64]) -> NDArray[np.float64]:
    """[B] mean logits from the sums of all background readers."""
    return sums / (_UNITS * BACKGROUND_READERS)
