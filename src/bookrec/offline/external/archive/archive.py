"""Opens `.keras` and `.h5` files made elsewhere, so that nothing in them runs.

The bytes that are hashed are the bytes that are read. The configuration is checked and written anew
(`archive.keras_config`), the weights are looked through
(`archive.weights_file`), and only then Keras builds the model of the one and loads
the other. Compile settings, optimizer and assets are never read.
"""

from __future__ import annotations

import stat
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

import h5py
import keras

from bookrec.errors import ModelError
from bookrec.files import digest_of_file
from bookrec.offline.external.archive.keras_config import RefusedConfig, checked_config
from bookrec.offline.external.archive.weights_file import RefusedWeights, check_weights

SUFFIXES: Final = (".keras", ".h5", ".hdf5")
_CONFIG: Final = "config.json"
_WEIGHTS: Final = "model.weights.h5"
_LARGEST_CONFIG: Final = 64 * 2**20
_EXPANSION: Final = 20
_SMALL_BYTES: Final = 64 * 2**20
_ADVICE: Final = "save the model again with model.save('model.keras')"


@dataclass(frozen=True)
class Archive:
    """A model, opened."""

    model: Any
    """A functional or sequential Keras model."""
    path: Path
    digest: str
    """SHA-256 of the file."""


def open_archive(path: Path, casts: Mapping[str, str] | None = None) -> Archive:
    """Open a model file.

    Args:
        casts: Lambda layer → what it is declared to cast to; other Lambdas are refused.

    Raises:
        ModelError: it is missing, damaged, unsafe, or names a layer that is not on the list
            (`archive.allowed_layers`).
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
            made = checked_config(config, casts or {})
            _check_size(weights, made)
            model = _built(made, weights)
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
    """The configuration in a `.keras` archive; its weights are written to ``weights``."""
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


def _check_size(weights: Path, config: dict[str, Any]) -> None:
    """Look through the weights, and refuse layers that claim more numbers than there are."""
    with h5py.File(weights, "r") as file:
        numbers = check_weights(file, weights.stat().st_size)
    for layer in _layers(config):
        settings = layer.get("config", {})
        asked = settings.get("units") or 0
        if layer["class_name"] == "Embedding":
            asked = settings.get("input_dim", 0) * settings.get("output_dim", 0)
        if not isinstance(asked, int) or asked > numbers:
            name = settings.get("name")
            raise RefusedConfig(f"has a layer {name!r} larger than its file of weights", _ADVICE)


def _layers(config: Any) -> list[dict[str, Any]]:
    """Every layer of a checked configuration, also those of models inside it."""
    found: list[dict[str, Any]] = []
    for layer in config["config"].get("layers", []):
        found.append(layer)
        if "layers" in layer.get("config", {}):
            found += _layers(layer)
    return found


def _built(config: dict[str, Any], weights: Path) -> Any:
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
