"""Checks of the lists of sampled readers, on lists made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bookrec.offline.metrics.book_facts import BookFacts
from bookrec.offline.models.checks.list_checks import (
    agreement,
    agreement_finding,
    crowd_finding,
    small_languages_finding,
    taste_finding,
)


def test_badly_rated_books_and_one_book_for_everyone_are_warnings():
    counts = np.array([20, 900, 5] + [0] * 37)
    means = np.array([5.9, 8.0, 2.0] + [np.nan] * 37)
    facts = BookFacts(counts, means, counts)
    lists = np.array([[0, 1, 2], [4, 1, 5], [6, 7, -1]], dtype=np.int32)
    taste = taste_finding(lists, facts)
    assert (taste.level, taste.figures["badly rated"]) == ("warning", 1 / 8)
    assert taste.figures["mean rating"] == pytest.approx((5.9 + 8 + 8 + 2) / 4)
    assert taste_finding(lists[1:], facts).level == "ok"
    unrated = taste_finding(lists[2:], facts)
    assert (unrated.level, unrated.figures) == ("ok", {})
    crowd = crowd_finding(lists, facts)
    assert (crowd.level, crowd.figures["commonest"]) == ("warning", pytest.approx(2 / 3))
    assert crowd.figures["commonest first"] == pytest.approx(1 / 3)
    few = BookFacts(counts[:8], means[:8], counts[:8])
    assert crowd_finding(lists, few).level == "ok", "lists of three of eight books must share some"


def test_one_first_book_for_most_readers_is_an_error():
    counts = np.arange(40)
    facts = BookFacts(counts, np.full(40, np.nan), counts)
    lists = np.array([[7, 1, 2], [7, 3, 4], [5, 7, 6]], dtype=np.int32)
    crowd = crowd_finding(lists, facts)
    assert (crowd.level, crowd.figures["distinct first"]) == ("error", 2)
    assert crowd.figures["commonest first"] == pytest.approx(2 / 3)


def test_agreement_counts_places_of_known_codes():
    codes = np.array([0, 3, 3, 8, 5], dtype=np.int32)
    lists = np.array([[1, 0, 3, -1], [4, 2, 1, 3], [0, -1, -1, -1], [1, 2, -1, -1]], dtype=np.int32)
    own = [np.array(mine, dtype=np.int32) for mine in ([3], [8, 0, 3], [3], [0])]
    # Book 0 has no code; the last reader's books have none.
    np.testing.assert_allclose(agreement(lists, codes, own), [1 / 2, 3 / 4, np.nan, np.nan])


def test_less_than_half_of_the_agreement_of_popular_books_is_a_warning():
    popular, model = np.full(30, 0.6), np.full(30, 0.29)
    popular[-1] = np.nan
    finding = agreement_finding("own language", model, popular, "in the language")
    assert (finding.level, finding.figures["share"]) == ("warning", pytest.approx(0.29))
    assert "29.0% of the places are in the language, of popular books 60.0% (29 " in finding.text
    assert agreement_finding("own language", model + 0.01, popular, "").level == "ok"
    few = agreement_finding("own language", model[:19], popular[:19], "")
    assert (few.level, few.figures) == ("ok", {})


def test_readers_of_smaller_languages_without_their_language_are_a_warning():
    languages = [
        np.array(code, dtype=np.int32) for code in [[2]] * 40 + [[5]] * 15 + [[9]] * 6 + [[]]
    ]
    shares = np.array([1.0] * 40 + [0.0] * 15 + [0.3] * 5 + [np.nan] * 2)
    finding = small_languages_finding(shares, languages)
    assert (finding.level, finding.figures) == (
        "warning",
        {"share": pytest.approx(0.075), "readers": 20},
    )
    shares[40:50] = 0.5
    assert small_languages_finding(shares, languages).level == "ok"
    few = small_languages_finding(shares[:59], languages[:59])
    assert (few.level, few.figures) == ("ok", {})
