"""List weights of an imported model: liking and popularity in the order of its lists.

The model may have been trained on the interactions that are held out here, so its own part of the
order looks better than it is, and the chosen weights are at most too small.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Final

import numpy as np

from bookrec.json_types import JsonValue
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.data.histories import readers_at
from bookrec.offline.data.interactions import reader_age_bands
from bookrec.offline.data.splitting import hold_out
from bookrec.offline.features.book_statistics import book_statistics, shrunken_ratings
from bookrec.offline.models.bundle.build_recommender import recommender_for
from bookrec.offline.models.bundle.bundle import Bundle
from bookrec.offline.ranking.list_weights import (
    ListWeights,
    WeightedLists,
    book_offset,
    choose_list_weights,
)
from bookrec.offline.ranking.scored_candidates import ratings_of_books, score_candidates
from bookrec.offline.retrieval.fit_retrievers import FittedRetrievers

_READERS: Final = 1500
_SHARE: Final = 0.2
_CANDIDATES: Final = 1500


def weigh_lists(
    bundle: Bundle, dataset: Dataset, fitted: FittedRetrievers, seed: int
) -> tuple[ListWeights, list[WeightedLists]]:
    """Choose the list weights of a bundle without a rating head (`ranking.list_weights`).

    A fifth of the books of up to 1,500 readers is held out. A model with a linear output gets weights
    of 0: it predicts the rating itself.

    Args:
        bundle: The bundle, without book offsets.
        dataset: Its data set.
        fitted: Retrievers fitted to all interactions of the data set.
        seed: Seed of the draw.
    """
    interactions = fitted.interactions
    held = hold_out(interactions, _SHARE, np.random.default_rng(seed), _READERS)
    known, held_out = interactions[~held], interactions[held]
    readers = np.unique(held_out.reader_idx).astype(np.int32)
    author = fitted.features.metadata.author
    ratings = shrunken_ratings(book_statistics(known, dataset.n_books), author)
    recommender, rows = recommender_for(bundle, dataset)
    if recommender.ranker.output == "linear":
        return ListWeights(), []
    candidates = score_candidates(
        recommender,
        readers_at(known, reader_age_bands(dataset), readers, rows),
        _CANDIDATES,
        ratings_of_books(ratings),
    )
    return choose_list_weights(
        candidates,
        held_out.renumbered(readers),
        fitted.features.popularity,
        dataset.work_of_book,
    )


def with_list_weights(
    bundle: Bundle,
    fitted: FittedRetrievers,
    weights: ListWeights,
    curve: list[WeightedLists],
) -> Bundle:
    """Return the bundle with the offsets of its books, and the weights in its manifest.

    Args:
        bundle: A bundle without a rating head.
        fitted: Retrievers fitted to the interactions that the offsets are computed from.
        weights: The list weights.
        curve: Curve that they were chosen from.
    """
    offset = book_offset(weights, fitted.statistics, fitted.features.metadata.author)
    points: list[JsonValue] = [point.as_plain() for point in curve]
    return replace(
        bundle,
        frozen_statistics=replace(bundle.frozen_statistics, book_offset=offset),
        manifest=bundle.manifest | {"list_weights": {**asdict(weights), "curve": points}},
    )
