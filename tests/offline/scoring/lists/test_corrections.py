"""Corrections of similar books, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bookrec.offline.data.histories import Histories
from bookrec.offline.scoring.lists.corrections import (
    candidate_facts,
    disliked,
    group_rows,
    language_logits,
    languages_read,
)
from bookrec.offline.scoring.lists.group_members import GroupMembers

LANGUAGE = np.array([1, 1, 2, 3, 0, 2], dtype=np.int32)
"""Book 4 is of no known language."""


def make_histories(*books: list[int]) -> Histories:
    start = np.cumsum([0, *map(len, books)])
    every = np.array([book for one in books for book in one], dtype=np.int32)
    return Histories(start, every, np.zeros(len(every), np.int8), np.zeros(len(books), int), None)


def test_a_reader_reads_the_languages_of_a_fifth_of_the_books():
    histories = make_histories([0, 1, 2], [2], [0, 0, 0, 0, 0, 2], [0, 0, 0, 0, 2], [4, 3])
    assert languages_read(histories, LANGUAGE).tolist() == [
        [False, True, True, False],
        [False, False, True, False],
        [False, True, False, False],  # one of six is less than a fifth
        [False, True, True, False],  # one of five is a fifth
        [True, False, False, True],
    ]


def test_another_language_loses_by_how_few_members_read_it():
    # Readers 10, 11 and 12 read languages {1, 2}, {1} and {2}.
    read = languages_read(make_histories([0, 2], [1], [5]), LANGUAGE)
    # Members of books 0 to 5: book 1 (language 1) has 10 and 11; book 5 (language 2) has 10 and 12.
    members = GroupMembers(
        np.array([0, 0, 2, 2, 2, 2, 4]), np.array([10, 11, 10, 12], dtype=np.int32)
    )
    books = np.array([1, 3, 5], dtype=np.int32)
    groups = group_rows(members, books, np.array([10, 11, 12], dtype=np.int32))
    assert groups[0].tolist() == [0, 2, 2, 4]
    assert groups[1].tolist() == [0, 1, 0, 2]
    candidates = np.array([0, 5, 8]), np.array([0, 2, 3, 4, 5, 0, 3, 5], dtype=np.int32)
    loss = language_logits(books[:2], (groups[0][:3], groups[1][:2]), candidates, LANGUAGE, read)
    one_of_two, none_of_two, nobody = np.log(1.5 / 3.5), np.log(0.5 / 3.5), np.log(0.5 / 1.5)
    expected = [0, one_of_two, none_of_two, 0, one_of_two, nobody, 0, nobody]
    assert loss.tolist() == pytest.approx(expected)


def test_a_language_that_more_members_read_than_the_own_wins_nothing():
    read = np.array([[False, False, True]] * 5)
    loss = language_logits(
        np.array([0], dtype=np.int32),
        (np.array([0, 5]), np.arange(5)),
        (np.array([0, 1]), np.array([2], dtype=np.int32)),
        LANGUAGE,
        read,
    )
    assert loss.tolist() == [0.0]


def test_what_readers_dislike_is_left_out_unless_the_members_like_it():
    mean = np.array([5.9, 5.9, 6.0, 9.0], dtype=np.float32)
    facts = candidate_facts(LANGUAGE[:4], mean, np.array([20, 19, 500, 20], dtype=np.int32))
    assert facts.badly_rated.tolist() == [True, False, False, False]
    # (14 + 2 · 7.5) / 5 = 5.8 and (25 + 2 · 5) / 5 = 7; one rating does not count.
    ratings = [(0, 0), (10, 1), (18, 2), (17, 2), (8, 2), (9, 2), (1, 1), (14, 3), (25, 3)]
    sums, rated = np.array(ratings, dtype=np.int16).T
    others = disliked(np.zeros(9, dtype=bool), sums, rated)
    assert np.flatnonzero(others).tolist() == [4, 7]
    everybody_rates_badly = disliked(np.ones(9, dtype=bool), sums, rated)
    assert np.flatnonzero(~everybody_rates_badly).tolist() == [2, 8]
