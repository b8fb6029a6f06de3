"""Similarity tables: rows, renumbering for another catalogue, and files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bookrec.inference.similarity_table import SimilarityTable


@pytest.fixture
def table() -> SimilarityTable:
    """0 → 2 (weight 5), 1 (3); 1 → none; 2 → 0 (4); 3 → 2 (-1)."""
    return SimilarityTable(
        np.array([0, 2, 2, 3, 4]),
        np.array([2, 1, 0, 2], dtype=np.int32),
        np.array([5, 3, 4, -1], dtype=np.float32),
        scale=2.5,
    )


def test_rows_are_concatenated(table: SimilarityTable):
    neighbours, weights, lengths = table.of(np.array([3, 1, 0]))
    assert neighbours.tolist() == [2, 2, 1]
    assert weights.tolist() == [-1, 5, 3]
    assert lengths.tolist() == [1, 0, 2]
    assert table.size == 4


def test_books_are_renumbered_for_another_catalogue(table: SimilarityTable):
    # Its books: the old 2, a new one, the old 0; the old 1 and 3 are gone.
    later = table.renumbered(np.array([3, 0, 1], dtype=np.int32))
    assert later.start.tolist() == [0, 1, 1, 2]
    assert later.neighbour.tolist() == [2, 0]
    assert later.weight.tolist() == [4, 5]
    assert later.scale == 2.5
    assert table.renumbered(np.arange(1, 5, dtype=np.int32)) is table


def test_a_loaded_table_is_equal(table: SimilarityTable, tmp_path: Path):
    table.save(tmp_path, "one")
    SimilarityTable(table.start, table.neighbour[::-1], table.weight).save(tmp_path, "two")
    loaded = SimilarityTable.load(tmp_path, "one")
    assert isinstance(loaded.neighbour.base, np.memmap)
    for name, array in table.arrays("one").items():
        np.testing.assert_array_equal(loaded.arrays("one")[name], array)
    assert SimilarityTable.load(tmp_path, "two").scale == 1.0
