"""Retrieval: what each retriever says of the books for one reader's history, in NumPy.

Three retrievers look at a history: item-kNN (books read by the same readers), the two-tower model
(dot product of a reader and a book vector) and the author (other books of authors in the history).
Their answers are *signals*. Signals choose the candidates, and, as pair features, tell a ranker how
strongly each retriever speaks for a book. Item-kNN and the author say something of few books, so
their signals are sparse; the towers speak of every book.

Shapes: ``B`` books, ``D`` width of the towers, ``N`` books in the history, ``S`` books that a sparse
signal speaks of, ``C`` candidates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints, map_array
from bookrec.history import History
from bookrec.selection import best, grouped, is_member, rows_of

PAIR_FEATURES: Final = (
    "knn_score", "knn_share", "knn_support", "tower_score", "author_affinity", "author_share",
)  # fmt: skip
"""Columns of the pair features, in this order."""

TOWER_COLUMN: Final = PAIR_FEATURES.index("tower_score")
"""The one pair feature that most books have; the others are 0 but for `Signals.books`."""

READER_ACTIVITY: Final = ("history_size", "history_popularity", "author_concentration")
"""The first reader features of a history, in this order; the reader tower's vector follows."""

TOWER_BLOCK: Final = 32
"""Readers whose tower scores are one matrix product. Always so many, padded with nobody: then a
reader's scores do not depend, even in their last bit, on who else is scored."""

_ARRAYS: Final = (
    "knn_start", "knn_book", "knn_weight", "book_vector", "history_vector", "tower_age",
    "tower_kernel_1", "tower_bias_1", "tower_kernel_2", "tower_bias_2", "tower_mean",
    "tower_covariance", "author_of_book", "popularity",
)  # fmt: skip


