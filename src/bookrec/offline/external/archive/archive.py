"""Opens ``.keras`` and ``.h5`` files made elsewhere, without running code in them.

`keras_config` checks the configuration and writes it anew, `weights_file` checks the weights. Only
then Keras builds the model and loads the weights. Compile settings, optimizer and assets are never
read. A file that changes between hashing and reading is refused.
"""

from __future__ import annotations

import stat
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

import h5py
import keras

from bookrec.errors import ModelError
from bookrec.files import digest_of_file
from bookrec.json_types import JsonObject
from bookrec.offline.external.archive.keras_config import RefusedConfig, checked_config
from bookrec.offline.external.archive.weights_file import RefusedWeights, check_weights
from bookrec.offline.runtime.untyped import KerasModel

SUFFIXES: Final = (".keras", ".h5", ".hdf5")
_CONFIG: Final = "config.json"
_WEIGHTS: Final = "model.weights.h5"
_LARGEST_CONFIG: Final = 64 * 2**20
"""Most bytes of a configuration."""
_EXPANSION: Final = 20
"""Largest ratio of an archive's unpacked to its packed size."""
_SMALL_BYTES: Final = 64 * 2**20
"""Unpacked size below which the ratio does not matter."""
_ADVICE: Final = "save the model again with model.save('model.keras')"


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
    try:
        digest = digest_of_file(path)
        with tempfile.TemporaryDirectory(prefix="bookrec-") as directory:
            copy = Path(directory) / "model.weights.h5"
            if zipfile.is_zipfile(path):
                config: str | bytes = _unpack(path, copy)
                weights = copy
            elif h5py.is_hdf5(path):
                config, weights = _config_of_h5(path), path
            else:
                raise RefusedConfig("is neither a .keras archive nor an HDF5 file", _ADVICE)
            checked = checked_config(config, casts or {})
            _check_size(weights, checked)
            model = _load_model(checked, weights)
        if digest_of_file(path) != digest:
            raise RefusedConfig("changed while it was read", "import it again")
    except RefusedConfig as refusal:
        raise ModelError(f"{path} {refusal.what}; {refusal.advice}.") from refusal
    except RefusedWeights as refusal:
        raise ModelError(f"{path} cannot be trusted: it {refusal}; {_ADVICE}.") from refusal
    except (OSError, zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise ModelError(f"{path} cannot be read ({error}); {_ADVICE}.") from error
    return Archive(model, path, digest)


def _unpack(path: Path, weights: Path) -> bytes:
    """Return the configuration in a ``.keras`` archive; write its weights to ``weights``."""
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        room = max(_SMALL_BYTES, _EXPANSION * path.stat().st_size)
        for member in members:
            _check_member(member)
        names = [member.filename for member in members]
        for needed in (_CONFIG, _WEIGHTS):
            if names.count(needed) != 1:
                raise RefusedConfig(f"has {names.count(needed)} members named {needed}", _ADVICE)
        if sum(member.file_size for member in members) > room:
            raise RefusedConfig("is an archive of far more than its own size", _ADVICE)
        if archive.getinfo(_CONFIG).file_size > _LARGEST_CONFIG:
            raise RefusedConfig("has a configuration of more than 64 MiB", _ADVICE)
        with archive.open(_WEIGHTS) as source, weights.open("wb") as target:
            while block := source.read(2**20):
                target.write(block)
                if target.tell() > room:
                    raise RefusedConfig("is an archive of far more than its own size", _ADVICE)
        return archive.read(_CONFIG)


def _check_member(member: zipfile.ZipInfo) -> None:
    name = member.filename
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in name or "\\" in name:
        raise RefusedConfig(
            f"has a member that leaves the archive, {name!r}", "do not use this file"
        )
    if stat.S_ISLNK(member.external_attr >> 16):
        raise RefusedConfig(f"has a link as a member, {name!r}", "do not use this file")


def _config_of_h5(path: Path) -> str | bytes:
    with h5py.File(path, "r") as file:
        config = file.attrs.get("model_config")
        if not isinstance(config, str | bytes) or "model_weights" not in file:
            raise RefusedConfig("holds weights without a model", _ADVICE)
        if len(config) > _LARGEST_CONFIG:
            raise RefusedConfig("has a configuration of more than 64 MiB", _ADVICE)
        return config


def _check_size(weights: Path, config: JsonObject) -> None:
    """Check the weights, and refuse layers that claim more numbers than the file has."""
    with h5py.File(weights, "r") as file:
        numbers = check_weights(file, weights.stat().st_size)
    for layer in _layers(config):
        settings = layer.get("config", {})
        claimed = settings.get("units") or 0
        if layer["class_name"] == "Embedding":
            claimed = settings.get("input_dim", 0) * settings.get("output_dim", 0)
        if not isinstance(claimed, int) or claimed > numbers:
            name = settings.get("name")
            raise RefusedConfig(f"has a layer {name!r} larger than its file of weights", _ADVICE)


def _layers(config: JsonObject) -> list[JsonObject]:
    """Layers of a checked configuration, including those of nested models."""
    layers: list[JsonObject] = []
    for layer in config["config"].get("layers", []):
        layers.append(layer)
        if "layers" in layer.get("config", {}):
            layers += _layers(layer)
    return layers


def _load_model(config: JsonObject, weights: Path) -> KerasModel:
    try:
        model = keras.saving.deserialize_keras_object(config, safe_mode=True)
        model.load_weights(weights)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, RuntimeError) as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise RefusedConfig(
            f"cannot be loaded by Keras {keras.__version__} ({reason[:200]})",
            f"open it where it was made with Keras 3, and {_ADVICE}",
        ) from error
    return model
