"""What a stand-alone retrieval index holds: vectors of readers and books, ids, and own books.

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
    """Readers and books as the two towers see them."""

    user_ids: list[str]
    """[R] every reader of the data set, by the id that the outside knows."""
    row_of_reader: Ints
    """[R] the reader's row in ``reader_vectors``."""
    reader_vectors: Floats
    """[V, D]: readers with a history, then one row for each age band (readers without one share
    it), and last the mean of all readers, for ids that are not known."""
    isbns: list[str]
    """[B]"""
    book_vectors: Floats
    """[B, D]"""
    own_start: NDArray[np.int64]
    """[V + 1] where each row's own books start."""
    own_books: Ints
    """Positions of the books of each row's history, and of all other editions of their works,
    ascending within a row."""

    @property
    def active(self) -> int:
        """How many of the first rows are readers with a history."""
        return len(self.reader_vectors) - len(AGE_BANDS) - 1

    def own(self, row: int) -> Ints:
        """Positions of one row's own books."""
        return self.own_books[self.own_start[row] : self.own_start[row + 1]]


def index_data(bundle: Bundle, dataset: Dataset) -> IndexData:
    """Vectors of every reader (from the history and the age) and book of a data set."""
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
    own_start, own_books = _own_books(interactions, dataset)
    starts = np.append(own_start[active], np.repeat(own_start[-1], len(AGE_BANDS) + 2))
    return IndexData(
        list(dataset.readers["user_id"]),
        row_of_reader,
        np.concatenate([vectors, mean.astype(np.float32)]),
        list(dataset.books["isbn"]),
        book_vectors(bundle.towers, features),
        starts,
        own_books,
    )


def _shown_books(interactions: Interactions, readers: Ints, n_books: int) -> sp.csr_matrix:
    """[readers, B] how much each book of a history speaks for the reader's taste."""
    weights = make_history(interactions.book_idx, interactions.rating).weights
    shown = interactions.renumbered(readers)
    return interaction_matrix(shown, len(readers), n_books, weights)


def _reader_vectors(histories: sp.csr_matrix, bands: Ints, tower: dict[str, Floats]) -> Floats:
    """[rows, D] the reader tower, as `Retrieval.reader_vector` for many."""
    found = np.empty((len(bands), tower["tower_bias_2"].shape[0]), dtype=np.float32)
    for start in range(0, len(bands), _BLOCK):
        some = slice(start, start + _BLOCK)
        weight = np.asarray(histories[some].sum(axis=1))
        mean = (histories[some] @ tower["history_vector"]) / np.maximum(weight, 1e-6)
        inputs = np.concatenate([mean, tower["tower_age"][bands[some]]], axis=1)
        hidden = np.maximum(inputs @ tower["tower_kernel_1"] + tower["tower_bias_1"], 0.0)
        found[some] = hidden @ tower["tower_kernel_2"] + tower["tower_bias_2"]
    return found


def _own_books(interactions: Interactions, dataset: Dataset) -> tuple[NDArray[np.int64], Ints]:
    """[n_readers + 1] and the own books, in CSR form: all editions of the works of the history."""
    works = dataset.work_of_book
    editions = grouped(works)
    books, lengths, _ = rows_of(*editions, works[interactions.book_idx])
    readers = np.repeat(interactions.reader_idx, lengths).astype(np.int64)
    pairs = np.unique(readers * dataset.n_books + books)
    own = Interactions(
        (pairs // dataset.n_books).astype(np.int32),
        (pairs % dataset.n_books).astype(np.int32),
        np.zeros(len(pairs), dtype=np.int8),
    )
    return by_reader(own, dataset.n_readers), own.book_idx
