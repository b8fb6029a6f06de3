"""Signals: what each retriever says of the books for one reader's history.

Tables of neighbours speak for books: random walks over readers, authors and series (``walk``),
item-kNN (``knn``) and EASE (``ease``); so do the authors of the history and the authors read by the
same readers. They say something of few books, so their signals are sparse; the two-tower model
speaks of every book.

Every own book counts alike in the tables: that a book was read says more of what is read next than
how it was rated (measured; docs/evaluation.md). What liked books say is a signal of its own.

Shapes: ``S`` books that a sparse signal speaks of, ``T`` tables, ``D`` width of the towers.
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
from bookrec.inference.similarity_table import SimilarityTable
from bookrec.ragged import rows_of
from bookrec.topk import best

TABLES: Final = ("walk", "knn", "ease")
"""Tables of books, in this order."""

NEAR_AUTHORS: Final = 60
"""Authors whose readers the reader's own authors share, at most so many, speak for their books."""


@dataclass(frozen=True)
class RetrieverScores:
    """What the retrievers say for one history."""

    history: History
    books: Ints
    """[S] ascending: the books that a table or an author speaks for, own books among them."""
    scores: Floats
    """[T, S] sum of the weights from the history's books, in units of the table's scale; ≥ 0."""
    strongest: Floats
    """[T, S] the largest of them."""
    support: Floats
    """[T, S] number of history books that have this book as a neighbour."""
    liked: Floats
    """[S] the part of the first table's scores that comes from liked books."""
    own_author: Floats
    """[S] number of the history's books by the same author."""
    near_author: Floats
    """[S] how much the history's authors speak for this book's author."""
    own: NDArray[np.bool_]
    """[S] whether the reader has the book."""
    query_vector: Floats
    """[D] the reader tower's output, scaled so that its dot product with a book vector plus
    ``score_offset`` is the tower score, standardised over the catalogue the towers were trained on."""
    score_offset: float

    def spread(self, name: str, n_books: int) -> Floats:
        """[B] the scores of a table over the whole catalogue."""
        values = np.zeros(n_books, dtype=np.float32)
        values[self.books] = self.scores[TABLES.index(name)]
        return values

    @cached_property
    def sorted_scores(self) -> list[Floats]:
        """The positive scores of the books that are not own, ascending, for each table and then for
        the near authors: a score's rank is the number of those above it.
        """
        return [np.sort(row[(row > 0) & ~self.own]) for row in (*self.scores, self.near_author)]


@dataclass(frozen=True)
class SparseRetrievers:
    """The sparse retrievers."""

    metadata: BookMetadata
    tables: Mapping[str, SimilarityTable]
    """Name → a table of books, see `TABLES`."""
    authors: SimilarityTable
    """A table of author codes."""

    def retriever_scores(
        self, history: History, query_vector: Floats, score_offset: float
    ) -> RetrieverScores:
        """Everything that the retrievers have to say for one history."""
        heard = [self.tables[name].of(history.books) for name in TABLES]
        near_author, by_near = self._near_authors(history)
        mine, _, _ = rows_of(*self.metadata.by_author, self._authors(history))
        books, place = self._spoken_of([*(books for books, _, _ in heard), mine, by_near])
        shape = len(TABLES), len(books)
        scores, strongest, support = (np.zeros(shape, dtype=np.float32) for _ in range(3))
        liked = np.zeros(len(books), dtype=np.float32)
        for row, (name, (neighbours, weights, lengths)) in enumerate(
            zip(TABLES, heard, strict=True)
        ):
            at, weights = place[neighbours], weights / np.float32(self.tables[name].scale)
            scores[row] = np.maximum(np.bincount(at, weights, len(books)), 0.0)
            np.maximum.at(strongest[row], at, weights)
            support[row] = np.bincount(at, minlength=len(books))
            if row == 0:
                by_liked = np.repeat(history.ratings >= POSITIVE_RATING, lengths)
                liked[:] = np.bincount(at[by_liked], weights[by_liked], len(books))
        own = np.zeros(len(books), dtype=bool)
        own[place[history.books][place[history.books] >= 0]] = True
        author = self.metadata.author[books]
        own_author = self.metadata.counts("author", history.books)[author].astype(np.float32)
        return RetrieverScores(
            history,
            books,
            scores,
            strongest,
            support,
            liked,
            own_author,
            near_author[author],
            own,
            query_vector,
            score_offset,
        )

    def _spoken_of(self, named: list[Ints]) -> tuple[Ints, Ints]:
        """[S] the books named, ascending, and [B] the place of each in them, -1 for the others."""
        spoken_of = np.zeros(self.metadata.n_books, dtype=bool)
        for books in named:
            spoken_of[books] = True
        books = np.flatnonzero(spoken_of).astype(np.int32)
        place = np.full(self.metadata.n_books, -1, dtype=np.int32)
        place[books] = np.arange(len(books), dtype=np.int32)
        return books, place

    def _authors(self, history: History) -> Ints:
        """The known authors of a history, ascending."""
        authors = np.unique(self.metadata.author[history.books])
        return authors[authors > 0]

    def _near_authors(self, history: History) -> tuple[Floats, Ints]:
        """What the history's authors say of each author code, and the books of the best."""
        authors, weights, _ = self.authors.of(self._authors(history))
        size = max(self.authors.size, int(self.metadata.author.max(initial=0)) + 1)
        said = np.maximum(np.bincount(authors, weights, size), 0.0).astype(np.float32)
        said /= np.float32(self.authors.scale)
        first = best(said, NEAR_AUTHORS, above=0.0)
        books, _, _ = rows_of(*self.metadata.by_author, first[first < self._author_rows])
        return said, books

    @cached_property
    def _author_rows(self) -> int:
        return len(self.metadata.by_author[0]) - 1
