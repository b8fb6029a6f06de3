"""Book offsets of a recommender: liking, popularity and exposure prices for given list weights."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints
from bookrec.inference.recommender import Recommender
from bookrec.offline.data.histories import readers_at
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.data.splitting import MIN_INTERACTIONS
from bookrec.offline.ranking.exposure_prices import exposure_prices
from bookrec.offline.ranking.list_weights import ListWeights
from bookrec.offline.ranking.scored_candidates import score_candidates
from bookrec.offline.retrieval.fit_retrievers import FittedRetrievers

_READERS_OF_GROUP: Final = 1000
"""Readers of each group whose lists the prices are fitted to; a share of 15 % is exact to 1.1 %."""


def fit_book_offset(
    recommender: Recommender,
    fitted: FittedRetrievers,
    weights: ListWeights,
    age_bands: Ints,
    rows: Floats | None,
    candidates: int,
    seed: int,
) -> Floats:
    """[B] float32 offsets: those of ``weights``, less exposure prices.

    Prices are fitted to the lists of two groups of readers, those with a short history and the others:
    short histories are most of a shop's readers, and their lists are most alike.

    Args:
        recommender: Recommender without book offsets.
        fitted: Its retrievers, and the interactions that they are fitted to.
        weights: The list weights.
        age_bands: [R] age band of each reader.
        rows: [R, F] features of readers that the ranker knows by id; None if it knows none.
        candidates: Candidates per reader.
        seed: Seed of the sample of readers.
    """
    offset = weights.offset(fitted.statistics, fitted.features.metadata.author)
    if weights.exposure_cap >= 1:
        return offset
    readers, groups = _sample(fitted.interactions, np.random.default_rng(seed))
    sampled = readers_at(fitted.interactions, age_bands, readers, rows)
    prices = exposure_prices(
        score_candidates(recommender, sampled, candidates),
        offset,
        recommender.work_of_book,
        weights.exposure_cap,
        unit=weights.unit,
        groups=groups,
        author_price=weights.discovery,
    )
    return offset - prices


def _sample(
    interactions: Interactions, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Positions of readers with interactions, and their groups: 0 for a short history, else 1."""
    sizes = np.bincount(interactions.reader_idx)
    short = np.flatnonzero((sizes > 0) & (sizes < MIN_INTERACTIONS))
    long = np.flatnonzero(sizes >= MIN_INTERACTIONS)
    parts = [rng.permutation(group)[:_READERS_OF_GROUP] for group in (short, long)]
    groups = np.repeat(np.arange(2, dtype=np.int32), [len(part) for part in parts])
    return np.concatenate(parts), groups
