"""Trees that weigh the neighbours in visits, fitted to what visits went to later.

The latest fifth of the events gives the answers: for two consecutive books i → j of a visit, j is the
relevant one among the candidates of i, whose features count earlier events only. Boosted trees are
fitted to them by LambdaMART with NDCG (Burges, "From RankNet to LambdaRank to LambdaMART", Microsoft
Research MSR-TR-2010-82). With the trees' score s_ij the weight of j among the neighbours of i is

    exp(POWER · (s_ij - max_k s_ik))

with features that count all events. `choice.neighbours_of_visits` takes the trees only where they
measure better than the formula of `visit_neighbours`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import xgboost
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.inference.similarity_table import SimilarityTable
from bookrec.offline.retrieval.visit_neighbours import strongest
from bookrec.offline.retrieval.visit_trees.pair_table import PairTable, pair_table
from bookrec.offline.retrieval.visits import Visits
from bookrec.ragged import row_starts

LATE: Final = 0.2
"""Share of the events that give answers: the latest."""
POWER: Final = 0.5
"""Exponent of the weights; smaller values make the weights of a row more alike."""
LEAST: Final = 500
"""Answers below which trees are not fitted."""
MOST: Final = 20_000
"""Answers that trees are fitted to, at most."""
_ROUNDS: Final = 120
_TREES: Final = {
    "objective": "rank:ndcg",
    "lambdarank_pair_method": "topk",
    "lambdarank_num_pair_per_sample": 20,
    "max_depth": 3,
    "eta": 0.1,
    "min_child_weight": 5,
    "subsample": 0.8,
    "colsample_bytree": 0.6,
    "nthread": 1,
}
_BLOCK: Final = 2_000_000
"""Pairs whose features are in memory at once."""


@dataclass(frozen=True)
class Answers:
    """Events of visits before a time, and what followed; N answers."""

    earlier: Visits
    """Events before the time."""
    visit: Ints
    """[N] place in the whole source of the visit of each answer."""
    at: Ints
    """[N] place of the event in its visit, at least 1."""
    previous: Ints
    """[N] book of the event before."""
    book: Ints
    """[N] book of the event, new to its visit."""

    def __len__(self) -> int:
        return len(self.book)

    def __getitem__(self, chosen: NDArray[np.bool_] | NDArray[np.integer]) -> Answers:
        return Answers(
            *(self.earlier, self.visit[chosen], self.at[chosen]),
            *(self.previous[chosen], self.book[chosen]),
        )


def answers_of(visits: Visits, share: float = LATE) -> Answers:
    """Divide events at a time: those before it, and the next books of visits after it.

    Args:
        visits: The visits.
        share: Share of the events after the time, 0–1.
    """
    cut = np.quantile(visits.time, 1.0 - share) if len(visits.time) else 0.0
    early = visits.time < cut
    lengths = np.bincount(visits.visit[early], minlength=len(visits))
    earlier = Visits(
        *(visits.ids, row_starts(lengths), visits.book[early], visits.time[early]), visits.n_books
    )[lengths > 0]
    at = np.arange(len(visits.book)) - visits.start[visits.visit]
    key = visits.visit.astype(np.int64) * (visits.n_books + 1) + visits.book
    new = np.zeros(len(key), dtype=bool)
    new[np.unique(key, return_index=True)[1]] = True
    answer = np.flatnonzero(~early & new & (at > 0))
    return Answers(
        *(earlier, visits.visit[answer], at[answer].astype(np.int32)),
        *(visits.book[answer - 1], visits.book[answer]),
    )


def fit_trees(pairs: PairTable, answers: Answers, seed: int) -> xgboost.Booster | None:
    """Fit trees to answers; None where fewer than `LEAST` are among the candidates.

    Args:
        pairs: Pairs of the events before the answers.
        answers: The answers.
        seed: Seed of the trees, and of the answers that are used beyond `MOST`.
    """
    rng = np.random.default_rng(seed)
    answers = answers[np.sort(rng.permutation(len(answers))[:MOST])]
    book, _, lengths = pairs.candidates.of(answers.previous)
    group = np.repeat(np.arange(len(answers)), lengths)
    relevant = book == answers.book[group]
    answered = np.zeros(len(answers), dtype=bool)
    answered[group[relevant]] = True
    if answered.sum() < LEAST:
        return None
    kept = answered[group]
    row = answers.previous[group[kept]]
    table = xgboost.DMatrix(pairs.features(row, book[kept]), label=relevant[kept])
    table.set_group(lengths[answered])
    return xgboost.train(_TREES | {"seed": seed}, table, _ROUNDS)


def tree_table(trees: xgboost.Booster, pairs: PairTable, keep: int) -> SimilarityTable:
    """Weigh all candidates by trees.

    Args:
        trees: The trees.
        pairs: Pairs of all events.
        keep: Neighbours of a book, at most.
    """
    candidates = pairs.candidates
    row = np.repeat(np.arange(candidates.size), np.diff(candidates.start))
    scores = np.empty(len(row), dtype=np.float64)
    for begin in range(0, len(row), _BLOCK):
        block = slice(begin, begin + _BLOCK)
        features = pairs.features(row[block], candidates.neighbour[block])
        scores[block] = trees.predict(xgboost.DMatrix(features), output_margin=True)
    largest = np.full(candidates.size, -np.inf)
    np.maximum.at(largest, row, scores)
    weights = np.exp(POWER * (scores - largest[row]))
    return strongest(row, candidates.neighbour, weights, candidates.size, keep)


def fit_tree_table(visits: Visits, keep: int, seed: int) -> SimilarityTable | None:
    """Fit trees to the latest events and weigh the neighbours of all; None with too few answers."""
    answers = answers_of(visits)
    trees = fit_trees(pair_table(answers.earlier), answers, seed) if len(answers) else None
    return None if trees is None else tree_table(trees, pair_table(visits), keep)
