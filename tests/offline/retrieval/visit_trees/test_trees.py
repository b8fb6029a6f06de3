"""Trees that weigh neighbours in visits: their answers, and a habit that has changed."""

from __future__ import annotations

import numpy as np
import pytest

from bookrec.inference.similarity_table import SimilarityTable
from bookrec.offline.retrieval.visit_neighbours import fit_visit_neighbours
from bookrec.offline.retrieval.visit_trees import trees as module
from bookrec.offline.retrieval.visit_trees.choice import (
    neighbours_of_visits,
    next_book_ndcg,
    trees_are_better,
)
from bookrec.offline.retrieval.visit_trees.pair_table import pair_table
from bookrec.offline.retrieval.visit_trees.trees import answers_of, fit_tree_table
from bookrec.offline.retrieval.visits import Visits
from small_visits import visits_of, wandering_visits

GROUPS = 12


def changed_habits(visits: int = 6_000) -> Visits:
    """From book 3g, visits went to 3g + 1; since a time of its own for each g they go to 3g + 2."""
    rng = np.random.default_rng(5)
    group = rng.integers(GROUPS, size=visits)
    # Shares of all time tell nothing of today: one visit an hour, changes after 50 to 150 days.
    changed = np.linspace(0.2, 0.6, GROUPS)[group] * visits
    step = np.where(np.arange(visits) < changed, 1, 2)
    starts = (3_600.0 * np.arange(visits)).tolist()
    return visits_of(np.column_stack([3 * group, 3 * group + step]).tolist(), 3 * GROUPS, starts)


def better(visits: Visits) -> bool:
    answers = answers_of(visits)
    return trees_are_better(visits, answers, pair_table(answers.earlier), 100, seed=1)


NO_EASE = SimilarityTable(
    np.zeros(3 * GROUPS + 1, np.int64), np.empty(0, np.int32), np.empty(0, np.float32)
)


def test_answers_are_new_books_after_the_time_and_earlier_events_are_before_it():
    # Ten events; the latest three are the last of the first visit and both of the second.
    visits = visits_of([[0, 1, 2, 3, 4, 5, 1, 6], [2, 0]], 7, starts=[0.0, 1_000.0])
    answers = answers_of(visits, share=0.3)
    assert answers.earlier.book.tolist() == [0, 1, 2, 3, 4, 5, 1]
    assert answers.earlier.ids.tolist() == [0]
    assert (answers.previous.tolist(), answers.book.tolist()) == ([1, 2], [6, 0])
    assert (answers.visit.tolist(), answers.at.tolist()) == ([0, 1], [7, 1])


def test_a_book_that_the_visit_knows_is_no_answer():
    visits = visits_of([[0, 1, 0, 2]], 3)
    assert answers_of(visits, share=1.0).book.tolist() == [1, 2]


def test_trees_learn_that_habits_have_changed():
    visits = changed_habits()
    formula, trees = fit_visit_neighbours(visits), fit_tree_table(visits, 100, seed=1)
    assert trees is not None
    firsts = np.arange(0, 3 * GROUPS, 3)
    by_formula = [int(formula.of(np.array([book]))[0][0]) for book in firsts]
    assert by_formula[-1] == firsts[-1] + 1  # changed last: most visits went the old way
    assert [int(trees.of(np.array([book]))[0][0]) for book in firsts] == (firsts + 2).tolist()
    assert better(visits)
    chosen = neighbours_of_visits(visits, NO_EASE, 100, seed=1)
    assert chosen.of(firsts[-1:])[0][0] == firsts[-1] + 2


def test_the_formula_stays_where_there_are_too_few_answers():
    visits = wandering_visits(300, 30, seed=2)
    assert fit_tree_table(visits, 100, seed=1) is None
    assert not better(visits)
    ease = SimilarityTable(np.zeros(31, np.int64), np.empty(0, np.int32), np.empty(0, np.float32))
    chosen, formula = neighbours_of_visits(visits, ease, 100, 1), fit_visit_neighbours(visits)
    for book in range(30):
        assert chosen.of(np.array([book]))[0].tolist() == formula.of(np.array([book]))[0].tolist()


def test_the_formula_stays_where_trees_are_worse(monkeypatch: pytest.MonkeyPatch):
    # Weights turned round: the last candidate of the trees becomes the first.
    monkeypatch.setattr(module, "POWER", -0.5)
    assert not better(changed_habits())


def test_ndcg_of_a_next_book_by_hand():
    visits = visits_of([[0, 1], [0, 2]], 3)
    table = SimilarityTable(
        np.array([0, 2, 2, 2]), np.array([2, 1], np.int32), np.array([1.0, 0.5], np.float32)
    )
    # The next book of the first visit is second in the row of 0, that of the second visit first.
    answers = answers_of(visits, share=1.0)
    assert next_book_ndcg(table, visits, answers) == pytest.approx((1 / np.log2(3) + 1) / 2)


def test_the_same_seed_gives_the_same_table():
    visits = changed_habits()
    first, second = fit_tree_table(visits, 20, seed=3), fit_tree_table(visits, 20, seed=3)
    assert first is not None
    assert second is not None
    assert first.neighbour.tolist() == second.neighbour.tolist()
    assert first.weight.tolist() == second.weight.tolist()
