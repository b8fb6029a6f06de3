"""Exposure prices: what the most listed books pay in logits, so that no book is on too many lists.

A cap on a book's share of all lists is a constraint on their joint choice. Its Lagrange multiplier is a
price of the book: lists stay the best of each reader, at logits less prices. Dual ascent finds the
prices: a book above the cap gets dearer, a priced book below it cheaper (Bertsekas, "Nonlinear
Programming", 1999, 6.3; for recommendation under capacities Christakopoulou et al., "Recommendation
with capacity constraints", CIKM 2017). Few books have a price, and the others keep their order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints
from bookrec.offline.metrics.coverage import times_listed
from bookrec.offline.ranking.scored_candidates import ScoredCandidates, lists_with

FIRST: Final = 0.125
"""Cap on a book's share of first places, relative to its cap on lists."""
_STEP: Final = 0.5
_DECAY: Final = 0.95
_CHEAPER: Final = 0.3
"""Most that a price falls per round, relative to the step."""


def exposure_prices(
    candidates: Sequence[ScoredCandidates],
    offset: Floats,
    work_of_book: Ints,
    cap: float,
    *,
    unit: float,
    groups: Ints,
    author_price: float = 0.0,
    rounds: int = 40,
    start: Floats | None = None,
) -> Floats:
    """[B] float32 prices, 0 for nearly all books; with a cap of 1, for all.

    A book's exposure is the largest of its shares among the groups of readers. Prices are approximate:
    exposures may exceed the cap by some percent of it.

    Args:
        candidates: Candidates of R readers.
        offset: [B] other offsets of the books.
        work_of_book: [B] work codes.
        cap: Largest share of readers who get a book in their first twenty, above 0.
        unit: Scale of the logits (`scored_candidates.spread`).
        groups: [R] group codes of the readers, from 0.
        author_price: See `scored_candidates.lists_with`.
        rounds: Rounds of dual ascent.
        start: [B] prices to start from; None = zeros.
    """
    prices = np.zeros(len(offset)) if start is None else start.astype(np.float64)
    if cap >= 1 or not len(candidates):
        return np.zeros(len(offset), dtype=np.float32)
    step = _STEP * unit
    for _ in range(rounds):
        corrected = (offset - prices).astype(np.float32)
        lists = lists_with(corrected, candidates, work_of_book, author_price)
        shares = exposures(lists, groups, len(offset)) / cap
        excess = np.log(np.maximum(shares, 1e-9))
        change = np.where(excess > 0, excess, np.maximum(excess, -_CHEAPER))
        change[(excess <= 0) & (prices == 0)] = 0.0
        prices = np.maximum(prices + step * change, 0.0)
        step *= _DECAY
    return prices.astype(np.float32)


def exposures(lists: Ints, groups: Ints, n_books: int) -> NDArray[np.float64]:
    """[B] largest share of a group's readers who get each book.

    A share of first places counts as one of lists that is eight times as large (`FIRST`); one reader
    alone does not count.

    Args:
        lists: [R, k] books, best first, -1 for none.
        groups: [R] group codes of the readers, from 0.
        n_books: B.
    """
    largest = np.zeros(n_books)
    for group in np.unique(groups):
        rows = lists[groups == group]
        listed = times_listed(rows, n_books) / len(rows)
        firsts = np.maximum(times_listed(rows[:, :1], n_books) - 1, 0) / len(rows)
        largest = np.maximum(largest, np.maximum(listed, firsts / FIRST))
    return largest
