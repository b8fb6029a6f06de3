"""Comparison of a compiled model with popularity, on one hidden book of each sampled reader."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from bookrec.arrays import Floats, Ints
from bookrec.inference.ranker.split_ranker import SplitRanker
from bookrec.inference.recommender import Recommender
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.data.interactions import Interactions, reader_age_bands
from bookrec.offline.models.checks.hidden_books import hidden_books, popularity_figures
from bookrec.offline.scoring.shelf.gate import MIN_RANKED
from bookrec.offline.scoring.shelf.gate_figures import Ranking


@dataclass(frozen=True)
class _Compiled:
    """A compiled model beside its data set, as `hidden_books` needs it."""

    dataset: Dataset
    interactions: Interactions
    recommender: Recommender
    reader_rows: Floats | None
    seed: int = 1

    @cached_property
    def age_bands(self) -> Ints:
        """[R] age band of each reader."""
        return reader_age_bands(self.dataset)


def against_popularity(
    dataset: Dataset,
    interactions: Interactions,
    recommender: Recommender,
    reader_rows: Floats | None,
) -> Ranking | None:
    """Compare a model with popularity: seconds for a few hundred readers.

    The model may have learnt the hidden books, so only a finding against it proves something.

    Args:
        dataset: the data set.
        interactions: all its interactions, sorted by reader.
        recommender: the compiled model.
        reader_rows: [R, F] features of readers that the ranker knows by id; None = it knows none.

    Returns:
        The comparison; None for too few readers, and for a model that Keras runs, which is too slow.
    """
    if not isinstance(recommender.ranker, SplitRanker):
        return None
    compiled = _Compiled(dataset, interactions, recommender, reader_rows)
    pairs = hidden_books(compiled)
    if len(pairs) < MIN_RANKED:
        return None
    figures = popularity_figures(compiled, pairs)
    difference = figures.model_ndcg - figures.popular_ndcg
    return Ranking(
        len(pairs),
        float(figures.model_ndcg.mean()),
        float(figures.popular_ndcg.mean()),
        1.96 * float(difference.std(ddof=1)) / len(pairs) ** 0.5,
    )
