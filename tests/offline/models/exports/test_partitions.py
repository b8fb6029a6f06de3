"""Partitions of a catalogue: every book in one, like vectors together."""

from __future__ import annotations

import numpy as np
import pytest

from bookrec.offline.models.exports.partitions import make_partitions, nearest

CLUMPS = np.array([[9, 0], [0, 9], [-9, -9]], dtype=np.float32)


def clumps(sizes: tuple[int, ...] = (5, 9, 2)) -> np.ndarray:
    """Vectors near three points, shuffled."""
    rng = np.random.default_rng(4)
    near = np.repeat(CLUMPS[: len(sizes)], sizes, axis=0)
    vectors = near + rng.normal(scale=0.3, size=near.shape)
    return rng.permutation(vectors).astype(np.float32)


def members(partitions, number: int) -> list[int]:
    return partitions.books[partitions.start[number] : partitions.start[number + 1]].tolist()


def test_every_book_is_in_one_partition_with_the_books_like_it():
    vectors = clumps()
    partitions = make_partitions(vectors, 6)
    assert sorted(partitions.books.tolist()) == list(range(16))
    clump_of = nearest(vectors, CLUMPS)
    for number in range(partitions.count):
        books = members(partitions, number)
        assert len({int(clump_of[book]) for book in books}) == 1
        assert books == sorted(books)
        np.testing.assert_allclose(
            partitions.centres[number], vectors[books].mean(axis=0), rtol=1e-5
        )


def test_no_partition_is_empty_although_many_books_are_alike():
    vectors = np.repeat(CLUMPS, (4, 1, 3), axis=0)
    partitions = make_partitions(vectors, 8)
    assert partitions.count <= 3
    assert (np.diff(partitions.start) > 0).all()


def test_about_four_square_roots_of_the_catalogue_by_default():
    rng = np.random.default_rng(1)
    assert 180 <= make_partitions(rng.normal(size=(2_500, 3)).astype(np.float32)).count <= 200


def test_nearest_is_by_distance_and_not_by_dot_product():
    centres = np.array([[1, 0], [10, 0]], dtype=np.float32)
    assert nearest(np.array([[2, 0], [7, 1]], dtype=np.float32), centres).tolist() == [0, 1]


def test_the_probed_share_counts_the_books_of_the_probed_partitions():
    vectors = np.repeat(CLUMPS, (5, 9, 2), axis=0)
    partitions = make_partitions(vectors, 3, seed=2)
    assert partitions.count == 3
    readers = np.array([[1, 0], [0, 1]], dtype=np.float32)  # 5 and 9 books are nearest
    assert partitions.probed_share(readers, 1) == pytest.approx((5 + 9) / 2 / 16)
    assert partitions.probed_share(readers, 3) == 1.0
