"""Opens ``.keras`` and ``.h5`` files made elsewhere, without running code in them.

`model_file` checks the file. Only then Keras builds the model and loads the weights.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import h5py
import keras

from bookrec.offline.external.archive.keras_config import RefusedConfig
from bookrec.offline.external.archive.model_file import ADVICE, CheckedFile, checked_file
from bookrec.offline.runtime.untyped import KerasModel


@dataclass(frozen=True)
class Archive:
    """A model file and its model."""

    model: KerasModel
    """A functional or sequential model."""
    path: Path
    digest: str
    """SHA-256 of the file."""


def open_archive(path: Path, casts: Mapping[str, str] | None = None) -> Archive:
    """Open a model file.

    Args:
        path: a ``.keras`` archive or an HDF5 file.
        casts: Lambda layer → dtype that the user declares it casts to; other Lambdas are refused.

    Raises:
        ModelError: the file is missing, damaged, unsafe, or names a layer that is not on the list
            (`allowed_layers`).
    """
    with checked_file(path, casts) as checked:
        model = _load_model(checked)
    return Archive(model, path, checked.digest)


def _load_model(checked: CheckedFile) -> KerasModel:
    try:
        with (
            warnings.catch_warnings()
        ):  # that a mask ends at a Flatten, which is how it was trained
            warnings.simplefilter("ignore")
            model = keras.saving.deserialize_keras_object(checked.config, safe_mode=True)
            _check_order(model, checked.weights)
            model.load_weights(checked.weights)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, RuntimeError) as error:
        written = checked.keras_version
        by = f", and Keras {written} wrote it" if written else ""
        raise RefusedConfig(
            f"cannot be loaded by Keras {keras.__version__} ({_cause(error)}){by}",
            f"open it where it was made with Keras 3, and {ADVICE}",
        ) from error
    return model


def _check_order(model: KerasModel, weights: Path) -> None:
    """Check that the weights of an HDF5 model come in the order of the layers.

    Keras goes by the order alone, and would give layers of one shape each other's weights.
    """
    with h5py.File(weights, "r") as file:
        group = file.get("model_weights")
        if group is None:  # a .keras archive has a path for each layer
            return
        names = [_text(name) for name in group.attrs.get("layer_names", [])]
        written = [name for name in names if len(group[name].attrs.get("weight_names", []))]
    expected = [layer.name for layer in model.layers if layer.weights]
    if sorted(written) == sorted(expected) and written != expected:
        raise ValueError("its layers are in another order than their weights")


def _text(name: bytes | str) -> str:
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name)


def _cause(error: Exception) -> str:
    """Return the innermost reason of an error of Keras, which repeats it for every level."""
    text = str(error).rpartition("Exception encountered: ")[2]
    return next(iter(text.splitlines()), type(error).__name__)[:200]
