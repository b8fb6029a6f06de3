"""List weights: how much liking, popularity and exposure count in the order of lists.

A ranker that predicts interactions alone lists what is met next: bestsellers, and books that were given
away, whether liked or not. Lists are therefore ordered by

    logit of an interaction + w_l * log P(liked | interaction) - w_p * log(1 + readers)
    - w_d * [by an author of the reader's] - price

- The first two terms are, with w_l = 1, the log-odds and log-probability of taking a book up and of
  liking it then. P(liked) is a logistic function of the book's mean rating, shrunk.
- The third corrects for popularity as the propensity of an observation (Yang et al., "Unbiased Offline
  Recommender Evaluation for Missing-Not-At-Random Implicit Feedback", RecSys 2018).
- The fourth makes room for authors who are new to the reader: of those with many books, most places go
  to authors they have read.
- Prices keep each book's share of all lists below a cap (`ranking.exposure_prices`).

All but the fourth depend on the book alone, so any ranker can have them, as one offset per book. The
fourth is the recommender's author price.

`choose_list_weights` measures NDCG@20 over liked books on readers with held-out books, along a grid of
w_l, then of w_p, of w_d, and of the cap. On each it takes the strongest correction that costs at most
a share of the NDCG of the grid's best point: 1.5 %, and 3 % for the cap, which falls no lower than
17.5 % of readers. The curve of NDCG against concentration is flat up to about there and falls beyond.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints
from bookrec.inference.history import POSITIVE_RATING
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.features.book_statistics import BookStatistics
from bookrec.offline.features.shrunken_ratings import shrunken_ratings
from bookrec.offline.metrics.coverage import commonest_share
from bookrec.offline.metrics.list_figures import liked_figures
from bookrec.offline.ranking.exposure_prices import exposure_prices
from bookrec.offline.ranking.platt import fit_platt
from bookrec.offline.ranking.scored_candidates import TOP, ScoredCandidates, lists_with, spread

_LIKING: Final = (0.0, 0.5, 1.0, 1.5, 2.0)
_POPULARITY: Final = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3)
_DISCOVERY: Final = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4)
_CAPS: Final = (1.0, 0.5, 0.4, 0.3, 0.25, 0.2, 0.175)
_EVEN_SHARES: Final = 4
"""Caps are at least so many times a book's share of lists that are spread evenly."""
_LARGEST_LOSS: Final = 0.015
"""Share of NDCG@20 over liked books that a weight may cost."""
_LARGEST_LOSS_OF_CAP: Final = 0.03
_ROUNDS: Final = 15
"""Rounds of dual ascent from the prices of one cap to those of the next."""
_USUAL_RATING: Final = 7.5


@dataclass(frozen=True)
class ListWeights:
    """Weights of the book offsets, and what P(liked) is computed from."""

    liking: float = 0.0
    """w_l, in logits."""
    popularity: float = 0.0
    """w_p, in logits per unit of log(1 + readers)."""
    discovery: float = 0.0
    """w_d, in logits: the author price."""
    exposure_cap: float = 1.0
    """Largest share of readers who get a book in their first twenty; 1 = no cap."""
    like_scale: float = 1.0
    """Log-odds of liking per point of mean rating."""
    like_shift: float = 0.0
    """Log-odds of liking a book of mean rating 7.5."""
    unit: float = 1.0
    """Scale of the ranker's logits, see `scored_candidates.spread`."""

    def offset(self, statistics: BookStatistics, author: Ints) -> Floats:
        """[B] float32 offsets of liking and popularity.

        A book that nobody has, of an unknown author, has 0.

        Args:
            statistics: Rating statistics of the books.
            author: [B] author codes, 0 = unknown.
        """
        ratings = shrunken_ratings(statistics, author).astype(np.float64)
        rated = statistics.rating_count
        overall = np.average(statistics.rating_mean, weights=rated) if rated.any() else 0.0
        liking = self._log_liked(ratings) - self._log_liked(np.array(overall))
        exposure = self.popularity * statistics.popularity
        return np.asarray(self.liking * liking - exposure, dtype=np.float32)

    def scaled(self, factor: float) -> ListWeights:
        """Return the weights for logits that are multiplied by ``factor``."""
        return replace(
            self,
            liking=self.liking * factor,
            popularity=self.popularity * factor,
            discovery=self.discovery * factor,
            unit=self.unit * factor,
        )

    def _log_liked(self, ratings: NDArray[np.floating]) -> NDArray[np.floating]:
        """Log-probability that a reader of books with these mean ratings likes them."""
        log_odds = self.like_scale * (ratings - _USUAL_RATING) + self.like_shift
        return np.asarray(-np.logaddexp(0.0, -log_odds))


