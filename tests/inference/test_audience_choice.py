"""Choice for an audience: the three rules, and how reactions move the fair one, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bookrec.inference.audience_choice import AudienceChoice, ChoiceSettings

INTEREST = np.array([[0.8, 0.5, 0.3, 0.0], [0.8, 0.1, 0.3, 0.0], [0.0, 0.4, 0.2, 0.9]])
"""Members 0 and 1 like book 0, member 2 likes book 3; book 2 displeases nobody."""


def test_average_takes_the_largest_expected_share():
    choice = AudienceChoice(INTEREST, ChoiceSettings("average"))
    np.testing.assert_allclose(choice.expected_shares(), [1.6 / 3, 1 / 3, 0.8 / 3, 0.3], atol=1e-8)
    assert choice.next_books(3).tolist() == [0, 1, 3]
    choice.show(0)
    assert choice.next_books(9).tolist() == [1, 3, 2]


def test_least_misery_takes_what_displeases_nobody():
    choice = AudienceChoice(INTEREST, ChoiceSettings("least misery"))
    assert choice.next_books(2).tolist() == [2, 1]


def test_the_fair_rule_turns_to_those_who_found_nothing():
    settings = ChoiceSettings(patience=1, fairness=1, learning=0, silence=0)
    choice = AudienceChoice(INTEREST, settings)
    assert choice.next_books(1).tolist() == [0]
    choice.show(0)
    # Nobody has said anything: the order is that of the average.
    assert choice.next_books(3).tolist() == [1, 3, 2]
    choice.react(0, 0, liked=True)
    choice.react(1, 0, liked=True)
    assert choice.likes().tolist() == [1, 1, 0]
    # Book 1: .5 / 2 + .1 / 2 + .4 = .7; book 3: .9; book 2: .3 / 2 + .3 / 2 + .2 = .5.
    np.testing.assert_allclose(choice.values(), [-np.inf, 0.7 / 3, 0.5 / 3, 0.9 / 3], atol=1e-8)
    assert choice.next_books(3).tolist() == [3, 1, 2]
    choice.react(1, 0, liked=False)  # the last word counts
    assert choice.likes().tolist() == [1, 0, 0]


def logit(p: float) -> float:
    return float(np.log(p / (1 - p)))


def test_a_reaction_moves_the_interest_in_the_neighbours_of_the_book():
    settings = ChoiceSettings(learning=0.5, silence=0.1)
    choice = AudienceChoice(INTEREST, settings)
    choice.show(0, (np.array([1, 3]), np.array([1.0, 0.4])))
    fallen = 1 / (1 + np.exp(-(logit(0.5) - 0.1)))
    assert choice.interest[0, 1] == pytest.approx(fallen)
    choice.react(0, 0, liked=True)
    assert choice.interest[0, 1] == pytest.approx(1 / (1 + np.exp(-(logit(0.5) + 0.5))))
    choice.react(2, 0, liked=False)
    assert choice.interest[2, 3] == pytest.approx(1 / (1 + np.exp(-(logit(0.9) - 0.5 * 0.4))))
    assert choice.interest[1, 2] == pytest.approx(0.3)
    # A book that a member has stays without interest, whatever is said.
    assert choice.interest[0, 3] == 0
    choice.show(0, (np.array([1]), np.array([1.0])))
    assert choice.shown == [0]
    assert choice.interest[2, 1] == pytest.approx(1 / (1 + np.exp(-(logit(0.4) - 0.5))))


def test_a_reaction_to_a_book_that_was_not_shown_is_an_error():
    with pytest.raises(KeyError):
        AudienceChoice(INTEREST).react(0, 2, liked=True)


def test_an_empty_audience_and_a_finished_catalogue():
    nobody = AudienceChoice(np.zeros((0, 3)))
    assert nobody.expected_shares().tolist() == [0, 0, 0]
    assert nobody.next_books(2).tolist() == [0, 1]
    choice = AudienceChoice(INTEREST[:, :1])
    choice.show(0)
    assert choice.next_books(5).tolist() == []


def test_members_who_join_later_were_not_silent_before():
    choice = AudienceChoice(INTEREST[:1], ChoiceSettings(silence=0.1))
    choice.show(0, (np.array([1]), np.array([1.0])))
    choice.join(INTEREST[1:])
    assert choice.members == 3
    assert choice.interest[0, 1] == pytest.approx(1 / (1 + np.exp(-(logit(0.5) - 0.1))))
    assert choice.interest[2, 1] == pytest.approx(0.4)
    choice.react(2, 0, liked=False)
    assert choice.interest[2, 1] == pytest.approx(1 / (1 + np.exp(-(logit(0.4) - 0.5))))
    assert choice.interest[2, 0] == 0
    assert choice.likes().tolist() == [0, 0, 0]


def test_members_who_are_away_count_for_nothing():
    settings = ChoiceSettings("average", silence=0.1)
    choice = AudienceChoice(INTEREST, settings)
    choice.attend(np.array([False, False, True]))
    np.testing.assert_allclose(choice.expected_shares(), [0, 0.4, 0.2, 0.9], atol=1e-8)
    assert choice.next_books(2).tolist() == [3, 1]
    choice.show(3, (np.array([1]), np.array([1.0])))
    assert choice.interest[0, 1] == pytest.approx(0.5)  # nobody was there to be silent
    choice.react(2, 3, liked=True)
    np.testing.assert_allclose(choice.expected_unserved(), np.zeros(4), atol=1e-8)
    choice.attend(np.array([True, False, True]))
    np.testing.assert_allclose(choice.expected_unserved(), INTEREST[0], atol=1e-8)


def test_a_shown_book_may_be_no_candidate():
    choice = AudienceChoice(INTEREST, ChoiceSettings(learning=0.5, silence=0))
    choice.show(4, (np.array([2]), np.array([0.5])))
    choice.react(1, 4, liked=True)
    assert choice.likes().tolist() == [0, 1, 0]
    assert choice.interest[1, 2] == pytest.approx(1 / (1 + np.exp(-(logit(0.3) + 0.25))))
    assert len(choice.next_books(9)) == 4
