"""Retrieval: which books are worth ranking for one reader's history, in NumPy.

The sparse retrievers (`inference.retriever_scores`) and the two-tower model (dot product of a reader
and a book vector) look at a history. Their answers, the signals, choose the candidates and, as pair
features (`inference.pair_features`), tell a ranker how strongly each retriever speaks for a book.

Shapes: ``B`` books, ``D`` width of the towers, ``N`` books in the history, ``S`` books that a sparse
signal speaks of, ``C`` candidates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints, alike_by_row, map_array
from bookrec.inference import pair_features
from bookrec.inference.book_metadata import BookMetadata
from bookrec.inference.history import History
from bookrec.inference.retriever_scores import TABLES, RetrieverScores, SparseRetrievers
from bookrec.inference.similarity_table import SimilarityTable
from bookrec.topk import best

TOWER_BLOCK: Final = 32
"""Readers whose tower scores are one matrix product. Always so many, padded with nobody: then a
reader's scores do not depend, even in their last bit, on who else is scored."""

QUOTA: Final = {
    "walk": 0.38,
    "knn": 0.14,
    "ease": 0.14,
    "tower": 0.08,
    "own_author": 0.14,
    "near_author": 0.07,
    "popular": 0.05,
}
"""Each retriever's share of the candidates (docs/evaluation.md says what each adds)."""

_ARRAYS: Final = (
    "book_vector",
    "history_vector",
    "tower_age",
    "tower_kernel_1",
    "tower_bias_1",
    "tower_kernel_2",
    "tower_bias_2",
    "tower_mean",
    "tower_covariance",
)
_AUTHORS: Final = "authors"


