"""Languages of readers and of their lists, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bookrec.arrays import Ints
from bookrec.offline.scoring.shelf.own_language import (
    languages,
    own_language_shares,
    possible_share,
)

ENGLISH, ENGLISH_TOO, GERMAN, GERMAN_TOO, FRENCH, NONE = range(6)
ISBNS = ["0345339703", "1565922840", "3404920910", "3596150655", "2070360024", "ml:1"]


def shares(
    interactions: list[tuple[int, int]], lists: dict[int, list[int]]
) -> tuple[float | None, float | None]:
    pairs, readers, books = arrays(interactions, lists)
    return own_language_shares(languages(pairs, readers, ISBNS), books)


def arrays(
    interactions: list[tuple[int, int]], lists: dict[int, list[int]]
) -> tuple[Ints, Ints, Ints]:
    return (
        np.array(interactions, dtype=np.int32).reshape(-1, 2),
        np.array(list(lists), dtype=np.int32),
        np.array(list(lists.values()), dtype=np.int32).reshape(len(lists), -1 if lists else 20),
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


def test_the_possible_share_counts_unread_books_of_smaller_languages():
    interactions = [(1, ENGLISH), (2, ENGLISH_TOO), (4, GERMAN), (5, FRENCH), (7, GERMAN)]
    lists = {1: [2, 3, 4], 2: [0, 2, -1], 4: [0, 1, 3], 5: [0, 1, -1]}
    pairs, readers, books = arrays(interactions, lists)
    found = languages(pairs, readers, ISBNS)
    assert found.others.tolist() == [False, False, True, True]
    # Reader 4 has one of two German books; reader 5 the only French one: 1 of 3 + 2 places.
    assert possible_share(found, books, pairs, readers) == pytest.approx(1 / 5)
    nobody = languages(pairs, readers[:2], ISBNS)
    assert possible_share(nobody, books[:2], pairs, readers[:2]) == 0.0
