"""The manifest of a new bundle."""

from __future__ import annotations

import platform
import secrets
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import keras
import numpy as np
import tensorflow as tf

from bookrec import __version__
from bookrec.files import utc_now
from bookrec.json_types import JsonObject
from bookrec.offline.data.dataset import Dataset

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def new_manifest(
    preset: str,
    seed: int,
    dataset: Dataset,
    settings: DataclassInstance,
    metrics: JsonObject,
    **more: JsonObject,
) -> JsonObject:
    """Write the manifest of a new bundle, with a new model id.

    Args:
        preset: Preset of the ranker, or the name of its origin.
        seed: Seed of the training.
        dataset: Data set that the bundle is fitted to.
        settings: Settings of the training or the import; all fields are recorded.
        metrics: Validation figures.
        **more: Further keys.
    """
    now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    return {
        "model_id": f"{preset}-{now}-{secrets.token_hex(3)}",
        "preset": preset,
        "seed": seed,
        "created_at": utc_now(),
        "dataset_id": dataset.dataset_id,
        "dataset_digest": dataset.digest,
        "sample": bool(dataset.manifest.get("sample", False)),
        "settings": asdict(settings),
        "metrics": metrics,
        **more,
        "versions": {
            "bookrec": __version__,
            "python": platform.python_version(),
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
            "numpy": np.__version__,
        },
    }