@dataclass(frozen=True)
class Retrieval:
    """The retrievers' arrays; positions are ``book_idx``."""

    metadata: BookMetadata
    tables: Mapping[str, SimilarityTable]
    """See `TABLES`."""
    authors: SimilarityTable
    """Author code → codes of authors with the same readers."""
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

    @property
    def n_books(self) -> int:
        """B"""
        return self.metadata.n_books

    @cached_property
    def _sparse(self) -> SparseRetrievers:
        return SparseRetrievers(self.metadata, self.tables, self.authors)

    def retriever_scores(self, history: History, age_band: int) -> RetrieverScores:
        """Everything the retrievers have to say for one reader."""
        vector = self.reader_vector(history, age_band)
        deviation = np.sqrt(max(float(vector @ self.tower_covariance @ vector), 0.0))
        query_vector = (vector / (deviation + 1e-6)).astype(np.float32)
        return self._sparse.retriever_scores(
            history, query_vector, -float(self.tower_mean @ query_vector)
        )

    def reader_vector(self, history: History, age_band: int) -> Floats:
        """[D] the reader tower: mean of the history's vectors and the age band, two Dense layers."""
        weight = float(history.weights.sum())
        mean = history.weights @ self.history_vector[history.books] / max(weight, 1e-6)
        inputs = np.concatenate([mean, self.tower_age[age_band]])
        hidden = np.maximum(inputs @ self.tower_kernel_1 + self.tower_bias_1, 0.0)
        return np.asarray(hidden @ self.tower_kernel_2 + self.tower_bias_2, dtype=np.float32)

    def tower_scores(self, readers: Sequence[RetrieverScores]) -> Floats:
        """[R, B] tower scores of all books for some readers."""
        scores = np.empty((len(readers), self.n_books), dtype=np.float32)
        for start in range(0, len(readers), TOWER_BLOCK):
            some = readers[start : start + TOWER_BLOCK]
            query_vectors = np.zeros((TOWER_BLOCK, self.book_vector.shape[1]), dtype=np.float32)
            query_vectors[: len(some)] = [
                retriever_scores.query_vector for retriever_scores in some
            ]
            product = np.empty((TOWER_BLOCK, self.n_books), dtype=np.float32)
            alike_by_row(query_vectors, self.book_vector.T, product)
            score_offsets = np.array(
                [retriever_scores.score_offset for retriever_scores in some], dtype=np.float32
            )
            np.add(
                product[: len(some)],
                score_offsets[:, None],
                out=scores[start : start + TOWER_BLOCK],
            )
        return scores

    def tower_scores_of(self, retriever_scores: RetrieverScores, books: Ints) -> Floats:
        """[C] tower scores of some books for one reader, for callers that need few of them."""
        return np.vecdot(self.book_vector[books], retriever_scores.query_vector) + np.float32(
            retriever_scores.score_offset
        )

    def activity(self, history: History, retriever_scores: RetrieverScores) -> Floats:
        """[A] what is known of how a reader reads, see `activity`."""
        return pair_features.activity(self.metadata, history, retriever_scores)

    def pair_features(
        self, retriever_scores: RetrieverScores, books: Ints, tower: Floats
    ) -> Floats:
        """[C, P] of one reader with some books, see `pair_features`."""
        return pair_features.pair_features(self.metadata, retriever_scores, books, tower)

    def candidates(
        self,
        retriever_scores: RetrieverScores,
        tower: Floats,
        count: int,
        own: Ints,
        *,
        popular: bool = True,
        left_out: NDArray[np.bool_] | None = None,
    ) -> Ints:
        """At most ``count`` books worth ranking, in ascending order: the union of the retrievers.

        Each gives its `QUOTA`; books that several of them name leave room that is not refilled. With
        ``count`` of at least the catalogue's size, the whole catalogue but ``own``.

        Args:
            tower: [B] tower scores.
            own: positions that are not worth ranking and must not use up the count: the
                retrievers think most of what a reader of thousands of books has read already.
            popular: whether popular books belong to them, whatever the history says.
            left_out: [B] books that are never candidates; None = none.
        """
        if count >= self.n_books:
            everything = np.arange(self.n_books, dtype=np.int32)
            return np.setdiff1d(everything if left_out is None else everything[~left_out], own)
        quota = {name: round(count * share) for name, share in QUOTA.items()}
        new, most_popular = ~retriever_scores.own, self.metadata.most_popular
        if left_out is not None:
            new &= ~left_out[retriever_scores.books]
            tower = np.where(left_out, -np.inf, tower)
            most_popular = most_popular[~left_out[most_popular]]
        books = retriever_scores.books[new]
        # Popularity (below 12) scaled down to a tie-breaker within an author's books.
        popularity = self.metadata.popularity[books]
        author, near = retriever_scores.own_author[new], retriever_scores.near_author[new]
        by_author = np.where(author > 0, author + popularity * np.float32(0.2), 0.0)
        ways = [(retriever_scores.scores[row, new], table) for row, table in enumerate(TABLES)]
        ways += [(by_author, "own_author"), (near * popularity, "near_author")]
        chosen: list[NDArray[np.integer]] = [
            books[best(values, quota[name], above=0.0)] for values, name in ways
        ]
        many = quota["tower"] + len(own)
        chosen.append(_without(best(tower, many), tower, own, quota["tower"]))
        if popular:
            first = most_popular[: quota["popular"] + len(own)]
            chosen.append(first[~np.isin(first, own)][: quota["popular"]])
        books = np.unique(np.concatenate(chosen)).astype(np.int32)
        return books if left_out is None else books[~left_out[books]]

    def save(self, directory: Path) -> None:
        """Write the arrays into ``directory`` (which exists), one ``.npy`` each."""
        self.metadata.save(directory)
        for name, table in self.tables.items():
            table.save(directory, name)
        self.authors.save(directory, _AUTHORS)
        for name in _ARRAYS:
            np.save(directory / f"{name}.npy", getattr(self, name))

    @classmethod
    def load(cls, directory: Path) -> Retrieval:
        """Memory-map what `save` wrote.

        Raises:
            OSError, ValueError: something is missing or damaged.
        """
        return cls(
            BookMetadata.load(directory),
            {name: SimilarityTable.load(directory, name) for name in TABLES},
            SimilarityTable.load(directory, _AUTHORS),
            **{name: map_array(directory / f"{name}.npy") for name in _ARRAYS},
        )


def _without(places: NDArray[np.intp], values: Floats, own: Ints, count: int) -> NDArray[np.intp]:
    """The ``count`` best of ``places`` that are not ``own``."""
    kept = np.sort(places[~np.isin(places, own)])
    return kept[best(values[kept], count)]
