"""Similarity tables: the books and authors they join, and renumbering for another catalogue."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bookrec.inference.book_metadata import BookMetadata
from bookrec.inference.retrievers import NAMES
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.retrieval.fit_similarities import FittedSimilarities, fit_similarities
from small_dataset import interactions_of

BOOKS, READERS, AUTHORS = 7, 6, 5


def ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int32)


@pytest.fixture(scope="module")
def tables() -> FittedSimilarities:
    """Books 0 and 1 share readers, 2 and 3 an author, 4 and 5 a series, 6 nothing."""
    metadata = BookMetadata(
        author=ints(1, 2, 3, 3, 0, 4, 0),
        series=ints(0, 0, 0, 0, 1, 1, 0),
        work=np.arange(BOOKS, dtype=np.int32),
        language=ints(*[1] * BOOKS),
        publisher=ints(*[0] * BOOKS),
        year=ints(*[0] * BOOKS),
        popularity=np.zeros(BOOKS, dtype=np.float32),
    )
    read = interactions_of(
        (0, 0, 0), (0, 1, 9), (1, 0, 3), (1, 1, 0), (2, 1, 0), (2, 5, 8), (3, 2, 0), (4, 4, 7)
    )
    return fit_similarities(read, metadata, READERS, AUTHORS, "test")


def joined(tables: FittedSimilarities, name: str) -> set[tuple[int, int]]:
    table = tables.books[name]
    owners = np.repeat(np.arange(table.size), np.diff(table.start))
    return set(zip(owners.tolist(), table.neighbour.tolist(), strict=True))


def both_ways(*pairs: tuple[int, int]) -> set[tuple[int, int]]:
    return {*pairs, *((b, a) for a, b in pairs)}


def test_walks_lead_over_readers_authors_and_series(tables: FittedSimilarities):
    assert tuple(tables.books) == NAMES
    assert joined(tables, "item_knn") == both_ways((0, 1), (1, 5))
    assert joined(tables, "rp3beta") == both_ways((0, 1), (1, 5), (2, 3), (4, 5))


def test_authors_are_joined_by_readers_except_the_unknown_one(tables: FittedSimilarities):
    neighbours, weights, _ = tables.authors.of(ints(1))
    assert tables.authors.size == AUTHORS
    assert weights[neighbours.tolist().index(2)] == weights.max() > 0
    assert not (tables.authors.neighbour == 0).any()
    assert tables.authors.start[1] == 0


def test_tables_are_renumbered_for_another_catalogue(tables: FittedSimilarities):
    later = tables.for_catalogue(ints(2, 0, 1, 6))  # the old books 1, none, 0 and 5
    assert joined(later, "item_knn") == both_ways((0, 2), (0, 3))
    assert later.authors is tables.authors


def test_books_read_in_sequence_are_closer_if_times_are_known():
    """Two readers of the same 60 books: 0 is always followed by 1, and 59 comes last."""
    n_books = 300
    none = np.zeros(n_books, dtype=np.int32)
    metadata = BookMetadata(
        author=none,
        series=none,
        work=np.arange(n_books, dtype=np.int32),
        language=none,
        publisher=none,
        year=none,
        popularity=np.zeros(n_books, dtype=np.float32),
    )
    rows = [(reader, book, 0) for reader in range(2) for book in range(60)]
    untimed = interactions_of(*rows, (2, 60, 0))
    times = np.array([10 * book + reader for reader, book, _ in rows] + [-1], dtype=np.int64)

    def close(read: Interactions) -> dict[str, float]:
        fitted = fit_similarities(read, metadata, 3, 1, "test")
        ratios = {}
        for name, table in fitted.books.items():
            books, weights, _ = table.of(ints(0))
            weight_of = dict(zip(books.tolist(), weights.tolist(), strict=True))
            # SLIM keeps the few books that explain another; a book left out weighs nothing.
            ratios[name] = weight_of[1] / max(weight_of.get(59, 0.0), 1e-9)
        return ratios

    assert close(untimed) == pytest.approx(dict.fromkeys(NAMES, 1.0), rel=1e-3)
    timed = close(replace(untimed, timestamp=times))
    assert all(ratio > 1.5 for ratio in timed.values()), timed
