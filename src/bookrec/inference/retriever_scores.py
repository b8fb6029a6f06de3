"""Scores of the sparse retrievers for one history.

Similarity tables (`RETRIEVERS`) score the books similar to those of the history; author similarities
score the books of the same and of similar authors. They score few books, so their scores are sparse.
The two-tower model scores every book.

Every seen book counts alike in the tables: that a book was read predicts the next one better than
its rating does. The scores from liked books alone are a feature of their own.

Shapes: ``S`` books that a sparse retriever scores, ``T`` retrievers, ``D`` width of the towers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints
from bookrec.inference.book_metadata import BookMetadata
from bookrec.inference.history import POSITIVE_RATING, History
from bookrec.inference.retrievers import NAMES
from bookrec.inference.similarity_table import SimilarityTable
from bookrec.ragged import rows_of
from bookrec.topk import best

NEAR_AUTHORS: Final = 60
"""Similar authors of a history whose books are scored, at most."""


@dataclass(frozen=True)
class RetrieverScores:
    """Scores of every retriever for one history."""

    history: History
    books: Ints
    """[S] ascending positions of the books that a sparse retriever scores, seen ones included."""
    scores: Floats
    """[T, S] sums of the weights from the history's books, in units of the table's scale; ≥ 0."""
    strongest: Floats
    """[T, S] the largest of these weights."""
    support: Floats
    """[T, S] number of the history's books that have this book as a neighbour."""
    liked: Floats
    """[S] the part of the first retriever's scores that comes from liked books."""
    seen_author: Floats
    """[S] number of the history's books by the same author."""
    near_author: Floats
    """[S] similarity of the book's author to the history's authors."""
    seen: NDArray[np.bool_]
    """[S] whether the reader has the book."""
    query_vector: Floats
    """[D] output of the reader tower, scaled so that its dot product with a book vector plus
    ``score_offset`` is the tower score, standardised over the catalogue the towers were trained on."""
    score_offset: float

    def spread(self, name: str, n_books: int) -> Floats:
        """[B] scores of one retriever over the whole catalogue, 0 where it scores nothing."""
        values = np.zeros(n_books, dtype=np.float32)
        values[self.books] = self.scores[NAMES.index(name)]
        return values

    @cached_property
    def sorted_scores(self) -> list[Floats]:
        """Positive scores of unseen books, ascending: one array a retriever, then similar authors.

        A score's rank is the number of those above it.
        """
        return [np.sort(row[(row > 0) & ~self.seen]) for row in (*self.scores, self.near_author)]


@dataclass(frozen=True)
class SparseRetrievers:
    """The similarity tables, ready to score histories."""

    metadata: BookMetadata
    similarities: Mapping[str, SimilarityTable]
    """Retriever's name → its table of books."""
    authors: SimilarityTable
    """Similarities of author codes."""

    def score(self, history: History, query_vector: Floats, score_offset: float) -> RetrieverScores:
        """Score one history."""
        neighbours_by_table = [self.similarities[name].of(history.books) for name in NAMES]
        near_author, by_near = self._near_authors(history)
        by_seen, _, _ = rows_of(*self.metadata.by_author, self._authors(history))
        books, place = self._scored_books(
            [*(neighbours for neighbours, _, _ in neighbours_by_table), by_seen, by_near]
        )
        shape = len(NAMES), len(books)
        scores, strongest, support = (np.zeros(shape, dtype=np.float32) for _ in range(3))
        liked = np.zeros(len(books), dtype=np.float32)
        for row, (name, (neighbours, weights, lengths)) in enumerate(
            zip(NAMES, neighbours_by_table, strict=True)
        ):
            at, weights = place[neighbours], weights / np.float32(self.similarities[name].scale)
            scores[row] = np.maximum(np.bincount(at, weights, len(books)), 0.0)
            np.maximum.at(strongest[row], at, weights)
            support[row] = np.bincount(at, minlength=len(books))
            if row == 0:
                by_liked = np.repeat(history.ratings >= POSITIVE_RATING, lengths)
                liked[:] = np.bincount(at[by_liked], weights[by_liked], len(books))
        seen = np.zeros(len(books), dtype=bool)
        seen[place[history.books][place[history.books] >= 0]] = True
        author = self.metadata.author[books]
        seen_author = self.metadata.counts("author", history.books)[author].astype(np.float32)
        return RetrieverScores(
            history,
            books,
            scores,
            strongest,
            support,
            liked,
            seen_author,
            near_author[author],
            seen,
            query_vector,
            score_offset,
        )

    def _scored_books(self, parts: list[Ints]) -> tuple[Ints, Ints]:
        """[S] distinct books of all parts, ascending, and [B] the place of each, -1 for others."""
        scored = np.zeros(self.metadata.n_books, dtype=bool)
        for books in parts:
            scored[books] = True
        books = np.flatnonzero(scored).astype(np.int32)
        place = np.full(self.metadata.n_books, -1, dtype=np.int32)
        place[books] = np.arange(len(books), dtype=np.int32)
        return books, place

    def _authors(self, history: History) -> Ints:
        """Known authors of a history, ascending codes."""
        authors = np.unique(self.metadata.author[history.books])
        return authors[authors > 0]

    def _near_authors(self, history: History) -> tuple[Floats, Ints]:
        """Scores of all author codes for a history, and the books of the best of them."""
        authors, weights, _ = self.authors.of(self._authors(history))
        size = max(self.authors.size, int(self.metadata.author.max(initial=0)) + 1)
        scores = np.maximum(np.bincount(authors, weights, size), 0.0).astype(np.float32)
        scores /= np.float32(self.authors.scale)
        first = best(scores, NEAR_AUTHORS, above=0.0)
        books, _, _ = rows_of(*self.metadata.by_author, first[first < self._author_rows])
        return scores, books

    @cached_property
    def _author_rows(self) -> int:
        return len(self.metadata.by_author[0]) - 1
