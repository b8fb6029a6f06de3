"""Inputs of rating prediction: books with their groups, and readers' histories."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bookrec.arrays import Ints
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.data.interactions import Interactions, interaction_matrix
from bookrec.text import fold

_YEARS: Final = 5
"""Years of publication per band."""


@dataclass(frozen=True)
class Catalogue:
    """Numbers of readers and books, and the groups of books."""

    n_readers: int
    n_books: int
    groups: Mapping[str, Ints]
    """``author``, ``publisher``, ``year`` → [B] number of the book's group, -1 where not known."""


def catalogue_of(dataset: Dataset) -> Catalogue:
    """Number the groups of the books of a data set."""
    books = dataset.books
    years = books["year"].to_numpy(dtype=np.int64, na_value=-1)
    groups = {
        "author": _numbered(books["author"].tolist()),
        "publisher": _numbered(books["publisher"].tolist()),
        "year": np.where(years > 0, years // _YEARS, -1).astype(np.int32),
    }
    return Catalogue(dataset.n_readers, dataset.n_books, groups)


def _numbered(names: list[str]) -> Ints:
    """[B] numbers, equal for names that fold to the same text, -1 for none."""
    distinct, numbers = np.unique([fold(name) for name in names], return_inverse=True)
    return np.where(distinct[numbers] == "", -1, numbers).astype(np.int32)


@dataclass(frozen=True)
class RatingQueries:
    """The books to predict for one reader, and that reader's ratings."""

    reader: int
    places: NDArray[np.int64]
    """[m] positions of the books among all pairs."""
    books: Ints
    """[m] books to predict."""
    rated: Ints
    """[n] books the reader rated."""
    ratings: NDArray[np.float64]
    """[n] 1–10."""


class RatingHistories:
    """The interactions of some readers, known or new.

    Args:
        interactions: sorted by ``reader_idx``, 0 to ``n_readers`` - 1; a rating of 0 is a book seen
            without a rating.
        n_readers: number of readers, with or without interactions.
        n_books: number of books of the catalogue, B.
    """

    def __init__(self, interactions: Interactions, n_readers: int, n_books: int) -> None:
        self.interactions = interactions
        self.rated = explicit(interactions)
        self.shape = n_readers, n_books

    @cached_property
    def seen(self) -> sparse.csr_matrix:
        """[readers, B] 1 for each book in the history, rated or not."""
        return interaction_matrix(self.interactions, *self.shape, np.ones(len(self.interactions)))

    def one_by_one(self, readers: Ints, books: Ints) -> Iterator[RatingQueries]:
        """Yield the queries for (reader, book) pairs ([n] each), one per reader."""
        rated = self.rated
        starts = np.searchsorted(rated.reader_idx, np.arange(self.shape[0] + 1))
        ratings = rated.rating.astype(np.float64)
        order = np.argsort(readers, kind="stable")
        cuts = np.flatnonzero(np.diff(readers[order])) + 1
        for places in np.split(order, cuts):
            if not len(places):
                continue
            reader = int(readers[places[0]])
            rows = slice(starts[reader], starts[reader + 1])
            yield RatingQueries(reader, places, books[places], rated.book_idx[rows], ratings[rows])


def explicit(interactions: Interactions) -> Interactions:
    """Select the interactions with a rating."""
    return interactions[interactions.rating > 0]
