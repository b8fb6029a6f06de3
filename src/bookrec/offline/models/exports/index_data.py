"""Content of a stand-alone retrieval index: ids and vectors of readers and books, and seen books.

Shapes: ``R`` readers, ``V`` rows of reader vectors, ``B`` books, ``D`` width of the towers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from bookrec.ages import AGE_BANDS
from bookrec.arrays import Floats, Ints
from bookrec.inference.history import make_history
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.data.interactions import (
    Interactions,
    all_interactions,
    by_reader,
    interaction_matrix,
    reader_age_bands,
)
from bookrec.offline.models.bundle.build_recommender import catalogue_features
from bookrec.offline.models.bundle.bundle import Bundle
from bookrec.offline.retrieval.two_tower import book_vectors, reader_tower_arrays
from bookrec.ragged import grouped, rows_of

_BLOCK: Final = 8192
"""Readers whose vectors are computed at once."""


@dataclass(frozen=True)
class IndexData:
    """Ids, vectors of the two towers, and seen books."""

    user_ids: list[str]
    """[R] id of every reader of the data set."""
    row_of_reader: Ints
    """[R] row of each reader in ``reader_vectors``."""
    reader_vectors: Floats
    """[V, D] float32 vectors: readers with a history, then one row per age band for readers without
    one, and last the mean of all readers, for unknown ids."""
    isbns: list[str]
    """[B] ISBN of each book."""
    book_vectors: Floats
    """[B, D] float32 vectors."""
    seen_start: NDArray[np.int64]
    """[V + 1] start of each row's seen books."""
    seen_books: Ints
    """Positions of each row's seen books and of the other editions of their works, ascending."""

    @property
    def active(self) -> int:
        """Number of readers with a history; their rows are the first."""
        return len(self.reader_vectors) - len(AGE_BANDS) - 1

    def seen(self, row: int) -> Ints:
        """Return the positions of one row's seen books."""
        return self.seen_books[self.seen_start[row] : self.seen_start[row + 1]]


def index_data(bundle: Bundle, dataset: Dataset) -> IndexData:
    """Compute the vectors of every reader, from history and age, and of every book of a data set."""
    interactions = all_interactions(dataset)
    features = catalogue_features(bundle, dataset)
    tower = reader_tower_arrays(bundle.towers, features.isbn)
    bands = reader_age_bands(dataset)
    active = np.unique(interactions.reader_idx)
    row_of_reader = (len(active) + bands).astype(np.int32)
    row_of_reader[active] = np.arange(len(active), dtype=np.int32)
    shown = _shown_books(interactions, active, dataset.n_books)
    nothing = sp.csr_matrix(np.zeros((len(AGE_BANDS), dataset.n_books), dtype=np.float32))
    histories = sp.vstack([shown, nothing], format="csr")
    row_bands = np.concatenate([bands[active], np.arange(len(AGE_BANDS))])
    vectors = _reader_vectors(histories, row_bands, tower)
    mean = vectors[row_of_reader].mean(axis=0, dtype=np.float64, keepdims=True)
    seen_start, seen_books = _seen_books(interactions, dataset)
    starts = np.append(seen_start[active], np.repeat(seen_start[-1], len(AGE_BANDS) + 2))
    return IndexData(
        list(dataset.readers["user_id"]),
        row_of_reader,
        np.concatenate([vectors, mean.astype(np.float32)]),
        list(dataset.books["isbn"]),
        book_vectors(bundle.towers, features),
        starts,
        seen_books,
    )


def _shown_books(interactions: Interactions, readers: Ints, n_books: int) -> sp.csr_matrix:
    """[readers, B] weights of the books in each history."""
    weights = make_history(interactions.book_idx, interactions.rating).weights
    shown = interactions.renumbered(readers)
    return interaction_matrix(shown, len(readers), n_books, weights)


def _reader_vectors(histories: sp.csr_matrix, bands: Ints, tower: dict[str, Floats]) -> Floats:
    """Compute the reader tower for many readers, [rows, D], as `Retrieval.reader_vector` does.

    Args:
        histories: [rows, B] weights of the books.
        bands: [rows] age bands.
        tower: arrays of the reader tower.
    """
    vectors = np.empty((len(bands), tower["tower_bias_2"].shape[0]), dtype=np.float32)
    for start in range(0, len(bands), _BLOCK):
        block = slice(start, start + _BLOCK)
        weight = np.asarray(histories[block].sum(axis=1))
        mean = (histories[block] @ tower["history_vector"]) / np.maximum(weight, 1e-6)
        inputs = np.concatenate([mean, tower["tower_age"][bands[block]]], axis=1)
        hidden = np.maximum(inputs @ tower["tower_kernel_1"] + tower["tower_bias_1"], 0.0)
        vectors[block] = hidden @ tower["tower_kernel_2"] + tower["tower_bias_2"]
    return vectors


def _seen_books(interactions: Interactions, dataset: Dataset) -> tuple[NDArray[np.int64], Ints]:
    """Return [n_readers + 1] starts, and all editions of the works of each reader's history."""
    works = dataset.work_of_book
    editions = grouped(works)
    books, lengths, _ = rows_of(*editions, works[interactions.book_idx])
    readers = np.repeat(interactions.reader_idx, lengths).astype(np.int64)
    pairs = np.unique(readers * dataset.n_books + books)
    seen = Interactions(
        (pairs // dataset.n_books).astype(np.int32),
        (pairs % dataset.n_books).astype(np.int32),
        np.zeros(len(pairs), dtype=np.int8),
    )
    return by_reader(seen, dataset.n_readers), seen.book_idx
