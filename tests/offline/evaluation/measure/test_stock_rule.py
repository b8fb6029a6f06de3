"""The stock rule's cost: orders as the site makes them, and figures worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bookrec.offline.evaluation.holdout.held_out_set import HeldOutSet, make_held_out_set
from bookrec.offline.evaluation.measure.stock_rule import (
    _figures,
    apply_rule,
    stock_rule_figures,
)
from small_dataset import interactions_of

LISTS = np.array([[4, 0, 2, 5], [1, 3, -1, -1]], dtype=np.int32)
IN_STOCK = np.array([False, False, True, True, False, True])


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("ignore", [[4, 0, 2, 5], [1, 3, -1, -1]]),
        ("stock first", [[2, 5, 4, 0], [3, 1, -1, -1]]),
        ("only in stock", [[2, 5, -1, -1], [3, -1, -1, -1]]),
    ],
)
def test_lists_by_rule(rule: str, expected: list[list[int]]) -> None:
    assert apply_rule(LISTS, IN_STOCK, rule).tolist() == expected


@pytest.fixture
def held_out_set() -> HeldOutSet:
    """Reader 0 takes up books 2 and 4 later, reader 1 takes up book 1."""
    known = interactions_of([(0, 1, 8), (1, 0, 8)])
    later = interactions_of([(0, 2, 8), (0, 4, 8), (1, 1, 8)])
    return make_held_out_set(known, later, 2, 6, None, np.random.default_rng(0))


def test_figures_by_hand(held_out_set: HeldOutSet) -> None:
    second, ideal = 1 / math.log2(3), 1 + 1 / math.log2(3)
    # Books 4 and 1 are sold out: of the first two places the rule takes hits at 1 and 1 away.
    assert _figures(LISTS, held_out_set, IN_STOCK, "ignore", 2) == pytest.approx(
        ((1 / ideal + 1) / 2, 0.0, 1 / 4)
    )
    assert _figures(LISTS, held_out_set, IN_STOCK, "stock first", 2) == pytest.approx(
        ((1 / ideal + second) / 2, 1.0, 3 / 4)
    )
    assert _figures(LISTS, held_out_set, IN_STOCK, "only in stock", 2) == pytest.approx(
        (1 / ideal / 2, 1.0, 1.0)
    )


def test_with_everything_in_stock_the_rules_are_one(held_out_set: HeldOutSet) -> None:
    figures = stock_rule_figures(LISTS, held_out_set, [0.0, 0.5], 2, seed=3)
    assert [row.rule for row in figures] == ["ignore", "stock first", "only in stock"] * 2
    assert len({(row.ndcg, row.ndcg_of_buyable, row.buyable) for row in figures[:3]}) == 1
    ignored, first, only = figures[3:]
    assert ignored.buyable < first.buyable < only.buyable == 1.0
    assert ignored.ndcg_of_buyable < first.ndcg_of_buyable == only.ndcg_of_buyable
