"""Fit of the book vectors of the fold-in."""

from __future__ import annotations

import numpy as np
import pytest

from bookrec.inference.fold_in import folded_in, shrinkage
from bookrec.inference.history import make_history
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.ranking.fold_in_fit import fit_fold_in

READERS, BOOKS, KINDS = 600, 90, 3


def readers_of_three_tastes(
    chance: float, seed: int = 5
) -> tuple[np.ndarray, Interactions, np.ndarray]:
    """Rows of readers with one of three tastes, and matching interactions.

    Returns:
        Rows [600, 5]: a taste plus noise of standard deviation ``chance``; interactions, 70 % of them
        with the taste's thirty books; the rows [3, 5] of the tastes without noise.
    """
    rng = np.random.default_rng(seed)
    tastes = np.array([[1, 0, 0, 0, 0], [0, 0.5, 0, 0, 0], [-1, -0.5, 0, 0, 0]])
    taste = np.arange(READERS) % KINDS
    rows = tastes[taste] + rng.normal(0, chance, (READERS, 5))
    reader = np.repeat(np.arange(READERS), 3 + np.arange(READERS) % 9)
    typical = rng.random(len(reader)) < 0.7
    kind = np.where(typical, taste[reader], rng.integers(KINDS, size=len(reader)))
    book = 30 * kind + rng.integers(30, size=len(reader))
    reader, book = np.unique(np.stack([reader, book]), axis=1).astype(np.int32)
    return rows.astype(np.float32), Interactions(reader, book, np.zeros(len(book), np.int8)), tastes


def plain_means(rows: np.ndarray, interactions: Interactions) -> np.ndarray:
    """[B, F] the mean row of each book's readers."""
    return np.stack(
        [
            rows[interactions.reader_idx[interactions.book_idx == book]].mean(axis=0)
            for book in range(BOOKS)
        ]
    )


def row_of(books: list[int], vectors: np.ndarray, shrinkages: np.ndarray) -> np.ndarray:
    history = make_history(np.array(books), np.zeros(len(books), dtype=int))
    return folded_in(history.weights, vectors[history.books], shrinkages[history.books])


def rows_of_histories(
    interactions: Interactions, vectors: np.ndarray, shrinkages: np.ndarray
) -> np.ndarray:
    """[R, F] fold-in of every reader."""
    books = [interactions.book_idx[interactions.reader_idx == reader] for reader in range(READERS)]
    return np.stack([row_of(seen.tolist(), vectors, shrinkages) for seen in books])


def mean_length(rows: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.sum(np.square(rows), axis=1))))


def test_fold_ins_are_as_long_as_rows_of_known_readers():
    rows, interactions, tastes = readers_of_three_tastes(chance=0.3)
    vectors, shrinkages = fit_fold_in(rows, interactions, BOOKS)
    plain = plain_means(rows, interactions)
    for taste in range(KINDS):
        books = [30 * taste + place for place in (2, 11, 17, 25)]
        row = row_of(books, vectors, shrinkages)
        assert np.argmin(np.linalg.norm(tastes - row, axis=1)) == taste
        assert np.linalg.norm(row) > 1.3 * np.linalg.norm(row_of(books, plain, shrinkages))
    folded = rows_of_histories(interactions, vectors, shrinkages)
    assert mean_length(folded) == pytest.approx(mean_length(rows), rel=0.25)
    assert mean_length(rows_of_histories(interactions, plain, shrinkages)) < 0.8 * mean_length(rows)


def test_features_of_pure_noise_are_not_inflated():
    """Features 3 to 5 are independent of books: least squares shrinks them to near 0."""
    rows, interactions, _ = readers_of_three_tastes(chance=0.3)
    vectors, _ = fit_fold_in(rows, interactions, BOOKS)
    spread = vectors.std(axis=0)
    assert spread[2:].max() < 0.35 * spread[:2].min()
    plain = plain_means(rows, interactions).std(axis=0)
    assert plain[2:].max() / plain[:2].min() > spread[2:].max() / spread[:2].min()


def test_rows_of_pure_noise_do_not_grow():
    rng = np.random.default_rng(2)
    _, interactions, _ = readers_of_three_tastes(chance=0.3)
    rows = rng.normal(0, 1, (READERS, 5)).astype(np.float32)
    vectors, shrinkages = fit_fold_in(rows, interactions, BOOKS)
    folded = rows_of_histories(interactions, vectors, shrinkages)
    assert mean_length(folded) < 1.1 * mean_length(rows)


def test_readers_without_a_row_do_not_count():
    rows, interactions, _ = readers_of_three_tastes(chance=0.3)
    unknown = rows.copy()
    unknown[1::2] = np.nan
    kept = interactions[interactions.reader_idx % 2 == 0]
    for fitted, expected in zip(
        fit_fold_in(unknown, interactions, BOOKS),
        fit_fold_in(rows, kept, BOOKS),
        strict=True,
    ):
        np.testing.assert_allclose(fitted, expected, rtol=1e-6)


def test_vectors_are_zero_for_unread_books_and_for_equal_rows():
    rows, interactions, _ = readers_of_three_tastes(chance=0.3)
    vectors, shrinkages = fit_fold_in(rows, interactions, BOOKS + 1)
    assert not vectors[BOOKS].any()
    assert shrinkages[BOOKS] == 0
    alike, _ = fit_fold_in(np.zeros_like(rows), interactions, BOOKS)
    assert not alike.any()


def test_shrinkage_grows_with_readers():
    np.testing.assert_allclose(shrinkage(np.array([0, 1, 5, 45])), [0, 1 / 6, 0.5, 0.9], rtol=1e-6)
