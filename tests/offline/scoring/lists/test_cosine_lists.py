"""Lists by shrunken cosine, worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bookrec.offline.scoring.lists.cosine_lists import cosine_lists
from bookrec.offline.scoring.lists.top_n import Lists
from small_dataset import interactions_of

WORKS = np.array([0, 1, 1, 2, 0, 3], dtype=np.int32)
"""Books 1 and 2 are editions of one work, 0 and 4 of another."""

LIKES = {0: [0, 1, 2, 3], 1: [0, 1], 2: [1, 2, 3], 3: [0, 1, 2, 3, 4, 5], 4: [0, 1, 2], 5: [5]}
"""Readers who like each book."""


def of(lists: Lists, book: int) -> list[tuple[int, float]]:
    row = slice(*lists.start[book : book + 2])
    return list(zip(lists.book[row].tolist(), lists.score[row].tolist(), strict=True))


def rows(rating: int) -> list[tuple[int, int, int]]:
    pairs = [(reader, book) for book, readers in LIKES.items() for reader in readers]
    return [(reader, book, rating) for reader, book in sorted(pairs)]


def test_the_best_edition_of_other_works_by_cosine():
    lists = cosine_lists(interactions_of(*rows(9)), 6, WORKS)
    # Book 0 has four likes. Its own other edition (4) is out; of the work of 1 and 2, book 2 has three
    # co-likes and book 1 two; with book 3, of six likes, it has four.
    assert of(lists, 0) == [
        (3, pytest.approx(4 / (math.sqrt(4 * 6) + 10))),
        (2, pytest.approx(3 / (math.sqrt(4 * 3) + 10))),
    ]
    assert of(lists, 5) == [], "one reader is no pair"


def test_disliked_and_unrated_books_are_not_liked_where_some_are_rated():
    more = [(4, 0, 6), (5, 0, 0), (4, 5, 3)]
    lists = cosine_lists(interactions_of(*sorted(rows(9) + more)), 6, WORKS)
    assert of(lists, 0) == of(cosine_lists(interactions_of(*rows(9)), 6, WORKS), 0)


def test_without_any_rating_every_book_is_liked():
    rated = cosine_lists(interactions_of(*rows(9)), 6, WORKS)
    unrated = cosine_lists(interactions_of(*rows(0)), 6, WORKS)
    assert [of(unrated, book) for book in range(6)] == [of(rated, book) for book in range(6)]
    assert len(unrated.book) > 0


def test_lists_are_cut_and_nobody_gives_empty_ones():
    lists = cosine_lists(interactions_of(*rows(9)), 6, WORKS, top=1)
    assert np.diff(lists.start).tolist() == [1, 1, 1, 1, 1, 0]
    nobody = cosine_lists(interactions_of((0, 0, 3)), 6, WORKS)
    assert nobody.start.tolist() == [0] * 7
