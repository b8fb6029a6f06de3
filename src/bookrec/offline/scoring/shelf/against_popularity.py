"""Comparison of a compiled model with popularity and retrieval, on a hidden book of each reader."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints
from bookrec.inference.ranker.split_ranker import SplitRanker
from bookrec.inference.recommender import Recommender
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.data.interactions import Interactions, reader_age_bands
from bookrec.offline.models.checks.hidden_books import hidden_books, popularity_figures
from bookrec.offline.models.checks.retrieval_alone import retrieval_ndcg
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
    *,
    with_retrieval: bool = False,
) -> Ranking | None:
    """Compare a model with popularity: seconds for a few hundred readers.

    The model may have learnt the hidden books, so only a finding against it proves something.

    Args:
        dataset: the data set.
        interactions: all its interactions, sorted by reader.
        recommender: the compiled model.
        reader_rows: [R, F] features of readers that the ranker knows by id; None = it knows none.
        with_retrieval: compare with our own retrieval alone as well, which is fitted for it.

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
    ranking = Ranking(
        len(pairs),
        float(figures.model_ndcg.mean()),
        float(figures.popular_ndcg.mean()),
        _error(figures.model_ndcg - figures.popular_ndcg),
    )
    if not with_retrieval:
        return ranking
    retrieval = retrieval_ndcg(compiled, pairs)
    return replace(
        ranking,
        retrieval=float(retrieval.mean()),
        retrieval_error=_error(figures.model_ndcg - retrieval),
    )


def _error(differences: NDArray[np.float64]) -> float:
    """Half of the 95 % interval of the mean of [readers] differences."""
    error: float = 1.96 * float(differences.std(ddof=1)) / len(differences) ** 0.5
    return error
