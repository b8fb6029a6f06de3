"""Exposure prices: what the cap holds, and what it leaves alone."""

from __future__ import annotations

import numpy as np
import pytest

from bookrec.offline.ranking.exposure_prices import exposure_prices, exposures
from bookrec.offline.ranking.scored_candidates import ScoredCandidates, lists_with

BOOKS, READERS = 300, 80
WORKS = np.arange(BOOKS, dtype=np.int32)
NO_OFFSET = np.zeros(BOOKS, dtype=np.float32)


def make_candidates() -> tuple[list[ScoredCandidates], np.ndarray]:
    """Readers of two groups; everyone would get book 7 first, and the first group book 11 too."""
    rng = np.random.default_rng(3)
    groups = (np.arange(READERS) >= 30).astype(np.int32)
    candidates = []
    for group in groups.tolist():
        logits = rng.normal(size=BOOKS)
        logits[7] += 6
        logits[11] += 5 * (group == 0)
        candidates.append(
            ScoredCandidates(WORKS, logits.astype(np.float32), np.zeros(len(WORKS), dtype=bool))
        )
    return candidates, groups


def test_exposures_are_the_largest_share_of_a_group():
    lists = np.array([[3, 1, 4], [3, 0, -1], [1, 4, 0], [4, 1, 2]])
    groups = np.array([0, 0, 0, 1])
    # Of the first group 2/3 have book 3, both in first place: one of three beyond the first. The second
    # group is one reader.
    expected = [2 / 3, 1.0, 1.0, 8 / 3, 1.0]
    assert exposures(lists, groups, 5).tolist() == pytest.approx(expected)


def test_prices_keep_every_book_below_the_cap():
    candidates, groups = make_candidates()
    cap = 0.25
    prices = exposure_prices(candidates, NO_OFFSET, WORKS, cap, unit=1.0, groups=groups)
    before = exposures(lists_with(NO_OFFSET, candidates, WORKS), groups, BOOKS)
    after = exposures(lists_with(NO_OFFSET - prices, candidates, WORKS), groups, BOOKS)
    assert before[7] == pytest.approx(8 * 49 / 50)
    assert before[11] > 0.9
    assert after[[7, 11]].max() <= cap * 1.25
    assert after[[7, 11]].min() > 0, "a price takes a book off most lists, not off all"
    assert prices[7] > 1
    assert prices[11] > 1
    assert (prices > 0).sum() < 20


def test_lists_without_priced_books_stay():
    candidates, groups = make_candidates()
    prices = exposure_prices(candidates, NO_OFFSET, WORKS, 0.3, unit=1.0, groups=groups)
    before = lists_with(NO_OFFSET, candidates, WORKS)
    after = lists_with(NO_OFFSET - prices, candidates, WORKS)
    for old, new in zip(before, after, strict=True):
        kept = [book for book in old.tolist() if prices[book] == 0]
        assert [book for book in new.tolist() if book in kept] == kept[: len(kept)]


def test_no_cap_has_no_price():
    candidates, groups = make_candidates()
    assert not exposure_prices(candidates, NO_OFFSET, WORKS, 1.0, unit=1.0, groups=groups).any()
    nobody = np.empty(0, dtype=np.int32)
    assert not exposure_prices([], NO_OFFSET, WORKS, 0.1, unit=1.0, groups=nobody).any()


def test_prices_fall_again_where_they_are_not_needed():
    candidates, groups = make_candidates()
    start = np.zeros(BOOKS, dtype=np.float32)
    start[50] = 2.0
    prices = exposure_prices(
        candidates, NO_OFFSET, WORKS, 0.9, unit=1.0, groups=groups, rounds=60, start=start
    )
    assert prices[50] < 0.5
