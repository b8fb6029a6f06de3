"""Preset ``default``: a listwise ranker that knows readers by their histories.

The ranker trains on the scores of retrievers that are fitted without its targets. Each round hides a
share of every reader's interactions. The similarity tables are fitted once per fold of the readers,
without the hidden interactions of these readers only, so that they stay close to the serving ones.

The ranker predicts an interaction and a rating apart; `ranking.list_weights` joins both.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.inference.history import is_positive
from bookrec.inference.recommender import Recommender
from bookrec.offline.compile.compile_ranker import compile_ranker
from bookrec.offline.data.histories import readers_at
from bookrec.offline.data.interactions import by_reader
from bookrec.offline.data.splitting import ranker_targets
from bookrec.offline.ranking.default_architecture import (
    build_default,
    rating_model,
    set_list_weights,
)
from bookrec.offline.ranking.distillation import distil
from bookrec.offline.ranking.listwise_groups import make_groups
from bookrec.offline.ranking.platt import calibrate
from bookrec.offline.ranking.ranker_settings import RankerSettings
from bookrec.offline.ranking.scored_candidates import ratings_of_ranker, score_candidates
from bookrec.offline.ranking.train_listwise import ListwiseFold, scaling_of, train_ranker
from bookrec.offline.retrieval.fit_retrievers import fit_towers
from bookrec.offline.retrieval.two_tower import Towers
from bookrec.offline.training.calibration import Calibration
from bookrec.offline.training.presets import Preset, TrainedRanker
from bookrec.offline.training.run import TrainingRun


class DefaultPreset(Preset):
    """Listwise Wide & Deep ranker, distilled from gradient-boosted trees on sparse data."""

    def train(self, run: TrainingRun) -> TrainedRanker:
        """See `Preset.train`."""
        settings = run.settings.ranker.for_density(run.interactions_per_reader)
        folds = [
            fold for number in range(settings.rounds) for fold in _round(run, settings, number)
        ]
        groups = sum(len(fold.groups.books) for fold in folds)
        run.progress(f"ranker on {groups:,} groups of {settings.group_size} books")
        seed = run.settings.seed
        if settings.trees:
            run.progress("trees that the ranker is distilled from")
            folds = distil(folds, settings.folds, settings.trees, seed)
        model = build_default(run.encoding.vocabularies, scaling=scaling_of(folds))
        train_ranker(model, folds, settings, seed)
        return TrainedRanker(model, run.fit_known())

    def calibrate(
        self, run: TrainingRun, ranker: TrainedRanker, recommender: Recommender, readers: Ints
    ) -> Calibration:
        """See `Preset.calibrate`; see `ranking.list_weights` and `ranking.platt`."""
        if not len(readers):
            return Calibration()
        ratings = compile_ranker(rating_model(ranker.model), ranker.known.features)
        candidates = score_candidates(
            recommender,
            readers_at(run.known, run.age_bands, readers),
            run.settings.candidates,
            ratings_of_ranker(recommender, ratings),
        )
        held_out = run.held_out_from(readers)
        popularity = ranker.known.features.popularity
        weights, curve = run.choose_list_weights(candidates, held_out, popularity)
        set_list_weights(ranker.model, weights.rating, weights.popularity)
        positive = held_out[is_positive(held_out.rating)]
        start = by_reader(positive, len(readers))
        calibrate(
            ranker.model,
            [weights.logits(reader, popularity) for reader in candidates],
            [
                np.isin(reader.books, positive.book_idx[start[place] : start[place + 1]])
                for place, reader in enumerate(candidates)
            ],
        )
        return Calibration(list_weights=weights, curve=curve)


def _round(run: TrainingRun, settings: RankerSettings, number: int) -> Iterator[ListwiseFold]:
    """Hide some interactions of every reader, and build the groups of each fold of the readers."""
    hidden = ranker_targets(run.known, settings.target_share, run.rng)
    fold_of = run.rng.integers(0, settings.folds, run.dataset.n_readers)
    run.progress(f"towers for the ranker's groups, round {number + 1} of {settings.rounds}")
    shown = run.known[~hidden]
    features = run.encoding.features(shown).features
    towers = fit_towers(
        run.encoding, shown, features, run.settings.towers, run.settings.seed, "history"
    )
    for fold in range(settings.folds):
        targets = hidden & (fold_of[run.known.reader_idx] == fold)
        if targets.any():
            label = f"fold {fold + 1} of {settings.folds}"
            run.progress(f"similarity tables for the ranker's groups, {label}")
            yield _fold(run, settings, targets, towers, label)


def _fold(
    run: TrainingRun,
    settings: RankerSettings,
    targets: NDArray[np.bool_],
    towers: Towers,
    label: str,
) -> ListwiseFold:
    """Build the groups of ``targets``, a mask of the known interactions, from all others."""
    past = run.fit(run.known[~targets], label, towers)
    groups = make_groups(
        past.interactions,
        run.known[targets],
        past.retrieval,
        run.age_bands,
        settings,
        run.settings.seed,
        label=label,
    )
    return ListwiseFold(groups, past.features)


DEFAULT: Final = DefaultPreset()
