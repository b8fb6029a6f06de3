"""Sequential sign test: by hand, its error over many looks, its power, and whole drafts simulated."""

from __future__ import annotations

from itertools import accumulate
from math import comb, factorial

import numpy as np
import pytest

from bookrec.shop.experiments.preference import compare_preferences
from bookrec.shop.experiments.sequential import ALPHA
from bookrec.shop.experiments.team_draft import coins, team_draft

DAYS = 60


def test_the_ratio_by_hand():
    # B(20 + w, 20 + l) / B(20, 20) of whole numbers, as factorials.
    wins, losses = 9, 3
    ratio = (
        factorial(19 + wins)
        * factorial(19 + losses)
        * factorial(39)
        / factorial(39 + wins + losses)
        / factorial(19) ** 2
        * 2 ** (wins + losses)
    )
    result = compare_preferences(losses, wins)
    assert result.p_value == pytest.approx(1 / ratio)
    assert result.difference == pytest.approx(0.25)
    other = compare_preferences(wins, losses)
    assert (other.low, other.high) == (pytest.approx(-result.high), pytest.approx(-result.low))


@pytest.mark.parametrize(("control", "arm"), [(40, 75), (40, 55), (0, 30), (75, 40)])
def test_the_interval_leaves_a_half_out_when_the_p_value_is_small(control: int, arm: int):
    result = compare_preferences(control, arm)
    assert (result.low > 0 or result.high < 0) == (result.p_value < ALPHA)
    assert -0.5 <= result.low < result.difference <= result.high <= 0.5


def test_nobody_says_nothing():
    result = compare_preferences(0, 0)
    assert (result.difference, result.low, result.high, result.p_value) == (0.0, -0.5, 0.5, 1.0)


def test_the_error_is_exact_over_every_look_at_few_readers():
    """All 2^14 courses of fourteen readers: a p-value below 1/3 is ever seen in at most a third."""
    steps = 14
    ever = 0
    small = {
        (wins, n): compare_preferences(n - wins, wins).p_value < 1 / 3
        for n in range(steps + 1)
        for wins in range(n + 1)
    }
    courses = {0: (1, 0)}  # wins → courses that were never below, those that were
    for n in range(1, steps + 1):
        following: dict[int, tuple[int, int]] = {}
        for wins, (never, seen) in courses.items():
            for more in (0, 1):
                was, did = following.get(wins + more, (0, 0))
                hit = small[wins + more, n]
                following[wins + more] = (
                    (was, did + never + seen) if hit else (was + never, did + seen)
                )
        courses = following
    ever = sum(seen for _, seen in courses.values())
    assert sum(never + seen for never, seen in courses.values()) == sum(
        comb(steps, wins) for wins in range(steps + 1)
    )
    assert 0 < ever / 2**steps <= 1 / 3


def wins_of_days(
    rng: np.random.Generator, readers: int, relevance: tuple[np.ndarray, np.ndarray]
) -> list[tuple[int, int]]:
    """Cumulated preferences of readers of mixed lists, on each of sixty evenings.

    Two rankers order twenty books; a reader opens the books of the mixed list by their own taste, the
    first places more.
    """
    orders = [np.argsort(-scores, kind="stable").tolist() for scores in relevance]
    taste = relevance[1]
    days = []
    for day in range(DAYS):
        counts = [0, 0]
        for number in range(readers):
            throws = coins(f"key-{rng.integers(1 << 30)}", f"shop:{number}", day)
            mixed = team_draft((orders[0], orders[1]), int, throws, 8)
            chances = taste[[book for _, book in mixed]] / np.sqrt(np.arange(1, 9))
            opened = rng.random(8) < 0.3 * chances
            credit = [0, 0]
            for (team, _), did in zip(mixed, opened, strict=True):
                if did and team is not None:
                    credit[team] += 1
            if credit[0] != credit[1]:
                counts[int(credit[1] > credit[0])] += 1
        days.append((counts[0], counts[1]))
    return list(accumulate(days, lambda a, b: (a[0] + b[0], a[1] + b[1])))


def smallest_p(looks: list[tuple[int, int]]) -> float:
    return min(compare_preferences(*look).p_value for look in looks)


def test_daily_looks_at_two_equal_rankers_keep_the_error_rate():
    """An A/A run of whole drafts: 40 experiments of 60 evenings, two readers a day."""
    rng = np.random.default_rng(3)
    scores = np.linspace(1, 0, 20)
    wrong = sum(smallest_p(wins_of_days(rng, 2, (scores, scores))) < ALPHA for _ in range(40))
    assert wrong / 40 <= ALPHA


def test_daily_looks_at_a_fair_coin_keep_the_error_rate():
    """An A/A run of preferences: 1,000 experiments of 60 evenings, twenty readers a day."""
    rng = np.random.default_rng(11)
    readers = np.arange(1, DAYS + 1) * 20
    wins = rng.binomial(20, 0.5, size=(1_000, DAYS)).cumsum(axis=1)
    known: dict[tuple[int, int], float] = {}
    wrong = 0
    for experiment in wins.tolist():
        looks = [(n - w, w) for n, w in zip(readers.tolist(), experiment, strict=True)]
        for look in looks:
            if look not in known:
                known[look] = compare_preferences(*look).p_value
        wrong += min(known[look] for look in looks) < ALPHA
    assert wrong / 1_000 <= ALPHA


def test_a_better_ranker_is_found():
    rng = np.random.default_rng(7)
    taste = np.linspace(1, 0, 20)
    worse = taste + rng.normal(0, 0.8, 20)
    looks = wins_of_days(rng, 12, (worse, taste))
    result = compare_preferences(*looks[-1])
    assert smallest_p(looks) < ALPHA
    assert result.low > 0
