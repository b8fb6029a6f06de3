"""Windows of histories beside the kernel that they stand for, computed pair by pair."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bookrec.offline.data.interactions import Interactions
from bookrec.offline.retrieval.time_windows import (
    OFFSETS,
    WHOLE,
    WINDOW,
    ranks_in_time,
    windowed_histories,
)

READERS, BOOKS = 4, 90


def history(reader: int, books: list[int], times: list[int]) -> Interactions:
    rows = np.full(len(books), reader, dtype=np.int32), np.array(books, dtype=np.int32)
    return Interactions(*rows, np.zeros(len(books), np.int8), np.array(times, dtype=np.int64))


def gram_of(interactions: Interactions) -> np.ndarray:
    rows = windowed_histories(interactions, READERS, BOOKS)
    return np.asarray((rows.T @ rows).todense(), dtype=np.float64)


def long_history() -> Interactions:
    """Sixty books of reader 2 in an order that is neither that of books nor that of rows."""
    rng = np.random.default_rng(4)
    books = rng.permutation(BOOKS)[:60]
    return history(2, books.tolist(), (np.arange(60)[rng.permutation(60)] * 3600 + 5).tolist())


def test_without_times_the_rows_are_the_plain_histories():
    plain = replace(long_history(), timestamp=None)
    rows = windowed_histories(plain, READERS, BOOKS)
    assert rows.shape == (READERS, BOOKS)
    assert rows.indices.tolist() == sorted(plain.book_idx.tolist())
    assert set(rows.data.tolist()) == {1.0}
    unknown = replace(plain, timestamp=np.full(60, -1, dtype=np.int64))
    assert (gram_of(unknown) == gram_of(plain)).all()


def test_books_read_closer_together_are_more_similar():
    interactions = long_history()
    products = gram_of(interactions)
    place = np.argsort(np.argsort(interactions.timestamp))
    for i, first in enumerate(interactions.book_idx):
        for j, second in enumerate(interactions.book_idx):
            apart = abs(int(place[i]) - int(place[j]))
            line = WHOLE + (1 - WHOLE) * max(0.0, 1 - apart / WINDOW)
            assert products[first, second] == pytest.approx(line, abs=(1 - WHOLE) / OFFSETS)
            shared = sum(
                (place[i] + start) // WINDOW == (place[j] + start) // WINDOW
                for start in range(0, WINDOW, WINDOW // OFFSETS)
            )
            expected = WHOLE + (1 - WHOLE) * shared / OFFSETS
            assert products[first, second] == pytest.approx(expected, abs=1e-6)
    assert np.diag(products)[interactions.book_idx] == pytest.approx(1, abs=1e-6)
    assert products.sum() == pytest.approx(products[np.ix_(*[interactions.book_idx] * 2)].sum())


def test_the_order_counts_not_the_time_between():
    interactions = long_history()
    slower = replace(interactions, timestamp=interactions.timestamp**2)
    assert (gram_of(slower) == gram_of(interactions)).all()


def test_readers_do_not_mix_and_those_without_times_keep_one_row():
    timed = long_history()
    untimed = history(3, list(range(70)), [-1] * 70)
    joined = Interactions(
        *(
            np.concatenate([getattr(part, name) for part in (timed, untimed)])
            for name in ("reader_idx", "book_idx", "rating", "timestamp")
        )
    )
    assert gram_of(joined) == pytest.approx(gram_of(timed) + gram_of(untimed), abs=1e-5)
    assert gram_of(untimed)[0, 69] == 1


def test_equal_and_unknown_times_share_a_rank():
    readers = np.array([1, 1, 1, 1, 1, 0, 0], dtype=np.int32)
    times = np.array([50, -1, 50, -7, 60, 9, 8], dtype=np.int64)
    # Reader 1: two unknown (ranks 0 and 1), two at 50 (2 and 3), one at 60.
    assert ranks_in_time(readers, times).tolist() == [2.5, 0.5, 2.5, 0.5, 4, 1, 0]


def test_no_interactions_give_an_empty_matrix():
    assert windowed_histories(history(0, [], []), READERS, BOOKS).nnz == 0
