"""Cost of the shop's stock rule in list quality, for shares of the catalogue that are sold out.

Which books are out of stock is drawn at random, independently of the readers. What a reader took up
although it is out of stock counts as relevant, so the figures say what is lost against a shop that has
every book.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.offline.evaluation.holdout.held_out_set import HeldOutSet
from bookrec.offline.evaluation.measure.predictions import hits_of
from bookrec.offline.metrics.ranking import ndcg
from bookrec.shop.selling.shop_settings import FIRST, IGNORE, ONLY, STOCK_RULES

DRAWS: Final = 5
"""Drawings of the books out of stock, over which figures are means."""


@dataclass(frozen=True)
class StockRuleFigures:
    """Figures of lists under one rule."""

    out_of_stock: float
    """Share of the catalogue."""
    rule: str
    ndcg: float
    """Mean over readers; what is held out and sold out counts too."""
    ndcg_of_buyable: float
    """Mean with only books in stock as relevant, over the readers who have any."""
    buyable: float
    """Share of the first places that can be bought."""


def apply_rule(lists: Ints, in_stock: NDArray[np.bool_], rule: str) -> Ints:
    """Order or filter lists ([R, L], -1 = none) by a rule, as the site does with each."""
    if rule == IGNORE:
        return lists
    buyable = in_stock[lists] & (lists >= 0)
    rank = np.where(buyable, 0, np.where(lists >= 0, 1, 2))
    order = np.argsort(rank, axis=1, kind="stable")
    ordered = np.take_along_axis(lists, order, axis=1)
    if rule == ONLY:
        ordered = np.where(np.take_along_axis(buyable, order, axis=1), ordered, -1)
    return ordered


def stock_rule_figures(
    lists: Ints, held_out_set: HeldOutSet, shares: Sequence[float], k: int, seed: int
) -> list[StockRuleFigures]:
    """Measure the first ``k`` places of lists under each rule.

    Args:
        lists: [R, L] unseen books, best first, -1 for none; L is the length of stored lists.
        held_out_set: of the same readers.
        shares: shares of the catalogue that are out of stock.
        k: places that a reader sees.
        seed: of the drawings.
    """
    figures = []
    for share in shares:
        rng = np.random.default_rng(seed)
        draws = [rng.random(held_out_set.n_books) >= share for _ in range(DRAWS)]
        for rule in (IGNORE, FIRST, ONLY):
            rows = [_figures(lists, held_out_set, in_stock, rule, k) for in_stock in draws]
            figures.append(StockRuleFigures(share, rule, *np.mean(rows, axis=0).tolist()))
    return figures


def _figures(
    lists: Ints, held_out_set: HeldOutSet, in_stock: NDArray[np.bool_], rule: str, k: int
) -> tuple[float, float, float]:
    assert rule in STOCK_RULES
    shown = apply_rule(lists, in_stock, rule)[:, :k]
    hits, relevant = hits_of(shown, held_out_set)
    buyable = in_stock[shown] & (shown >= 0)
    rows = held_out_set.rows[in_stock[held_out_set.held_out.book_idx]]
    left = np.bincount(rows, minlength=len(lists))
    any_left = left > 0
    of_buyable = ndcg((hits & buyable)[any_left], left[any_left]).mean() if any_left.any() else 0.0
    places = np.count_nonzero(shown >= 0)
    return (
        float(ndcg(hits, relevant).mean()),
        float(of_buyable),
        float(buyable.sum() / places) if places else 0.0,
    )
