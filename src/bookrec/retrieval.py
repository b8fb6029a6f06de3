"""Retrieval: what each retriever says of every book for one reader's history, in NumPy.

Three retrievers look at a history: item-kNN (books read by the same readers), the two-tower model
(dot product of a reader and a book vector) and the author (other books of authors in the history).
Their answers are *signals*, one number per book. Signals choose the candidates, and, as pair
features, tell a ranker how strongly each retriever speaks for a book.

Shapes: ``B`` books, ``D`` width of the towers, ``N`` books in the history, ``C`` candidates.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.ranker import Floats, Ints

PAIR_FEATURES: Final = (
    "knn_score", "knn_share", "knn_support", "tower_score", "author_affinity", "author_share",
)  # fmt: skip
"""Columns of the pair features, in this order."""

READER_ACTIVITY: Final = ("history_size", "history_popularity", "author_concentration")
"""The first reader features of a history, in this order; the reader tower's vector follows."""

_ARRAYS: Final = (
    "knn_start", "knn_book", "knn_weight", "book_vector", "history_vector", "tower_age",
    "tower_kernel_1", "tower_bias_1", "tower_kernel_2", "tower_bias_2", "author_of_book",
    "popularity",
)  # fmt: skip


@dataclass(frozen=True)
class History:
    """A reader's own books as retrieval sees them."""

    books: Ints
    """[N] positions of all own books, without repetition."""
    weights: Floats
    """[N] how much each speaks for the reader's taste: 1 for a liked or unrated book, .5 for a
    middling rating, 0 for a bad one (still an own book, so never recommended)."""


def make_history(books: NDArray[np.integer], ratings: NDArray[np.integer]) -> History:
    """A history from own books ([N] positions) and ratings ([N], 1–10 or 0 without a rating)."""
    weights = np.select([ratings == 0, ratings >= 7, ratings >= 5], [1.0, 1.0, 0.5], 0.0)
    return History(books.astype(np.int32), weights.astype(np.float32))


@dataclass(frozen=True)
class Signals:
    """What the retrievers say of every book for one history; each [B] float32."""

    knn: Floats
    """Sum of item-kNN weights from the history's books."""
    knn_support: Floats
    """Number of history books that have this book as a neighbour."""
    tower: Floats
    """Dot product of reader and book vector, standardised over the catalogue."""
    author: Floats
    """Weight of the history's books by the same author."""
    reader_vector: Floats
    """[D] the reader tower's output."""
    history_weight: float
    """Sum of the history's weights."""