@dataclass(frozen=True)
class Signals:
    """What the retrievers say for one history."""

    books: Ints
    """[S] ascending: the books that item-kNN or an author of the history speaks for."""
    knn: Floats
    """[S] sum of item-kNN weights from the history's books."""
    knn_support: Floats
    """[S] number of history books that have this book as a neighbour."""
    author: Floats
    """[S] weight of the history's books by the same author."""
    top_author: float
    """The largest weight of one author, over the history's own books."""
    reader_vector: Floats
    """[D] the reader tower's output."""
    taste: Floats
    """[D] the same, scaled so that its dot product with a book vector plus ``shift`` is the tower
    score, standardised over the catalogue that the towers were trained on."""
    shift: float
    history_weight: float
    """Sum of the history's weights."""

    def spread(self, name: str, n_books: int) -> Floats:
        """[B] a sparse signal (``knn``, ``knn_support``, ``author``) over the whole catalogue."""
        values = np.zeros(n_books, dtype=np.float32)
        values[self.books] = getattr(self, name)
        return values


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
    tower_mean: Floats
    """[D] mean of the book vectors the towers were trained on: with the covariance it gives the
    mean and the deviation of any reader's scores without looking at every book."""
    tower_covariance: Floats
    """[D, D] their covariance."""
    author_of_book: Ints
    """[B] author codes, 0 = unknown."""
    popularity: Floats
    """[B] log(1 + readers)."""

    @property
    def n_books(self) -> int:
        return len(self.author_of_book)

    @cached_property
    def most_popular(self) -> Ints:
        """[B] the catalogue, most popular first, ties by position."""
        return np.argsort(-self.popularity, kind="stable").astype(np.int32)

    @cached_property
    def _books_by_author(self) -> tuple[NDArray[np.int64], Ints]:
        """Books of each author code, in CSR form."""
        return grouped(self.author_of_book)

    def signals(self, history: History, age_band: int) -> Signals:
        """Everything the retrievers have to say for one reader."""
        near, weights = self._neighbours(history)
        authors, by_author = self._author_weights(history)
        spoken_of = np.zeros(self.n_books, dtype=bool)
        spoken_of[near] = True
        spoken_of[rows_of(*self._books_by_author, authors)[0]] = True
        books = np.flatnonzero(spoken_of).astype(np.int32)
        knn = np.bincount(near, weights, self.n_books)[books].astype(np.float32)
        support = np.bincount(near, minlength=self.n_books)[books].astype(np.float32)
        author = np.zeros(len(books), dtype=np.float32)
        found, place = is_member(self.author_of_book[books], authors)
        author[found] = by_author[place]
        reader_vector = self.reader_vector(history, age_band)
        deviation = np.sqrt(max(float(reader_vector @ self.tower_covariance @ reader_vector), 0.0))
        taste = (reader_vector / (deviation + 1e-6)).astype(np.float32)
        return Signals(
            books, knn, support, author, float(by_author.max(initial=0.0)),
            reader_vector, taste, -float(self.tower_mean @ taste), float(history.weights.sum()),
        )  # fmt: skip

    def _neighbours(self, history: History) -> tuple[Ints, Floats]:
        """Neighbours of all liked books, one run after the other, and their weights."""
        liked = history.weights > 0
        near, lengths, where = rows_of(self.knn_start, self.knn_book, history.books[liked])
        return near, self.knn_weight[where] * np.repeat(history.weights[liked], lengths)

    def _author_weights(self, history: History) -> tuple[Ints, Floats]:
        """The known authors of the history's liked books, ascending, and the weight of each."""
        authors = self.author_of_book[history.books]
        # Unknown authors have nothing in common.
        said = (history.weights > 0) & (authors > 0)
        distinct, place = np.unique(authors[said], return_inverse=True)
        return distinct, np.bincount(
            place, weights=history.weights[said], minlength=len(distinct)
        ).astype(np.float32)

    def reader_vector(self, history: History, age_band: int) -> Floats:
        """[D] the reader tower: mean of the history's vectors and the age band, two Dense layers."""
        weight = float(history.weights.sum())
        mean = history.weights @ self.history_vector[history.books] / max(weight, 1e-6)
        inputs = np.concatenate([mean, self.tower_age[age_band]])
        hidden = np.maximum(inputs @ self.tower_kernel_1 + self.tower_bias_1, 0.0)
        return np.asarray(hidden @ self.tower_kernel_2 + self.tower_bias_2, dtype=np.float32)

    def tower_scores(self, readers: Sequence[Signals]) -> Floats:
        """[R, B] tower scores of all books for some readers."""
        scores = np.empty((len(readers), self.n_books), dtype=np.float32)
        for start in range(0, len(readers), TOWER_BLOCK):
            some = readers[start : start + TOWER_BLOCK]
            tastes = np.zeros((TOWER_BLOCK, self.book_vector.shape[1]), dtype=np.float32)
            tastes[: len(some)] = [signals.taste for signals in some]
            product = tastes @ self.book_vector.T
            shifts = np.array([signals.shift for signals in some], dtype=np.float32)
            np.add(product[: len(some)], shifts[:, None], out=scores[start : start + TOWER_BLOCK])
        return scores

    def tower_scores_of(self, signals: Signals, books: Ints) -> Floats:
        """[C] tower scores of some books for one reader, for callers that need few of them."""
        return np.vecdot(self.book_vector[books], signals.taste) + np.float32(signals.shift)

    def activity(self, history: History, signals: Signals) -> Floats:
        """[3] `READER_ACTIVITY`: log size, mean popularity, share of the most frequent author."""
        if not len(history.books):
            return np.zeros(len(READER_ACTIVITY), dtype=np.float32)
        return np.array(
            [
                np.log1p(len(history.books)),
                self.popularity[history.books].mean(),
                signals.top_author / max(signals.history_weight, 1.0),
            ],
            dtype=np.float32,
        )

    def pair_features(self, signals: Signals, books: Ints, tower: Floats) -> Floats:
        """[C, 6] `PAIR_FEATURES` of one reader with some books.

        Args:
            tower: [C] tower scores of these books.
        """
        features = np.zeros((len(books), len(PAIR_FEATURES)), dtype=np.float32)
        features[:, TOWER_COLUMN] = tower
        found, place = is_member(books, signals.books)
        knn, author = signals.knn[place], signals.author[place]
        largest = max(float(signals.knn.max(initial=0.0)), 1e-6)
        features[found, 0] = np.log1p(knn)
        features[found, 1] = knn / largest
        features[found, 2] = np.log1p(signals.knn_support[place])
        features[found, 4] = np.log1p(author)
        features[found, 5] = author / max(signals.history_weight, 1.0)
        return features

    def candidates(
        self, signals: Signals, tower: Floats, count: int, own: Ints, *, popular: bool = True
    ) -> Ints:
        """About ``count`` books worth ranking, in ascending order: the union of the retrievers.

        Half from item-kNN, and a sixth each from the towers, the authors and popularity; books
        that several retrievers name leave room that is not refilled. With ``count`` of at least
        the catalogue's size, the whole catalogue but ``own``.

        Args:
            tower: [B] tower scores.
            own: positions that are not worth ranking and must not use up the count: the
                retrievers think most of what a reader of thousands of books has read already.
            popular: whether popular books belong to them, whatever the history says.
        """
        if count >= self.n_books:
            return np.setdiff1d(np.arange(self.n_books, dtype=np.int32), own)
        sixth = count // 6
        new = np.ones(len(signals.books), dtype=bool)
        new[is_member(signals.books, np.unique(own))[0]] = False
        books, knn, author = signals.books[new], signals.knn[new], signals.author[new]
        # Popularity (below 12) scaled down to a tie-breaker within an author's books.
        by_author = np.where(author > 0, author + self.popularity[books] * np.float32(1e-3), 0.0)
        chosen: list[NDArray[np.integer]] = [
            books[best(knn, count // 2, above=0.0)],
            _without(best(tower, sixth + len(own)), tower, own, sixth),
            books[best(by_author, sixth, above=0.0)],
            self._popular(count - count // 2 - 2 * sixth if popular else 0, own),
        ]
        return np.unique(np.concatenate(chosen)).astype(np.int32)

    def _popular(self, count: int, own: Ints) -> Ints:
        first = self.most_popular[: count + len(own)]
        return first[~np.isin(first, own)][:count]

    def save(self, directory: Path) -> None:
        """Write the arrays into ``directory`` (which exists), one ``.npy`` each."""
        for name in _ARRAYS:
            np.save(directory / f"{name}.npy", getattr(self, name))

    @classmethod
    def load(cls, directory: Path) -> Retrieval:
        """Memory-map what `save` wrote."""
        return cls(**{name: map_array(directory / f"{name}.npy") for name in _ARRAYS})


def _without(places: NDArray[np.intp], values: Floats, own: Ints, count: int) -> NDArray[np.intp]:
    """The ``count`` best of ``places`` that are not ``own``."""
    kept = np.sort(places[~np.isin(places, own)])
    return kept[best(values[kept], count)]
