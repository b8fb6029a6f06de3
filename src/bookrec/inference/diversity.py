"""Diverse lists: maximal marginal relevance, calibrated to the reader's own mix, few of an author.

The list grows by one book at a time: by the candidate c with the largest

    (1 - λ) · s(c) - λ · max_{j in S} sim(c, j) - λ · (n' · KL(p, q') - n · KL(p, q))

among the candidates whose author is not yet on the list as often as the limit allows, where

- ``s(c)`` is the stored score scaled over the list to 0–1;
- ``S`` are the n books listed so far, and n' = n + 1 those with c;
- ``sim`` is a similarity of two books, 0–1: maximal marginal relevance (Carbonell, Goldstein, "The use
  of MMR, diversity-based reranking for reordering documents and producing summaries", SIGIR 1998);
- ``p`` are the shares of the groups (categories) among the reader's books, ``q`` and ``q'`` those among
  the listed books with a known group, of which n counts only those; ``KL(p, q) = Σ p log(p / q~)`` with
  ``q~ = (1 - α) q + α p`` and α = 0.01 (Steck, "Calibrated recommendations", RecSys 2018). A reader
  without a known group has no mix, and the term is 0.

λ = 0 leaves the order as it is but for the limit of an author; ties go to the earlier place. Where all
candidates left are of authors at their limit, the limit ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints

Scores = NDArray[np.float64]

STRENGTHS: Final = (0.0, 0.1, 0.2, 0.35, 0.5)
"""Strength λ of each step of the readers' slider, from "more like this" to "surprise me"."""
CANDIDATES: Final = 50
"""Books of a list that are re-ranked; the rest follow in their order."""
NEIGHBOURS: Final = 50
"""Neighbours of a book that make it similar to another."""
_SMOOTHING: Final = 0.01
"""α of Steck's smoothed shares."""


@dataclass(frozen=True)
class DiversitySettings:
    """Strength of the re-ranking, and the limit of an author."""

    strength: float = 0.0
    """λ, 0–1."""
    most_of_author: int = 0
    """Books of one author among the first `author_places`; 0 = any number."""
    author_places: int = 10

    def __post_init__(self) -> None:
        """Check the values.

        Raises:
            ValueError: the strength is not 0–1, or a number is negative.
        """
        if not 0 <= self.strength <= 1:
            raise ValueError(f"strength is 0 to 1, not {self.strength}")
        if self.most_of_author < 0 or self.author_places < 0:
            raise ValueError("numbers of books are at least 0")

    @property
    def changes_lists(self) -> bool:
        """Whether any list can come out in another order."""
        return self.strength > 0 or self.most_of_author > 0


@dataclass(frozen=True)
class DiversityFacts:
    """Facts of the C candidates of a list, and the mix of its reader's books."""

    similarity: NDArray[np.floating]
    """[C, C] similarity of two candidates, 0–1, symmetric."""
    author: Ints
    """[C] author codes, 0 = unknown."""
    group: Ints
    """[C] codes of groups such as categories, 0 = unknown."""
    mix: Scores
    """[G] shares of the groups among the reader's books; 0 for group 0, and sum 1 or 0."""


def mix_of(groups: Ints, n_groups: int) -> Scores:
    """[G] shares of the known groups among a reader's books; all 0 where none is known."""
    counts = np.bincount(groups[groups > 0], minlength=n_groups).astype(np.float64)
    shares: Scores = counts / max(counts.sum(), 1.0)
    return shares


def listed_similarity(
    size: int,
    places: NDArray[np.integer],
    neighbour_places: NDArray[np.integer],
    ranks: NDArray[np.integer],
    length: int,
) -> NDArray[np.float64]:
    """[C, C] similarity of the candidates by their stored neighbours: 1 for the nearest, 0 for none.

    The neighbour of rank r in a row of ``length`` has ``1 - (r - 1) / length``; of the two directions
    the larger counts.

    Args:
        size: number of candidates C.
        places: [N] candidate that each row of neighbours belongs to.
        neighbour_places: [N] candidate that is the neighbour.
        ranks: [N] its rank, from 1.
        length: neighbours stored for a book.
    """
    similarity = np.zeros((size, size))
    np.maximum.at(similarity, (places, neighbour_places), 1 - (ranks - 1) / length)
    return np.maximum(similarity, similarity.T)


def diversified(
    scores: NDArray[np.floating], facts: DiversityFacts, settings: DiversitySettings, count: int
) -> NDArray[np.int64]:
    """[min(count, C)] places of the candidates in their new order.

    Args:
        scores: [C] stored scores, best first.
        facts: of the same candidates.
        settings: strength and limit.
        count: length of the new list.
    """
    size = len(scores)
    relevance = (1 - settings.strength) * _scaled(scores)
    nearest = np.zeros(size)
    left = np.ones(size, dtype=bool)
    balance = _Balance(facts.group, facts.mix)
    of_author = np.zeros(int(facts.author.max(initial=0)) + 1, dtype=np.int64)
    chosen: list[int] = []
    while len(chosen) < min(count, size):
        gain = relevance - settings.strength * (nearest + balance.costs())
        able = left & _within_limit(facts.author, of_author, len(chosen), settings)
        gain[~(able if able.any() else left)] = -np.inf
        best = int(np.argmax(gain))
        chosen.append(best)
        left[best] = False
        of_author[facts.author[best]] += 1
        nearest = np.maximum(nearest, facts.similarity[best])
        balance.add(best)
    return np.array(chosen, dtype=np.int64)


def _within_limit(
    author: Ints, of_author: NDArray[np.int64], n_chosen: int, settings: DiversitySettings
) -> NDArray[np.bool_]:
    """[C] mask of candidates whose author may stand on the next place; unknown authors always may."""
    if not settings.most_of_author or n_chosen >= settings.author_places:
        return np.ones(len(author), dtype=bool)
    within: NDArray[np.bool_] = (author == 0) | (of_author[author] < settings.most_of_author)
    return within


def _scaled(scores: NDArray[np.floating]) -> Scores:
    """[C] scores scaled to 0–1; all 1 if they are equal."""
    values = np.asarray(scores, dtype=np.float64)
    spread = np.ptp(values) if len(values) else 0.0
    return (values - values.min()) / spread if spread else np.ones(len(values))


class _Balance:
    """Shares of the groups on a growing list, beside the reader's mix."""

    def __init__(self, group: Ints, mix: Scores) -> None:
        self._group, self._mix = group, mix
        self._counts = np.zeros(len(mix))
        self._divergence = 0.0
        """n · KL(p, q) of the list so far."""
        known = np.unique(group[group > 0])
        self._known = known[known < len(mix)] if mix.any() else known[:0]

    def costs(self) -> Scores:
        """[C] growth of n · KL(p, q) by each candidate; 0 for one without a known group."""
        by_group = np.zeros(max(int(self._group.max(initial=0)) + 1, len(self._mix)))
        for group in self._known:
            self._counts[group] += 1
            by_group[group] = self._weighed() - self._divergence
            self._counts[group] -= 1
        costs: Scores = by_group[self._group]
        return costs

    def add(self, place: int) -> None:
        """Add a candidate to the list."""
        if self._group[place] in self._known:
            self._counts[self._group[place]] += 1
            self._divergence = self._weighed()

    def _weighed(self) -> float:
        total = self._counts.sum()
        present = self._mix > 0
        mix = self._mix[present]
        shares = (1 - _SMOOTHING) * self._counts[present] / total + _SMOOTHING * mix
        return float(total * (mix * np.log(mix / shares)).sum())
