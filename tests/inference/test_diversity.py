"""Diverse lists: marginal relevance, the reader's own mix, and the limit of an author, by hand."""

from __future__ import annotations

from math import log

import numpy as np
import pytest

from bookrec.inference.diversity import (
    STRENGTHS,
    DiversityFacts,
    DiversitySettings,
    diversified,
    listed_similarity,
    mix_of,
)

SCORES = np.array([1.0, 0.9, 0.8, 0.5, 0.0])
"""Already between 0 and 1."""


def facts(
    pairs: dict[tuple[int, int], float] | None = None,
    author: tuple[int, ...] = (0, 0, 0, 0, 0),
    group: tuple[int, ...] = (0, 0, 0, 0, 0),
    mix: tuple[float, ...] = (0.0,),
) -> DiversityFacts:
    similarity = np.zeros((5, 5))
    for (one, other), value in (pairs or {}).items():
        similarity[one, other] = similarity[other, one] = value
    return DiversityFacts(similarity, np.array(author), np.array(group), np.array(mix))


def test_without_strength_the_order_stays():
    order = diversified(SCORES, facts({(0, 1): 1.0}), DiversitySettings(), 4)
    assert order.tolist() == [0, 1, 2, 3]
    assert not DiversitySettings().changes_lists


def test_a_book_like_one_before_it_gives_way():
    # λ = .5: after book 0, book 1 has .45 - .5 · .4 = .25, book 2 has .4, book 3 has .25.
    # Then book 1 has .25, book 3 has .25 - .5 · .1 = .2, book 4 has 0.
    near = facts({(0, 1): 0.4, (2, 3): 0.1})
    assert diversified(SCORES, near, DiversitySettings(0.5), 5).tolist() == [0, 2, 1, 3, 4]
    # λ = .2: book 1 keeps .72 - .2 · .4 = .64, as much as book 2 has; the earlier place wins.
    assert diversified(SCORES, near, DiversitySettings(0.2), 3).tolist() == [0, 1, 2]
    assert diversified(SCORES, near, DiversitySettings(0.21), 3).tolist() == [0, 2, 1]


def test_the_list_follows_the_readers_mix():
    # Half of the reader's books are of group 1, half of group 2; book 4 alone is of group 2.
    mixed = facts(group=(1, 1, 1, 1, 2), mix=(0.0, 0.5, 0.5))
    one_sided = 0.5 * log(0.5 / (0.99 + 0.005)) + 0.5 * log(0.5 / 0.005)
    # With book 0 listed, book 1 adds another one_sided and book 4 takes all of it away.
    turn = (0.9 - 0.0) / (0.9 + 2 * one_sided)
    assert diversified(SCORES, mixed, DiversitySettings(turn - 0.001), 2).tolist() == [0, 1]
    assert diversified(SCORES, mixed, DiversitySettings(turn + 0.001), 2).tolist() == [0, 4]
    # A mix of group 1 alone asks for nothing.
    alone = facts(group=(1, 1, 1, 1, 2), mix=(0.0, 1.0, 0.0))
    assert diversified(SCORES, alone, DiversitySettings(0.1), 4).tolist() == [0, 1, 2, 3]


def test_books_of_unknown_groups_and_readers_without_a_mix_are_not_weighed():
    unknown = facts(group=(0, 0, 3, 1, 2), mix=(0.0, 0.0, 0.0))
    assert diversified(SCORES, unknown, DiversitySettings(0.4), 5).tolist() == [0, 1, 2, 3, 4]
    beyond = facts(group=(0, 7, 1, 1, 0), mix=(0.0, 1.0))
    assert sorted(diversified(SCORES, beyond, DiversitySettings(0.4), 5)) == [0, 1, 2, 3, 4]


def test_an_author_has_so_many_of_the_first_places():
    by = facts(author=(4, 4, 4, 9, 0))
    limit = DiversitySettings(most_of_author=1, author_places=3)
    assert limit.changes_lists
    # Book 3 is by another author, book 4 by an unknown one; from the fourth place on all may follow.
    assert diversified(SCORES, by, limit, 5).tolist() == [0, 3, 4, 1, 2]
    # Where nobody else is left, the limit ends.
    all_by_one = facts(author=(4, 4, 4, 4, 4))
    assert diversified(SCORES, all_by_one, limit, 3).tolist() == [0, 1, 2]
    nobody = facts(author=(0, 0, 0, 0, 0))
    assert diversified(SCORES, nobody, limit, 3).tolist() == [0, 1, 2]


def test_equal_scores_and_short_lists():
    assert diversified(np.ones(5), facts(), DiversitySettings(0.3), 9).tolist() == [0, 1, 2, 3, 4]
    empty = DiversityFacts(np.zeros((0, 0)), np.zeros(0, int), np.zeros(0, int), np.zeros(1))
    assert diversified(np.zeros(0), empty, DiversitySettings(0.3), 5).tolist() == []


def test_similarity_follows_the_rank_among_stored_neighbours_in_either_direction():
    ranks = np.array([1, 3, 2])
    similarity = listed_similarity(3, np.array([0, 0, 2]), np.array([1, 2, 0]), ranks, 4)
    assert similarity.tolist() == [[0, 1, 0.75], [1, 0, 0], [0.75, 0, 0]]


def test_the_mix_leaves_unknown_groups_out():
    assert mix_of(np.array([0, 1, 1, 3, 0]), 4).tolist() == [0, 2 / 3, 0, 1 / 3]
    assert mix_of(np.array([0, 0]), 3).tolist() == [0, 0, 0]


@pytest.mark.parametrize("wrong", [{"strength": 1.1}, {"strength": -0.1}, {"most_of_author": -1}])
def test_impossible_settings_are_refused(wrong: dict[str, float]):
    with pytest.raises(ValueError, match=r"at least 0|0 to 1"):
        DiversitySettings(**wrong)


def test_the_slider_starts_at_the_stored_order_and_grows():
    assert STRENGTHS[0] == 0
    assert list(STRENGTHS) == sorted(set(STRENGTHS))
