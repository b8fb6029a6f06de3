"""Languages of readers and of their lists, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bookrec.offline.scoring.shelf.own_language import own_language_shares

ENGLISH, ENGLISH_TOO, GERMAN, GERMAN_TOO, FRENCH, NONE = range(6)
ISBNS = ["0345339703", "1565922840", "3404920910", "3596150655", "2070360024", "ml:1"]


def shares(
    interactions: list[tuple[int, int]], lists: dict[int, list[int]]
) -> tuple[float | None, float | None]:
    return own_language_shares(
        np.array(interactions, dtype=np.int32).reshape(-1, 2),
        np.array(list(lists), dtype=np.int32),
        np.array(list(lists.values()), dtype=np.int32).reshape(len(lists), -1 if lists else 20),
        ISBNS,
    )


def test_places_in_the_language_of_most_of_the_readers_books():
    interactions = [
        *[(3, ENGLISH), (3, ENGLISH_TOO), (3, GERMAN)],
        *[(5, ENGLISH), (5, NONE)],
        *[(8, GERMAN), (8, GERMAN_TOO), (8, ENGLISH)],
        (9, FRENCH),  # has no list
    ]
    lists = {
        3: [ENGLISH, FRENCH, -1, -1],
        5: [ENGLISH_TOO, NONE, GERMAN, ENGLISH],
        8: [GERMAN, ENGLISH, ENGLISH_TOO, -1],
    }
    everyone, others = shares(interactions, lists)
    # Reader 3: 1 of 2 places; 5: 2 of 3, one has no language; 8: 1 of 3.
    assert everyone == pytest.approx(4 / 8)
    assert others == pytest.approx(1 / 3)


def test_of_equals_the_language_with_fewer_readers_is_the_readers():
    interactions = [(1, ENGLISH), (2, ENGLISH), (2, GERMAN)]
    everyone, others = shares(interactions, {1: [ENGLISH, GERMAN], 2: [GERMAN, FRENCH]})
    # Reader 1 is English, 1 of 2. Reader 2 is German, 1 of 2, although English comes first.
    assert (everyone, others) == (pytest.approx(2 / 4), pytest.approx(1 / 2))


def test_readers_and_books_without_a_language_are_left_out():
    assert shares([(1, NONE), (2, ENGLISH)], {1: [ENGLISH], 2: [NONE]}) == (None, None)
    assert shares([(1, NONE), (2, ENGLISH)], {1: [GERMAN], 2: [ENGLISH]}) == (1.0, None)
    assert shares([], {}) == (None, None)
