"""Taste of lists, worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bookrec.offline.metrics.book_facts import BookFacts, book_facts
from bookrec.offline.metrics.taste import (
    badly_rated_places,
    disliked_among_hits,
    disliked_among_rated_hits,
    mean_rating_listed,
)
from small_dataset import interactions_of

LISTS = np.array([[0, 1, 2], [0, 3, -1], [4, 0, 1]], dtype=np.int32)


def facts_of(means: list[float], counts: list[int]) -> BookFacts:
    return BookFacts(np.array(counts), np.array(means), np.array(counts))


def test_facts_count_readers_and_average_ratings():
    train = interactions_of((0, 0, 8), (1, 0, 5), (2, 0, 0), (0, 2, 0), (1, 3, 10))
    facts = book_facts(train, 5)
    assert facts.readers.tolist() == [3, 0, 1, 1, 0]
    assert facts.rating_count.tolist() == [2, 0, 0, 1, 0]
    assert facts.rating_mean[[0, 3]].tolist() == [6.5, 10]
    assert np.isnan(facts.rating_mean[[1, 2, 4]]).all()


def test_a_badly_rated_place_has_a_low_mean_from_enough_ratings():
    # Book 0: low from enough. Book 1: low from too few. Book 2: exactly 6. Book 3: good. Book 4: none.
    facts = facts_of([5.9, 4.0, 6.0, 8.0, math.nan], [20, 19, 500, 90, 0])
    assert badly_rated_places(LISTS, facts) == pytest.approx(
        3 / 8
    )  # book 0 in three of eight places
    assert math.isnan(badly_rated_places(np.full((2, 3), -1, np.int32), facts))


def test_the_mean_rating_listed_is_over_places_whose_book_has_a_rating():
    facts = facts_of([5.0, 4.0, 6.0, 9.0, math.nan], [20, 3, 1, 9, 0])
    # Places: 0 1 2, 0 3, (4 has none) 0 1.
    assert mean_rating_listed(LISTS, facts) == pytest.approx((5 + 4 + 6 + 5 + 9 + 5 + 4) / 7)
    assert math.isnan(mean_rating_listed(LISTS[2:, :1], facts))


def test_disliked_hits_are_shared_over_all_hits_and_over_rated_ones():
    # Hits: reader 0 has 0 (rated 5) and 2 (no rating); reader 1 has 3 (rated 6); reader 2 has 1 (1).
    # Book 5 is listed by nobody, book 3 of reader 0 is on another reader's list only.
    held_out = interactions_of((0, 0, 5), (0, 2, 0), (0, 3, 2), (0, 5, 1), (1, 3, 6), (2, 1, 1))
    assert disliked_among_hits(LISTS, held_out) == pytest.approx(2 / 4)
    assert disliked_among_rated_hits(LISTS, held_out) == pytest.approx(2 / 3)
    nothing = interactions_of((0, 5, 3))
    assert math.isnan(disliked_among_hits(LISTS, nothing))
