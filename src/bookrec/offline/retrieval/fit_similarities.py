"""Fit of all similarity tables to some interactions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import sparse

from bookrec.arrays import Array, Ints
from bookrec.inference.book_metadata import BookMetadata
from bookrec.inference.retrievers import RETRIEVERS
from bookrec.inference.similarity_table import SimilarityTable
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.retrieval.ease import ease_table
from bookrec.offline.retrieval.retriever_fit import RetrieverData, fit_of
from bookrec.offline.retrieval.time_windows import windowed_histories

_AUTHOR_NEIGHBOURS: Final = 200
_AUTHORS: Final = 8_000
_AUTHOR_STRENGTH: Final = 2.0
_AUTHOR_STEM: Final = "authors"


@dataclass(frozen=True)
class FittedSimilarities:
    """The similarity tables of the sparse retrievers."""

    books: Mapping[str, SimilarityTable]
    """Retriever's name → its table, see `RETRIEVERS`."""
    authors: SimilarityTable
    """Similarities of author codes."""

    def for_catalogue(self, codes: Ints) -> FittedSimilarities:
        """Renumber the tables for another catalogue; author similarities do not change.

        Args:
            codes: [B] for each book of that catalogue 1 + its position in this one; 0 = unknown here.
        """
        books = {name: table.renumbered(codes) for name, table in self.books.items()}
        return FittedSimilarities(books, self.authors)

    def arrays(self) -> dict[str, Array]:
        """Arrays by name, for saving."""
        arrays: dict[str, Array] = dict(self.authors.arrays(_AUTHOR_STEM))
        for retriever in RETRIEVERS:
            arrays |= self.books[retriever.name].arrays(retriever.stem)
        return arrays

    @classmethod
    def from_arrays(cls, arrays: dict[str, Array]) -> FittedSimilarities:
        """Restore tables from their `arrays`."""
        books = {r.name: SimilarityTable.from_arrays(r.stem, arrays) for r in RETRIEVERS}
        return cls(books, SimilarityTable.from_arrays(_AUTHOR_STEM, arrays))


def fit_similarities(
    interactions: Interactions, metadata: BookMetadata, n_readers: int, n_authors: int, label: str
) -> FittedSimilarities:
    """Fit every similarity table to ``interactions`` alone.

    Args:
        interactions: Interactions sorted by reader.
        metadata: Metadata of the whole catalogue.
        n_readers: Number of readers of the data set.
        n_authors: Number of author codes, the unknown included.
        label: Prefix of the labels of progress bars.
    """
    histories = windowed_histories(interactions, n_readers, metadata.n_books)
    data = RetrieverData(histories, metadata, label)
    books = {retriever.name: fit_of(retriever).fit(data) for retriever in RETRIEVERS}
    author = metadata.author[interactions.book_idx]
    known = author > 0
    by_author = _matrix(interactions.reader_idx[known], author[known], (n_readers, n_authors))
    authors = ease_table(by_author, _AUTHORS, _AUTHOR_NEIGHBOURS, _AUTHOR_STRENGTH)
    return FittedSimilarities(books, authors)


def _matrix(rows: Ints, columns: Ints, shape: tuple[int, int]) -> sparse.csr_matrix:
    """CSR matrix with 1 at every named entry; repeated entries count once."""
    entries = np.ones(len(rows), dtype=np.float32)
    matrix = sparse.csr_matrix((entries, (rows, columns)), shape=shape)
    matrix.data[:] = 1.0
    return matrix
