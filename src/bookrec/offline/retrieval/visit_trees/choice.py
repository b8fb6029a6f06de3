"""Choice between weights of neighbours in visits: the fixed formula, or trees fitted to the visits.

Half of the visits with answers fit the trees. On the answers of the other half both tables are measured
by NDCG of the next book under the rule of the site (`inference.reacting`), without a stored list. Trees
do better on logs of short visits, the formula on long histories.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from bookrec.inference.reacting import DEFAULTS, recent_books, reordered
from bookrec.inference.similarity_table import SimilarityTable
from bookrec.offline.retrieval.visit_neighbours import (
    EASE_SHARE,
    VisitNeighbourSettings,
    fit_visit_neighbours,
    mixed,
)
from bookrec.offline.retrieval.visit_trees.pair_table import PairTable, pair_table
from bookrec.offline.retrieval.visit_trees.trees import (
    LEAST,
    Answers,
    answers_of,
    fit_trees,
    tree_table,
)
from bookrec.offline.retrieval.visits import Visits

TREES_EASE_SHARE: Final = 0.1
"""Weight of EASE beside neighbours that trees weigh."""
_MEASURED: Final = 2_000
"""Answers that tables are measured on, at most."""
_TOP: Final = 20


def neighbours_of_visits(
    visits: Visits, ease: SimilarityTable, keep: int, seed: int
) -> SimilarityTable:
    """Fit the neighbours by the weights that find more of the next books, with EASE beside them.

    Args:
        visits: The visits.
        ease: EASE of the same catalogue.
        keep: Neighbours of a book, at most.
        seed: Seed of the choice and of the trees.
    """
    answers = answers_of(visits)
    if len(answers) >= LEAST:
        pairs = pair_table(answers.earlier)
        if trees_are_better(visits, answers, pairs, keep, seed):
            trees = fit_trees(pairs, answers, seed)
            if trees is not None:
                table = tree_table(trees, pair_table(visits), keep)
                return mixed(table, ease, TREES_EASE_SHARE, keep)
    formula = fit_visit_neighbours(visits, VisitNeighbourSettings(keep=keep))
    return mixed(formula, ease, EASE_SHARE, keep)


def trees_are_better(
    visits: Visits, answers: Answers, pairs: PairTable, keep: int, seed: int
) -> bool:
    """Whether trees find more of the next books of visits they do not know than the formula does.

    Args:
        visits: The visits.
        answers: Their answers.
        pairs: Pairs of the events before the answers.
        keep: Neighbours of a book, at most.
        seed: Seed of the division of the answers.
    """
    rng = np.random.default_rng(seed)
    fitted = (rng.random(len(visits)) < 0.5)[answers.visit]
    trees = fit_trees(pairs, answers[fitted], seed)
    if trees is None:
        return False
    others = np.flatnonzero(~fitted)
    measured = answers[np.sort(rng.permutation(others)[:_MEASURED])]
    formula = fit_visit_neighbours(answers.earlier, VisitNeighbourSettings(keep=keep))
    by_trees = next_book_ndcg(tree_table(trees, pairs, keep), visits, measured)
    return by_trees > next_book_ndcg(formula, visits, measured)


def next_book_ndcg(table: SimilarityTable, visits: Visits, answers: Answers) -> float:
    """NDCG@20 of the next books under the rule of the site, mean over the answers, 0–1.

    Args:
        table: Neighbours of recent books.
        visits: All visits.
        answers: The next books.
    """
    nothing = np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float64)
    total = 0.0
    for visit, at, target in zip(answers.visit, answers.at, answers.book, strict=True):
        seen = visits.books_of(int(visit))[: int(at)]
        recent = recent_books(seen.tolist(), ["view"] * len(seen))
        books = reordered(nothing, recent, table.of(recent.books), seen, DEFAULTS).books[:_TOP]
        place = np.flatnonzero(books == target)
        total += 1.0 / np.log2(place[0] + 2.0) if len(place) else 0.0
    return total / max(len(answers), 1)