@dataclass(frozen=True)
class MeasuredWeights:
    """Figures of the lists that some weights make."""

    weights: ListWeights
    ndcg_liked: float
    """Mean NDCG@20 over liked held-out books."""
    commonest: float
    """Share of readers whose twenty books include the commonest book."""
    new_authors: float
    """Share of places by authors new to their reader, among those whose author is known."""

    def as_plain(self) -> dict[str, float]:
        """Return weights and figures by name, for the manifest."""
        plain = asdict(self.weights)
        figures = {
            "ndcg@20_liked": self.ndcg_liked,
            "commonest@20": self.commonest,
            "new_authors@20": self.new_authors,
        }
        names = ("liking", "popularity", "discovery", "exposure_cap")
        return {name: plain[name] for name in names} | figures


def choose_list_weights(
    candidates: Sequence[ScoredCandidates],
    held_out: Interactions,
    statistics: BookStatistics,
    author: Ints,
    work_of_book: Ints,
) -> tuple[ListWeights, list[MeasuredWeights]]:
    """Choose the list weights on readers with held-out books.

    Args:
        candidates: Candidates of [R] readers.
        held_out: Their held-out interactions; ``reader_idx`` is the place in ``candidates``.
        statistics: Rating statistics of the books, without the held-out interactions.
        author: [B] author codes, 0 = unknown.
        work_of_book: [B] work codes.

    Returns:
        The weights, and all measured points in order. Without a liked held-out book nothing is chosen.
    """
    if not (held_out.rating >= POSITIVE_RATING).any():
        return ListWeights(), []
    unit = spread(candidates)
    scale, shift = _fit_liking(held_out, shrunken_ratings(statistics, author))
    weights = ListWeights(like_scale=scale, like_shift=shift, unit=unit)
    search = _Search(candidates, held_out, statistics, author, work_of_book)
    weights = search.along([replace(weights, liking=unit * step) for step in _LIKING])
    weights = search.along([replace(weights, popularity=unit * step) for step in _POPULARITY])
    weights = search.along([replace(weights, discovery=unit * step) for step in _DISCOVERY])
    evenly = TOP / len(work_of_book)
    caps = [cap for cap in _CAPS if cap == 1 or cap >= _EVEN_SHARES * evenly]
    weights = search.along(
        [replace(weights, exposure_cap=cap) for cap in caps], _LARGEST_LOSS_OF_CAP
    )
    return weights, search.points


def strongest(ndcg: Sequence[float], largest_loss: float) -> int:
    """Return the place of the strongest correction whose cost is allowed.

    Args:
        ndcg: Figures, weakest correction first. Beyond the best one, the search ends at the first whose
            cost is too high.
        largest_loss: Share of the best figure that a correction may cost.
    """
    best = int(np.argmax(ndcg))
    allowed = (1 - largest_loss) * ndcg[best]
    place = best
    while place + 1 < len(ndcg) and ndcg[place + 1] >= allowed:
        place += 1
    return place


def _fit_liking(held_out: Interactions, ratings: Floats) -> tuple[float, float]:
    rated = held_out[held_out.rating > 0]
    return fit_platt(ratings[rated.book_idx] - _USUAL_RATING, rated.rating >= POSITIVE_RATING)


@dataclass
class _Search:
    """A search along one weight after the other; collects what it measures."""

    candidates: Sequence[ScoredCandidates]
    held_out: Interactions
    statistics: BookStatistics
    author: Ints
    work_of_book: Ints

    def __post_init__(self) -> None:
        self.points: list[MeasuredWeights] = []
        self.prices = np.zeros(len(self.work_of_book), dtype=np.float32)
        self.groups = np.zeros(len(self.candidates), dtype=np.int32)

    def along(
        self, grid: Sequence[ListWeights], largest_loss: float = _LARGEST_LOSS
    ) -> ListWeights:
        """Measure a grid, weakest correction first, and choose one of its points."""
        return grid[strongest([self._measure(weights) for weights in grid], largest_loss)]

    def _measure(self, weights: ListWeights) -> float:
        """Measure NDCG@20 over liked books."""
        offset = weights.offset(self.statistics, self.author)
        self.prices = exposure_prices(
            self.candidates,
            offset,
            self.work_of_book,
            weights.exposure_cap,
            unit=weights.unit,
            groups=self.groups,
            author_price=weights.discovery,
            rounds=_ROUNDS,
            start=self.prices,
        )
        corrected = offset - self.prices
        lists = lists_with(corrected, self.candidates, self.work_of_book, weights.discovery)
        ndcg = liked_figures(lists, self.held_out, (TOP,))[f"ndcg@{TOP}_liked"]
        point = MeasuredWeights(
            weights,
            float(np.nanmean(ndcg)),
            commonest_share(lists),
            _new_authors(lists, self.candidates, self.author),
        )
        self.points.append(point)
        return point.ndcg_liked


def _new_authors(lists: Ints, candidates: Sequence[ScoredCandidates], author: Ints) -> float:
    """Share of the places by none of the reader's authors; books of unknown authors do not count.

    `bookrec.offline.metrics.discovery.new_authors` counts the same from interactions.
    """
    new = places = 0
    for row, reader in zip(lists, candidates, strict=True):
        listed = np.isin(reader.books, row[row >= 0]) & (author[reader.books] > 0)
        places += int(listed.sum())
        new += int((listed & ~reader.by_seen_author).sum())
    return new / places if places else 0.0
