"""Preset ``classic``: the ranker common in notebooks, which knows readers by id.

It predicts whether an interaction is explicit, i.e. has a rating.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bookrec.arrays import Floats
from bookrec.offline.compile.compile_ranker import user_rows
from bookrec.offline.ranking.architectures import build_classic
from bookrec.offline.ranking.fold_in_fit import fit_fold_in
from bookrec.offline.ranking.train_classic import classic_inputs, refit_classic, train_classic
from bookrec.offline.retrieval.fit_retrievers import FittedRetrievers
from bookrec.offline.training.calibration import CalibrationSample
from bookrec.offline.training.presets import Preset, TrainedRanker
from bookrec.offline.training.run import TrainingRun
from bookrec.offline.training.train_settings import TrainSettings
from bookrec.offline.training.validation import Metrics, explicit_metrics


def _weight_per_id(settings: TrainSettings) -> TrainSettings:
    """Give the wide part a weight per id instead of ids cast to float."""
    return replace(settings, classic=replace(settings.classic, weight_per_id=True))


class ClassicPreset(Preset):
    """Wide & Deep over id embeddings that are target encodings."""

    predicts = "explicit rating"
    measures_parts = False
    needs_ratings = True
    variants = {"classic-weights": _weight_per_id}  # noqa: RUF012

    def train(self, run: TrainingRun) -> TrainedRanker:
        """See `Preset.train`."""
        known = run.fit_known()
        settings = run.settings.classic
        model = build_classic(run.encoding.vocabularies, weight_per_id=settings.weight_per_id)
        run.progress(f"ranker on {len(run.known):,} interactions")
        train_classic(
            model,
            run.known,
            run.user_codes,
            known.features,
            run.age_bands,
            settings,
            run.settings.seed,
        )
        return TrainedRanker(model, known, user_rows(model, run.user_codes))

    def calibrate(
        self,
        run: TrainingRun,
        ranker: TrainedRanker,
        sample: CalibrationSample,  # noqa: ARG002
    ) -> tuple[float, dict[str, Metrics]]:
        """See `Preset.calibrate`; measures the prediction of explicit ratings, changes nothing."""
        if not len(run.held_out):
            return 1.0, {}
        inputs = classic_inputs(run.held_out, run.user_codes, ranker.known.features, run.age_bands)
        predicted = ranker.model.predict(inputs, batch_size=16384, verbose=0)[:, 0]
        explicit = explicit_metrics(predicted, run.known, run.held_out)
        return 1.0, {f"explicit {name}": row for name, row in explicit.items()}

    def fold_in(
        self, run: TrainingRun, fitted: FittedRetrievers, rows: Floats | None
    ) -> tuple[Floats, Floats]:
        """See `Preset.fold_in`; leaves out ids used as plain numbers, whose mean is meaningless."""
        assert rows is not None
        raw_ids = 0 if run.settings.classic.weight_per_id else 1
        embeddings = rows[:, : rows.shape[1] - raw_ids]
        return fit_fold_in(embeddings, fitted.interactions, run.dataset.n_books)

    def refit(
        self, run: TrainingRun, ranker: TrainedRanker, final: FittedRetrievers
    ) -> TrainedRanker:
        """See `Preset.refit`.

        The scaler of the training part stays with the network, whose inputs it scaled.
        """
        refit_classic(ranker.model, run.interactions, run.user_codes, final.features, run.age_bands)
        rows = user_rows(ranker.model, run.user_codes)
        return TrainedRanker(ranker.model, replace(final, scaler=ranker.known.scaler), rows)


CLASSIC: Final = ClassicPreset()
