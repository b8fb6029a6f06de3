"""The tables of neighbours that the sparse retrievers know, fitted to some interactions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bookrec.arrays import Ints
from bookrec.inference.book_metadata import BookMetadata
from bookrec.inference.retriever_scores import TABLES
from bookrec.inference.similarity_table import SimilarityTable
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.retrieval.ease import ease_table
from bookrec.offline.retrieval.item_knn import build_item_knn
from bookrec.offline.retrieval.rp3beta import groups_of, random_walk
from bookrec.offline.retrieval.time_windows import windowed_histories

_WALK_NEIGHBOURS: Final = 400
_KNN_NEIGHBOURS: Final = 200
_EASE_BOOKS: Final = 12_000
_EASE_ENTRIES: Final = 200 * _EASE_BOOKS
"""Of the whole table: a small catalogue keeps more weights of each book, for every weight helps."""
_AUTHOR_NEIGHBOURS: Final = 200
_AUTHORS: Final = 8_000
_AUTHOR_STRENGTH: Final = 2.0
_OVER_AUTHORS: Final = "authors"


@dataclass(frozen=True)
class FittedSimilarities:
    """What the sparse retrievers know."""

    books: Mapping[str, SimilarityTable]
    """Name → table, see `TABLES`."""
    authors: SimilarityTable
    """Over author codes."""

    def for_catalogue(self, codes: Ints) -> FittedSimilarities:
        """The same for another catalogue; authors stay as they are.

        Args:
            codes: [B] for each of its books, 1 + the position it has here; 0 = unknown here.
        """
        books = {name: table.renumbered(codes) for name, table in self.books.items()}
        return FittedSimilarities(books, self.authors)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays by name, for saving."""
        arrays: dict[str, NDArray[Any]] = dict(self.authors.arrays(_OVER_AUTHORS))
        for name, table in self.books.items():
            arrays |= table.arrays(name)
        return arrays

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]]) -> FittedSimilarities:
        """What `arrays` gave."""
        books = {name: SimilarityTable.from_arrays(name, arrays) for name in TABLES}
        return cls(books, SimilarityTable.from_arrays(_OVER_AUTHORS, arrays))


def fit_tables(
    interactions: Interactions, metadata: BookMetadata, n_readers: int, n_authors: int, label: str
) -> FittedSimilarities:
    """The tables of ``interactions``, and nothing else.

    Args:
        facts: of the whole catalogue.
        n_authors: author codes, the unknown included.
        label: what the progress bars say of this fit.
    """
    n_books = metadata.n_books
    histories = windowed_histories(interactions, n_readers, n_books)
    alike = [groups_of(metadata.author), groups_of(metadata.series)]
    walk = random_walk(
        sparse.vstack([histories, *alike]).tocsr(), _WALK_NEIGHBOURS, label=f"{label}: walks"
    )
    knn = build_item_knn(histories, neighbours=_KNN_NEIGHBOURS, label=f"{label}: item-kNN")
    ease = ease_table(histories, _EASE_BOOKS, _EASE_ENTRIES // min(n_books, _EASE_BOOKS))
    author = metadata.author[interactions.book_idx]
    known = author > 0
    by_author = _matrix(interactions.reader_idx[known], author[known], (n_readers, n_authors))
    authors = ease_table(by_author, _AUTHORS, _AUTHOR_NEIGHBOURS, _AUTHOR_STRENGTH)
    return FittedSimilarities({"walk": walk, "knn": knn, "ease": ease}, authors)


def _matrix(rows: Ints, columns: Ints, shape: tuple[int, int]) -> Any:
    """CSR with 1 wherever there is an entry."""
    entries = np.ones(len(rows), dtype=np.float32)
    matrix = sparse.csr_matrix((entries, (rows, columns)), shape=shape)
    matrix.data[:] = 1.0  # and not the number of them
    return matrix
