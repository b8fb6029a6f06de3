"""Simulated sessions of small groups whose outcome is known by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bookrec.inference.audience_choice import ChoiceSettings
from bookrec.offline.evaluation.audiences.simulation import (
    AVERAGE,
    FAIR,
    NO_LEARNING,
    POPULAR,
    Audience,
    draw_groups,
    simulate,
    tuned,
)

INTEREST = np.array(
    [
        [0.9, 0.8, 0.7, 0.1, 0.1, 0.1],
        [0.9, 0.8, 0.7, 0.1, 0.1, 0.1],
        [0.1, 0.1, 0.1, 0.8, 0.7, 0.1],
    ]
)
"""Two members of one taste, one of another."""


def audience() -> Audience:
    return Audience(
        INTEREST,
        INTEREST > 0.5,
        np.array([1, 2, 3, 4, 5, 60]),
        lambda _: (np.zeros(0, np.int64), np.zeros(0)),
    )


GROUP = [np.array([0, 1, 2])]


def test_popular_books_are_shown_whoever_is_there():
    outcome = simulate(audience(), GROUP, POPULAR, NO_LEARNING, 3)
    # Books 5, 4 and 3: the third member likes two of them.
    assert outcome.share.tolist() == [pytest.approx(2 / 9)]
    assert outcome.worst_quarter.tolist() == [0]


def test_the_average_serves_the_many_and_the_fair_rule_everyone():
    average = simulate(audience(), GROUP, AVERAGE, NO_LEARNING, 3)
    assert average.share.tolist() == [pytest.approx(6 / 9)]
    assert average.worst_quarter.tolist() == [0]
    fair = ChoiceSettings(patience=0.5, fairness=1, learning=0, silence=0)
    outcome = simulate(audience(), GROUP, FAIR, fair, 3)
    # Book 0 for two members, then book 3 for the third, then book 1.
    assert outcome.share.tolist() == [pytest.approx(5 / 9)]
    assert outcome.worst_quarter.tolist() == [1]
    assert outcome.size == 3


def test_tuning_keeps_the_mean_of_the_average():
    # Five of nine is far below 98 % of six of nine: nothing fair may be chosen.
    assert tuned(audience(), GROUP, 3) == NO_LEARNING
    # Shown five books, everyone gets all they like by either rule; the first best one is kept.
    assert tuned(audience(), GROUP, 5) == NO_LEARNING
    # Where a turn to the third member costs nothing, it is taken.
    liked = INTEREST > 0.5
    liked[:, 2] = False
    free = replace(audience(), liked=liked)
    chosen = tuned(free, GROUP, 3)
    assert chosen.rule == "fair"
    assert simulate(free, GROUP, FAIR, chosen, 3).worst_quarter[0] > 0


def test_groups_have_distinct_members_and_follow_the_seed():
    groups = draw_groups(np.arange(10), 4, 3, 7)
    assert [len(set(group.tolist())) for group in groups] == [4, 4, 4]
    again = draw_groups(np.arange(10), 4, 3, 7)
    assert [g.tolist() for g in groups] == [g.tolist() for g in again]
    assert [g.tolist() for g in groups] != [g.tolist() for g in draw_groups(np.arange(10), 4, 3, 8)]
