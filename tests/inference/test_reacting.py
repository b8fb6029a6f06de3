"""Blend of a stored list with the neighbours of recent books, on answers worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bookrec.inference.reacting import DEFAULTS, RecentBooks, recent_books, reordered

SETTINGS = replace(DEFAULTS, list_weight=0.4, decay=0.5, events=3)
STORED = np.array([11, 12, 13]), np.array([0.9, 0.7, 0.4])
"""Scaled scores 1, .6 and 0."""
NEAR = np.array([13, 21, 12, 22]), np.array([4.0, 1.0, 3.0, 2.0]), np.array([2, 2])
"""First row: 13 (1) and 21 (.25); second row: 12 (1) and 22 (2/3)."""


def test_scores_add_the_list_and_each_recent_book():
    recent = RecentBooks(np.array([31, 32]), np.array([1.0, 0.5]))
    result = reordered(STORED, recent, NEAR, settings=SETTINGS)
    # 13: 0 + 1; 12: .4 · .6 + .5; 11: .4; 22: .5 · 2/3; 21: .25
    assert result.books.tolist() == [13, 12, 11, 22, 21]
    assert result.scores == pytest.approx([1.0, 0.74, 0.4, 1 / 3, 0.25])
    assert result.because.tolist() == [31, 32, -1, 32, 31]
    assert result.visit_parts == pytest.approx([1.0, 0.5, 0.0, 1 / 3, 0.25])


def test_a_dismissed_book_leaves_and_lowers_its_neighbours():
    stored = np.array([11, 31, 12]), np.array([0.9, 0.8, 0.7])
    recent = RecentBooks(np.array([31, 32]), np.array([-1.0, 0.5]))
    near = np.array([12, 11, 12]), np.array([5.0, 1.0, 2.0]), np.array([1, 2])
    result = reordered(stored, recent, near, settings=SETTINGS)
    # 11: .4 · 1 + .5 · 1/2; 12: 0 - 1 + .5
    assert result.books.tolist() == [11, 12]
    assert result.scores == pytest.approx([0.65, -0.5])
    assert result.because.tolist() == [32, 32]


def test_the_reason_is_the_recent_book_with_the_largest_part():
    recent = RecentBooks(np.array([31, 32]), np.array([1.0, 0.8]))
    near = np.array([41, 42, 41]), np.array([1.0, 4.0, 3.0]), np.array([2, 1])
    result = reordered((np.array([], int), np.array([])), recent, near, settings=SETTINGS)
    # 41: .25 + .8 from the second, which weighs more; 42: 1 from the first
    assert result.books.tolist() == [41, 42]
    assert result.because.tolist() == [32, 31]


def test_without_events_the_stored_list_stays_as_it_is():
    nothing = np.array([], dtype=np.int64), np.array([]), np.array([], dtype=np.int64)
    result = reordered(STORED, recent_books([], []), nothing, [12])
    assert result.books.tolist() == [11, 13]
    assert result.because.tolist() == [-1, -1]


def test_ties_keep_the_stored_order_then_the_lower_book():
    stored = np.array([9, 5]), np.array([0.3, 0.3])
    recent = RecentBooks(np.array([31]), np.array([1.0]))
    near = np.array([8, 7]), np.array([2.0, 2.0]), np.array([2])
    result = reordered(stored, recent, near, settings=SETTINGS)
    assert result.books.tolist() == [7, 8, 9, 5]


def test_a_book_without_neighbours_changes_nothing():
    recent = RecentBooks(np.array([31, 32, 33]), np.array([1.0, 0.5, 0.25]))
    near = np.array([12]), np.array([2.0]), np.array([0, 1, 0])
    result = reordered(STORED, recent, near, settings=SETTINGS)
    assert result.books.tolist() == [12, 11, 13]
    assert result.scores == pytest.approx([0.74, 0.4, 0.0])


def test_recent_books_have_the_age_of_their_latest_event_and_their_largest_weight():
    books = [1, 2, 3, 2, 1, 1]
    kinds = ["cart", "view", "like", "view", "view", "search"]
    recent = recent_books(books, kinds, SETTINGS)
    assert recent.books.tolist() == [1, 2, 3]
    assert recent.weights.tolist() == [2.0, 0.5, 1.5 * 0.25]


def test_events_beyond_the_last_few_and_of_unknown_kinds_do_not_count():
    recent = recent_books([1, 2, 3, 4, 5], ["view"] * 3 + ["search", "view"], SETTINGS)
    assert recent.books.tolist() == [5, 3, 2]


def test_a_dismissal_outweighs_every_other_event_of_the_book():
    recent = recent_books([1, 2, 1], ["dismiss", "view", "cart"], SETTINGS)
    assert recent.books.tolist() == [1, 2]
    assert recent.weights.tolist() == [-1.0, 0.5]