@dataclass(frozen=True)
class Retrieval:
    """The retrievers' arrays; positions are ``book_idx``."""

    knn_start: NDArray[np.int64]
    """[B + 1] where each book's neighbours start in the two arrays below (CSR)."""
    knn_book: Ints
    """Neighbours of each book."""
    knn_weight: Floats
    """Their weights."""
    book_vector: Floats
    """[B, D] the book tower's output."""
    history_vector: Floats
    """[B, D] what a book in the history gives to the reader tower."""
    tower_age: Floats
    """[bands, A] age embedding of the reader tower."""
    tower_kernel_1: Floats
    """[D + A, hidden]; bias, ReLU, then the second Dense layer gives the reader vector [D]."""
    tower_bias_1: Floats
    tower_kernel_2: Floats
    tower_bias_2: Floats
    author_of_book: Ints
    """[B] author codes, 0 = unknown."""
    popularity: Floats
    """[B] log(1 + readers)."""

    @property
    def n_books(self) -> int:
        return len(self.author_of_book)

    def signals(self, history: History, age_band: int) -> Signals:
        """Everything the retrievers have to say of every book for one reader."""
        knn, support = self._knn(history)
        reader_vector = self.reader_vector(history, age_band)
        tower = self.book_vector @ reader_vector
        tower -= tower.mean()
        tower /= tower.std() + 1e-6
        authors = self.author_of_book[history.books]
        by_author = np.bincount(
            authors, weights=history.weights, minlength=int(self.author_of_book.max()) + 1
        ).astype(np.float32)
        by_author[0] = 0.0  # unknown authors have nothing in common
        return Signals(
            knn, support, tower, by_author[self.author_of_book], reader_vector,
            float(history.weights.sum()),
        )  # fmt: skip

    def _knn(self, history: History) -> tuple[Floats, Floats]:
        liked = history.weights > 0
        books, weights = history.books[liked], history.weights[liked]
        starts, ends = self.knn_start[books], self.knn_start[books + 1]
        lengths = ends - starts
        total = int(lengths.sum())
        if not total:
            zeros = np.zeros(self.n_books, dtype=np.float32)
            return zeros, zeros
        # Positions of all neighbours of all liked books, one run after the other.
        runs = np.repeat(starts - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
        where = runs + np.arange(total)
        neighbours = self.knn_book[where]
        weighted = self.knn_weight[where] * np.repeat(weights, lengths)
        score = np.bincount(neighbours, weights=weighted, minlength=self.n_books)
        support = np.bincount(neighbours, minlength=self.n_books)
        return score.astype(np.float32), support.astype(np.float32)

    def reader_vector(self, history: History, age_band: int) -> Floats:
        """[D] the reader tower: mean of the history's vectors and the age band, two Dense layers."""
        weight = float(history.weights.sum())
        mean = history.weights @ self.history_vector[history.books] / max(weight, 1e-6)
        inputs = np.concatenate([mean, self.tower_age[age_band]])
        hidden = np.maximum(inputs @ self.tower_kernel_1 + self.tower_bias_1, 0.0)
        return np.asarray(hidden @ self.tower_kernel_2 + self.tower_bias_2, dtype=np.float32)

    def activity(self, history: History, signals: Signals) -> Floats:
        """[3] `READER_ACTIVITY`: log size, mean popularity, share of the most frequent author."""
        if not len(history.books):
            return np.zeros(len(READER_ACTIVITY), dtype=np.float32)
        return np.array(
            [
                np.log1p(len(history.books)),
                self.popularity[history.books].mean(),
                signals.author[history.books].max() / max(signals.history_weight, 1.0),
            ],
            dtype=np.float32,
        )

    def pair_features(self, signals: Signals, books: Ints | slice) -> Floats:
        """[C, 6] `PAIR_FEATURES` of one reader with some books."""
        knn = signals.knn[books]
        author = signals.author[books]
        features = np.empty((len(knn), len(PAIR_FEATURES)), dtype=np.float32)
        features[:, 0] = np.log1p(knn)
        features[:, 1] = knn / max(float(signals.knn.max()), 1e-6)
        features[:, 2] = np.log1p(signals.knn_support[books])
        features[:, 3] = signals.tower[books]
        features[:, 4] = np.log1p(author)
        features[:, 5] = author / max(signals.history_weight, 1.0)
        return features

    def candidates(self, signals: Signals, count: int, own: Ints) -> Ints:
        """About ``count`` books worth ranking, in ascending order: the union of the retrievers.

        Half from item-kNN, and a sixth each from the towers, the authors and popularity; books
        that several retrievers name leave room that is not refilled. With ``count`` of at least
        the catalogue's size, the whole catalogue but ``own``.

        Args:
            own: positions that are not worth ranking and must not use up the count: the
                retrievers think most of what a reader of thousands of books has read already.
        """
        if count >= self.n_books:
            return np.setdiff1d(np.arange(self.n_books, dtype=np.int32), own)
        # Popularity (below 12) scaled down to a tie-breaker within an author's books.
        author = np.where(signals.author > 0, signals.author + self.popularity * 1e-3, 0.0)
        knn, tower, popularity = signals.knn.copy(), signals.tower.copy(), self.popularity.copy()
        knn[own] = author[own] = 0.0
        tower[own] = popularity[own] = -np.inf
        lowest = float(np.finfo(np.float32).min)
        chosen = [
            best(knn, count // 2, above=0.0),
            best(tower, count // 6, above=lowest),
            best(author, count // 6, above=0.0),
            best(popularity, count - count // 2 - 2 * (count // 6), above=lowest),
        ]
        return np.unique(np.concatenate(chosen)).astype(np.int32)

    def save(self, directory: Path) -> None:
        """Write the arrays into ``directory`` (which exists), one ``.npy`` each."""
        for name in _ARRAYS:
            np.save(directory / f"{name}.npy", getattr(self, name))

    @classmethod
    def load(cls, directory: Path) -> Retrieval:
        """Memory-map what `save` wrote."""
        return cls(**{name: np.load(directory / f"{name}.npy", mmap_mode="r") for name in _ARRAYS})


def best(values: Floats, count: int, above: float = -np.inf) -> NDArray[np.intp]:
    """Positions of the ``count`` largest of ``values`` that exceed ``above``, in no order.

    Ties at the edge go to the lower position, so that the same values give the same set.
    """
    if count <= 0:
        return np.empty(0, dtype=np.intp)
    if above > -np.inf:
        where = np.flatnonzero(values > above)
        if len(where) <= count:
            return where
        return where[best(values[where], count)]
    if count >= len(values):
        return np.arange(len(values))
    edge = np.partition(values, len(values) - count)[len(values) - count]
    certain = np.flatnonzero(values > edge)
    ties = np.flatnonzero(values == edge)[: count - len(certain)]
    return np.concatenate([certain, ties])
