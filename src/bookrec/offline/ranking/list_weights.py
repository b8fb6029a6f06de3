"""List weights: how much liking and popularity count in the order of lists.

A ranker that predicts interactions alone lists what is met next: bestsellers, and books that were given
away, whether liked or not. The order of lists is therefore

    logit of the interaction + w_r * predicted rating - w_p * log(1 + readers of the book)

The second term is the reader's liking, given an interaction. The third corrects for the exposure of
popular books, whose logarithm stands for the log-propensity of an observation (Yang et al., "Unbiased
Offline Recommender Evaluation for Missing-Not-At-Random Implicit Feedback", RecSys 2018).

`choose_list_weights` measures a grid of both weights on readers with held-out books. For each w_p, the
w_r with the highest NDCG@20 over liked books stays. That leaves a curve of NDCG against concentration,
the share of readers who get the commonest book. The chosen point is the knee of this curve (Satopää et
al., "Finding a 'Kneedle' in a Haystack", ICDCSW 2011): the largest difference of both after scaling
each to 0–1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints
from bookrec.inference.history import POSITIVE_RATING
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.features.book_statistics import BookStatistics, shrunken_ratings
from bookrec.offline.metrics.coverage import times_listed
from bookrec.offline.metrics.list_figures import liked_figures
from bookrec.offline.ranking.scored_candidates import ScoredCandidates
from bookrec.topk import best_first, first_of_each

TOP: Final = 20
"""Length of the measured lists."""
_SPARE: Final = 40
"""Books sorted beyond the length of a list, for further editions of listed works."""
_RATING_GRID: Final = (0.0, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0)
_POPULARITY_GRID: Final = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.65, 0.8)


@dataclass(frozen=True)
class ListWeights:
    """Weights of liking and popularity in the logits that order lists."""

    rating: float = 0.0
    """Logits per point of predicted rating."""
    popularity: float = 0.0
    """Logits that each unit of log(1 + readers) takes away."""

    def logits(self, candidates: ScoredCandidates, popularity: Floats) -> Floats:
        """[C] logits that order the candidates of a reader.

        Args:
            candidates: Candidates with both predictions.
            popularity: [B] log(1 + readers).
        """
        liking = self.rating * candidates.ratings
        exposure = self.popularity * popularity[candidates.books]
        return np.asarray(candidates.logits + liking - exposure, dtype=np.float32)


def book_offset(weights: ListWeights, statistics: BookStatistics, author: Ints) -> Floats:
    """[B] float32 what the weights add to the logits of each book, for a ranker without a rating head.

    The book's mean rating, shrunk, stands for the predicted one.

    Args:
        weights: The list weights.
        statistics: Rating statistics of the books.
        author: [B] author codes, 0 = unknown.
    """
    ratings = shrunken_ratings(statistics, author)
    liking = weights.rating * (ratings - ratings.mean())
    return np.asarray(liking - weights.popularity * statistics.popularity, dtype=np.float32)


@dataclass(frozen=True)
class WeightedLists:
    """Figures of the lists that some weights make."""

    weights: ListWeights
    ndcg_liked: float
    """Mean NDCG@20 over liked held-out books."""
    commonest: float
    """Share of readers whose twenty books include the commonest book."""

    def as_plain(self) -> dict[str, float]:
        """Return the figures by name, for the manifest."""
        return {
            **asdict(self.weights),
            "ndcg@20_liked": self.ndcg_liked,
            "commonest@20": self.commonest,
        }


def choose_list_weights(
    candidates: Sequence[ScoredCandidates],
    held_out: Interactions,
    popularity: Floats,
    work_of_book: Ints,
) -> tuple[ListWeights, list[WeightedLists]]:
    """Choose the list weights at the knee of NDCG against concentration.

    Both weights are 0 if no reader has a liked held-out book.

    Args:
        candidates: Candidates of [R] readers.
        held_out: Their held-out interactions; ``reader_idx`` is the place in ``candidates``.
        popularity: [B] log(1 + readers).
        work_of_book: [B] work codes; a list has one edition of a work.

    Returns:
        The weights, and the curve: for each popularity weight the point with the best NDCG.
    """
    if not (held_out.rating >= POSITIVE_RATING).any():
        return ListWeights(), []
    unit = _spread(candidates)
    curve = []
    for popularity_weight in _POPULARITY_GRID:
        points = [
            _measure(
                candidates,
                ListWeights(rating_weight * unit, popularity_weight * unit),
                held_out,
                popularity,
                work_of_book,
            )
            for rating_weight in _RATING_GRID
        ]
        curve.append(max(points, key=lambda point: point.ndcg_liked))
    return curve[knee(curve)].weights, curve


def knee(curve: Sequence[WeightedLists]) -> int:
    """Return the place of the knee of a curve, the first of equal ones."""
    ndcg = _unit_range(np.array([point.ndcg_liked for point in curve]))
    concentration = _unit_range(np.array([point.commonest for point in curve]))
    return int(np.argmax(ndcg - concentration))


def _unit_range(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scale values to 0–1; equal values become 0."""
    span = np.ptp(values)
    return (values - values.min()) / span if span else np.zeros_like(values)


def _spread(candidates: Sequence[ScoredCandidates]) -> float:
    """Mean standard deviation of a reader's logits: the unit of the grid, for rankers of any scale."""
    spreads = [float(reader.logits.std()) for reader in candidates if len(reader.logits) > 1]
    return float(np.mean(spreads)) if spreads else 0.0


def _measure(
    candidates: Sequence[ScoredCandidates],
    weights: ListWeights,
    held_out: Interactions,
    popularity: Floats,
    work_of_book: Ints,
) -> WeightedLists:
    lists = np.full((len(candidates), TOP), -1, dtype=np.int32)
    for row, reader in zip(lists, candidates, strict=True):
        books = reader.books
        order = best_first(weights.logits(reader, popularity), TOP + _SPARE)
        order = order[first_of_each(work_of_book[books[order]], TOP)]
        row[: len(order)] = books[order]
    ndcg = liked_figures(lists, held_out, (TOP,))[f"ndcg@{TOP}_liked"]
    commonest = times_listed(lists, len(popularity)).max(initial=0) / max(1, len(lists))
    return WeightedLists(weights, float(np.nanmean(ndcg)), float(commonest))
