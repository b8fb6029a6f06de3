"""Training settings behind the name of a model."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Final, TypeVar

from bookrec.errors import ModelError
from bookrec.json_types import JsonObject
from bookrec.offline.evaluation.pipeline.imported_models import ImportedRanker
from bookrec.offline.models.bundle.bundle_files import origin_class, origin_name, read_manifest
from bookrec.offline.training.presets import PRESETS, preset_named
from bookrec.offline.training.train_settings import TrainSettings
from bookrec.settings import Home

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

AnySettings = TypeVar("AnySettings", bound="DataclassInstance")

_RENAMED: Final = {
    "targets_together": "multi_positive_targets",
    "steps_together": "multi_positive_steps",
    "epochs_together": "multi_positive_epochs",
    "learning_rate_together": "multi_positive_learning_rate",
    "together": "multi_positive",
}
"""Names of settings in older manifests → today's."""


def training_settings(
    home: Home, name: str, seed: int, *, quick: bool
) -> TrainSettings | ImportedRanker:
    """Find the settings of a preset, of a variant of one, or of a model that was trained here.

    A bundle trained on everything has seen the test part, so its settings are trained again on the
    known part. An imported model cannot be trained again: it is measured as it is.

    Raises:
        ModelError: the model was not trained here, so nothing says how to train it again.
    """
    if name in PRESETS:
        settings = TrainSettings(preset=name, seed=seed)
    elif (variant := _variant(name, seed)) is not None:
        settings = variant
    else:
        manifest = read_manifest(home, name)
        if not origin_class(origin_name(manifest)).trainable:
            return ImportedRanker(home, name, seed, quick)
        settings = _recorded(manifest, name)
    return _shortened(settings) if quick else settings


def _variant(name: str, seed: int) -> TrainSettings | None:
    """Settings of a variant of a preset; None where no preset has a variant of this name."""
    for preset in PRESETS:
        if (change := preset_named(preset).variants.get(name)) is not None:
            return change(TrainSettings(preset=preset, seed=seed))
    return None


def _recorded(manifest: JsonObject, name: str) -> TrainSettings:
    recorded = manifest.get("settings")
    if not isinstance(recorded, dict) or "preset" not in recorded:
        raise ModelError(
            f"Model {name!r} was not trained by 'bookrec train', so it cannot be trained again on a "
            "part of the data, and what it has seen is not known; evaluate a preset instead."
        )
    return _filled(TrainSettings(), recorded)


def _filled(settings: AnySettings, recorded: JsonObject) -> AnySettings:
    """Fill settings with recorded values, nested ones too; settings no longer known are left out."""
    recorded = {_RENAMED.get(name, name): value for name, value in recorded.items()}
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
