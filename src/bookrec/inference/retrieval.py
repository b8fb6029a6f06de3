"""Retrieval: candidates for one reader's history, in NumPy.

The sparse retrievers (`inference.retriever_scores`) and the two-tower model (dot product of a reader
and a book vector) score a history. Their scores choose the candidates and become pair features
(`inference.pair_features`) of the ranker.

Shapes: ``B`` books, ``D`` width of the towers, ``N`` books in the history, ``S`` books that a sparse
retriever scores, ``C`` candidates, ``R`` readers.
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
from bookrec.inference.retriever_scores import RetrieverScores, SparseRetrievers
from bookrec.inference.retrievers import NAMES, RETRIEVERS
from bookrec.inference.similarity_table import SimilarityTable
from bookrec.topk import best

TOWER_BLOCK: Final = 32
"""Readers whose tower scores are one matrix product. The block is padded to this size, so that a
reader's scores do not depend, even in their last bit, on who else is scored."""

QUOTA: Final = {
    **{retriever.name: retriever.quota for retriever in RETRIEVERS},
    "tower": 0.08,
    "seen_author": 0.14,
    "near_author": 0.07,
    "popular": 0.05,
}
"""Share of the candidates that each retriever proposes."""

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
    similarities: Mapping[str, SimilarityTable]
    """Retriever's name → its table of books."""
    authors: SimilarityTable
    """Author code → codes of authors with the same readers."""
    book_vector: Floats
    """[B, D] output of the book tower."""
    history_vector: Floats
    """[B, D] input of the reader tower for each book of a history."""
    tower_age: Floats
    """[bands, A] age embedding of the reader tower."""
    tower_kernel_1: Floats
    """[D + A, hidden]; bias, ReLU, then the second Dense layer gives the reader vector [D]."""
    tower_bias_1: Floats
    """[hidden]"""
    tower_kernel_2: Floats
    """[hidden, D]"""
    tower_bias_2: Floats
    """[D]"""
    tower_mean: Floats
    """[D] mean of the book vectors the towers were trained on. With the covariance it gives mean and
    deviation of any reader's scores without a pass over every book."""
    tower_covariance: Floats
    """[D, D] covariance of these vectors."""

    @property
    def n_books(self) -> int:
        """Number of books B."""
        return self.metadata.n_books

    @cached_property
    def _sparse(self) -> SparseRetrievers:
        return SparseRetrievers(self.metadata, self.similarities, self.authors)

    def score(self, history: History, age_band: int) -> RetrieverScores:
        """Score one history with every sparse retriever, and compute the tower's query vector."""
        vector = self.reader_vector(history, age_band)
        deviation = np.sqrt(max(float(vector @ self.tower_covariance @ vector), 0.0))
        query_vector = (vector / (deviation + 1e-6)).astype(np.float32)
        return self._sparse.score(history, query_vector, -float(self.tower_mean @ query_vector))

    def reader_vector(self, history: History, age_band: int) -> Floats:
        """[D] output of the reader tower: two Dense layers over the mean vector and age band."""
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
            query_vectors[: len(some)] = [reader.query_vector for reader in some]
            product = np.empty((TOWER_BLOCK, self.n_books), dtype=np.float32)
            alike_by_row(query_vectors, self.book_vector.T, product)
            offsets = np.array([reader.score_offset for reader in some], dtype=np.float32)
            np.add(product[: len(some)], offsets[:, None], out=scores[start : start + TOWER_BLOCK])
        return scores

    def tower_scores_of(self, retriever_scores: RetrieverScores, books: Ints) -> Floats:
        """[C] tower scores of some books for one reader, for callers that need few of them."""
        products: Floats = np.vecdot(self.book_vector[books], retriever_scores.query_vector)
        return products + np.float32(retriever_scores.score_offset)

    def activity(self, history: History, retriever_scores: RetrieverScores) -> Floats:
        """[A] reader features of a history, see `inference.pair_features.activity`."""
        return pair_features.activity(self.metadata, history, retriever_scores)

    def pair_features(
        self, retriever_scores: RetrieverScores, books: Ints, tower: Floats
    ) -> Floats:
        """[C, P] pair features of one reader with some books, see `inference.pair_features`."""
        return pair_features.pair_features(self.metadata, retriever_scores, books, tower)

    def candidates(
        self,
        retriever_scores: RetrieverScores,
        tower: Floats,
        count: int,
        seen: Ints,
        *,
        popular: bool = True,
        left_out: NDArray[np.bool_] | None = None,
    ) -> Ints:
        """Candidates: the union of the books that the retrievers propose, at most ``count``, ascending.

        Each retriever proposes its `QUOTA`. Books that several propose leave room that is not
        refilled. With ``count`` of at least the catalogue's size, every unseen book is a candidate.

        Args:
            retriever_scores: of the reader.
            tower: [B] tower scores.
            count: largest number of candidates.
            seen: positions of seen books. They are no candidates and do not use up the count:
                retrievers score the seen books of a heavy reader highest.
            popular: whether popular books are candidates, whatever the history.
            left_out: [B] mask of books that are never candidates; None = none.
        """
        if count >= self.n_books:
            everything = np.arange(self.n_books, dtype=np.int32)
            return np.setdiff1d(everything if left_out is None else everything[~left_out], seen)
        quota = {name: round(count * share) for name, share in QUOTA.items()}
        new, most_popular = ~retriever_scores.seen, self.metadata.most_popular
        if left_out is not None:
            new &= ~left_out[retriever_scores.books]
            tower = np.where(left_out, -np.inf, tower)
            most_popular = most_popular[~left_out[most_popular]]
        books = retriever_scores.books[new]
        # Popularity (below 12) scaled down to a tie-breaker within an author's books.
        popularity = self.metadata.popularity[books]
        author, near = retriever_scores.seen_author[new], retriever_scores.near_author[new]
        by_author = np.where(author > 0, author + popularity * np.float32(0.2), 0.0)
        sources = [(retriever_scores.scores[row, new], name) for row, name in enumerate(NAMES)]
        sources += [(by_author, "seen_author"), (near * popularity, "near_author")]
        proposed: list[NDArray[np.integer]] = [
            books[best(values, quota[name], above=0.0)] for values, name in sources
        ]
        nearest = best(tower, quota["tower"] + len(seen))
        proposed.append(_unseen(nearest, tower, seen, quota["tower"]))
        if popular:
            first = most_popular[: quota["popular"] + len(seen)]
            proposed.append(first[~np.isin(first, seen)][: quota["popular"]])
        books = np.unique(np.concatenate(proposed)).astype(np.int32)
        return books if left_out is None else books[~left_out[books]]

    def save(self, directory: Path) -> None:
        """Write the arrays into ``directory`` (which exists), one ``.npy`` each."""
        self.metadata.save(directory)
        for retriever in RETRIEVERS:
            self.similarities[retriever.name].save(directory, retriever.stem)
        self.authors.save(directory, _AUTHORS)
        for name in _ARRAYS:
            np.save(directory / f"{name}.npy", getattr(self, name))

    @classmethod
    def load(cls, directory: Path) -> Retrieval:
        """Memory-map saved arrays.

        Raises:
            OSError, ValueError: something is missing or damaged.
        """
        return cls(
            BookMetadata.load(directory),
            {r.name: SimilarityTable.load(directory, r.stem) for r in RETRIEVERS},
            SimilarityTable.load(directory, _AUTHORS),
            **{name: map_array(directory / f"{name}.npy") for name in _ARRAYS},
        )


def _unseen(places: NDArray[np.intp], values: Floats, seen: Ints, count: int) -> NDArray[np.intp]:
    """The ``count`` best of ``places`` that are not ``seen``."""
    kept = np.sort(places[~np.isin(places, seen)])
    return kept[best(values[kept], count)]
