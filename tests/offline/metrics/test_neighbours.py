"""Similar books: the reference of co-liked books, overlap and bestsellers, worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import sparse

from bookrec.offline.metrics.neighbours import (
    NeighbourLists,
    bestsellers_share,
    most_co_liked,
    most_popular,
    overlap,
    strongest,
)
from small_dataset import interactions_of

BOOKS = np.array([0, 2], dtype=np.int32)


def lists_of(*rows: list[int]) -> NeighbourLists:
    return NeighbourLists(np.arange(len(rows), dtype=np.int32), np.array(rows, dtype=np.int32))


def test_the_strongest_entries_of_some_rows():
    matrix = sparse.csr_matrix(
        np.array([[0, 1, 3, 1], [9, 9, 9, 9], [2, 0, 0, 5], [0, 0, 0, 0]], dtype=np.float32)
    )
    found = strongest(matrix, BOOKS, 3)
    assert found.lists.tolist() == [[2, 1, 3], [3, 0, -1]]
    assert found.matrix(4).toarray().tolist() == [[0, 1, 1, 1], [0] * 4, [1, 0, 0, 1], [0] * 4]


def test_popular_books_without_the_book_itself():
    found = most_popular(np.array([5, 9, 7, 9]), BOOKS, 3)
    assert found.lists.tolist() == [[1, 3, 2], [1, 3, 0]]


def test_co_likes_have_a_held_out_side_and_two_readers():
    # Readers 0 and 1 like 0 and 1, one side held out. Readers 2 to 4 like 0 and 3, all of it known.
    # Reader 5 alone likes 0 and 4. Readers 0 and 1 have also rated book 2, but reader 1 dislikes it.
    known = interactions_of(
        *((0, 0, 9), (0, 2, 8), (1, 1, 7), (2, 0, 9), (2, 3, 9), (3, 0, 9), (3, 3, 9)),
        *((4, 0, 9), (4, 3, 9), (5, 0, 7)),
    )
    held_out = interactions_of((0, 1, 10), (1, 0, 7), (1, 2, 4), (5, 4, 9))
    found = most_co_liked(known, held_out, (6, 5), np.arange(5, dtype=np.int32), 2)
    assert found.lists.tolist() == [[1, -1], [0, -1], [-1, -1], [-1, -1], [-1, -1]]


def test_a_shrunken_cosine_orders_co_likes():
    # Books 0 and 1: two co-likes, each with two likes: 2 / (2 + 10). Books 0 and 2: three co-likes, and
    # book 2 has 27 likes: 3 / (sqrt(4 * 27) + 10) is less. Book 0 has 4 likes in all.
    rows = [(0, 1, 9), (1, 1, 9), (1, 2, 9), (2, 2, 9), (3, 2, 9)]
    rows += [(reader, 2, 9) for reader in range(4, 28)]
    held_out = interactions_of(*((reader, 0, 9) for reader in range(4)))
    books = np.array([0], dtype=np.int32)
    found = most_co_liked(interactions_of(*rows), held_out, (28, 3), books, 2)
    first, second = 2 / (math.sqrt(4 * 2) + 10), 3 / (math.sqrt(4 * 27) + 10)
    assert first > second
    assert found.lists.tolist() == [[1, 2]]


def test_the_overlap_is_over_the_reference_and_needs_five_books():
    reference = lists_of([1, 2, 3, 4, 5, -1], [0, 2, 3, 4, -1, -1], [0, 1, 3, 4, 5, 6])
    neighbours = lists_of([5, 9, 1, 7, 8, 6], [0, 2, 3, 4, 5, 6], [-1, -1, -1, -1, -1, -1])
    found = overlap(neighbours, reference)
    assert found[[0, 2]] == pytest.approx([2 / 5, 0])
    assert math.isnan(found[1]), "four books are no reference"
    assert overlap(reference, reference)[[0, 2]].tolist() == [1, 1]


def test_bestsellers_take_their_share_of_the_first_places():
    readers = np.arange(30)  # the twenty most read books are 10 to 29
    neighbours = lists_of([9, 10, 29, 11], [3, 4, -1, -1])
    assert bestsellers_share(neighbours, readers, first=2) == pytest.approx(1 / 4)
    assert bestsellers_share(neighbours, readers, first=4) == pytest.approx(3 / 6)
    assert math.isnan(bestsellers_share(lists_of([-1]), readers, first=1))
