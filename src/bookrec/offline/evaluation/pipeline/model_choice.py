"""Which training settings stand behind the name of a model."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, Final

from bookrec.errors import ModelError
from bookrec.offline.evaluation.pipeline.imported_models import ImportedRanker
from bookrec.offline.models.bundle.bundle import IMPORTED, read_manifest
from bookrec.offline.ranking.train_classic import ClassicSettings
from bookrec.offline.training.train import TrainSettings
from bookrec.settings import Home

PRESETS: Final = ("default", "classic")
WITHOUT_CASTS: Final = "classic-weights"
"""Preset ``classic`` with a weight per id instead of ids cast to float: only ever measured."""


def training_settings(
    home: Home, name: str, seed: int, *, quick: bool
) -> TrainSettings | ImportedRanker:
    """The settings of a preset, or those a model of ours was trained with.

    A bundle that was trained on everything has seen the test part, so it is never measured itself:
    its settings are trained again on the known part. An imported one cannot be: it is measured as it
    is.

    Raises:
        ModelError: the model was not trained here, so nothing says how to train it again.
    """
    if name in PRESETS:
        settings = TrainSettings(preset="classic" if name == "classic" else "default", seed=seed)
    elif name == WITHOUT_CASTS:
        weights = ClassicSettings(weight_per_id=True)
        settings = TrainSettings(preset="classic", seed=seed, classic=weights)
    else:
        manifest = read_manifest(home, name)
        if manifest["preset"] == IMPORTED:
            return ImportedRanker(home, name, seed, quick)
        settings = _recorded(manifest, name)
    return _shortened(settings) if quick else settings


def _recorded(manifest: dict[str, Any], name: str) -> TrainSettings:
    recorded = manifest.get("settings")
    if not isinstance(recorded, dict) or "preset" not in recorded:
        raise ModelError(
            f"Model {name!r} was not trained by 'bookrec train', so it cannot be trained again on a "
            "part of the data, and what it has seen is not known; evaluate a preset instead."
        )
    return _filled(TrainSettings(), recorded)


def _filled(settings: Any, recorded: dict[str, Any]) -> Any:
    """Settings with recorded values, nested ones too; those no longer known are left out."""
    values = {}
    for field in fields(settings):
        if field.name in recorded:
            old, new = getattr(settings, field.name), recorded[field.name]
            values[field.name] = _filled(old, new) if isinstance(new, dict) else new
    return replace(settings, **values)


def _shortened(settings: TrainSettings) -> TrainSettings:
    return replace(
        settings,
        candidates=300,
        validation_readers=50,
        towers=replace(settings.towers, epochs=1, steps=250),
        ranker=replace(
            settings.ranker,
            epochs=1,
            multi_positive_epochs=1,
            steps=120,
            trees=20,
            candidates=300,
            batch_size=32,
            rounds=1,
        ),
        classic=replace(settings.classic, epochs=2),
    )
