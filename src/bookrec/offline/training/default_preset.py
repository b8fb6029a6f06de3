"""Preset ``default``: a listwise ranker that knows readers by their histories.

The ranker trains on the scores of retrievers that are fitted without its targets. Each round hides a
share of every reader's interactions. The similarity tables are fitted once per fold of the readers,
without the hidden interactions of these readers only, so that they stay close to the serving ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.offline.data.splitting import ranker_targets
from bookrec.offline.ranking.architectures import build_default
from bookrec.offline.ranking.listwise_groups import make_groups
from bookrec.offline.ranking.platt import calibrate
from bookrec.offline.ranking.ranker_settings import RankerSettings
from bookrec.offline.ranking.teachers.distillation import distil
from bookrec.offline.ranking.train_listwise import ListwiseFold, scaling_of, train_ranker
from bookrec.offline.retrieval.fit_retrievers import fit_towers
from bookrec.offline.retrieval.two_tower import Towers
from bookrec.offline.training.calibration import CalibrationSample
from bookrec.offline.training.presets import Preset, TrainedRanker
from bookrec.offline.training.run import TrainingRun
from bookrec.offline.training.validation import Metrics


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
            folds = distil(folds, settings.folds, settings.trees, seed, settings.liking)
        run.progress("training of the ranker")
        model = build_default(run.encoding.vocabularies, scaling=scaling_of(folds))
        train_ranker(model, folds, settings, seed)
        return TrainedRanker(model, run.fit_known())

    def calibrate(
        self,
        run: TrainingRun,  # noqa: ARG002
        ranker: TrainedRanker,
        sample: CalibrationSample,
    ) -> tuple[float, dict[str, Metrics]]:
        """See `Preset.calibrate`; Platt scaling, see `ranking.platt`."""
        if not len(sample.candidates):
            return 1.0, {}
        scale, _ = calibrate(ranker.model, sample.logits(), list(sample.positive()))
        return scale, {}


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
