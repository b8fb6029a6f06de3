"""List weights of an imported model: liking and popularity in the order of its lists.

The model may have been trained on the interactions that are held out here, so its own part of the
order looks better than it is, and the chosen weights are at most too small.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from bookrec.offline.data.dataset import Dataset
from bookrec.offline.data.histories import readers_at
from bookrec.offline.data.interactions import reader_age_bands
from bookrec.offline.data.splitting import hold_out
from bookrec.offline.features.book_statistics import book_statistics
from bookrec.offline.models.bundle.build_recommender import recommender_for
from bookrec.offline.models.bundle.bundle import Bundle
from bookrec.offline.ranking.book_offset import fit_book_offset
from bookrec.offline.ranking.chosen_weights import ChosenWeights
from bookrec.offline.ranking.list_weights import choose_list_weights
from bookrec.offline.ranking.scored_candidates import score_candidates
from bookrec.offline.retrieval.fit_retrievers import FittedRetrievers

_READERS: Final = 1500
_SHARE: Final = 0.2
_CANDIDATES: Final = 1500


def weigh_lists(
    bundle: Bundle, dataset: Dataset, fitted: FittedRetrievers, seed: int
) -> ChosenWeights:
    """Choose the list weights of a bundle (`ranking.list_weights`).

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
    recommender, rows = recommender_for(bundle, dataset)
    if recommender.ranker.output == "linear":
        return ChosenWeights()
    candidates = score_candidates(
        recommender, readers_at(known, reader_age_bands(dataset), readers, rows), _CANDIDATES
    )
    return ChosenWeights(
        *choose_list_weights(
            candidates,
            held_out.renumbered(readers),
            book_statistics(known, dataset.n_books),
            fitted.features.metadata.author,
            dataset.work_of_book,
        )
    )


def with_list_weights(
    bundle: Bundle, dataset: Dataset, fitted: FittedRetrievers, chosen: ChosenWeights, seed: int
) -> Bundle:
    """Return the bundle with the offsets of its books, and the weights in its manifest.

    Args:
        bundle: The bundle, without book offsets.
        dataset: Its data set.
        fitted: Retrievers fitted to the interactions that the offsets are computed from.
        chosen: The list weights.
        seed: Seed of the sample that exposure prices are fitted to.
    """
    recommender, rows = recommender_for(bundle, dataset)
    offset = fit_book_offset(
        recommender, fitted, chosen.weights, reader_age_bands(dataset), rows, _CANDIDATES, seed
    )
    return replace(
        bundle,
        frozen_statistics=replace(
            bundle.frozen_statistics, book_offset=offset, author_price=chosen.weights.discovery
        ),
        manifest=bundle.manifest | {"list_weights": chosen.as_plain()},
    )
