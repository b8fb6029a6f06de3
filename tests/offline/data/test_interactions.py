"""Interactions as a matrix, and renumbered readers."""

from __future__ import annotations

import numpy as np

from bookrec.offline.data.interactions import Interactions, interaction_matrix

INTERACTIONS = Interactions(
    np.array([0, 0, 2], np.int32), np.array([3, 1, 0], np.int32), np.array([0, 7, 10], np.int8)
)


def test_a_matrix_has_a_row_for_each_reader_and_ones_by_default():
    matrix = interaction_matrix(INTERACTIONS, 4, 5)
    assert matrix.dtype == np.float32
    assert matrix.toarray().tolist() == [[0, 1, 0, 1, 0], [0] * 5, [1, 0, 0, 0, 0], [0] * 5]


def test_a_matrix_has_the_values_and_their_type():
    matrix = interaction_matrix(INTERACTIONS, 3, 4, INTERACTIONS.rating.astype(np.float64))
    assert matrix.dtype == np.float64
    assert matrix.toarray().tolist() == [[0, 7, 0, 0], [0] * 4, [10, 0, 0, 0]]


def test_readers_are_renumbered_by_their_places():
    renumbered = INTERACTIONS.renumbered(np.array([0, 2], np.int32))
    assert renumbered.reader_idx.tolist() == [0, 0, 1]
    assert renumbered.reader_idx.dtype == np.int32
    assert renumbered.book_idx is INTERACTIONS.book_idx
