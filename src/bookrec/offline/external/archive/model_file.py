"""Checks ``.keras`` and ``.h5`` files made elsewhere, without Keras and without running code in them.

`keras_config` checks the configuration and writes it anew, `weights_file` checks the weights. Compile
settings, optimizer and assets are never read. A file that changes while it is read is refused.
"""

from __future__ import annotations

import contextlib
import json
import stat
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

import h5py

from bookrec.errors import ModelError
from bookrec.files import digest_of_file
from bookrec.json_types import JsonObject
from bookrec.offline.external.archive.keras_config import RefusedConfig, checked_config
from bookrec.offline.external.archive.weights_file import RefusedWeights, check_weights
from bookrec.offline.external.archive.whole_files import broken_file

SUFFIXES: Final = (".keras", ".h5", ".hdf5")
"""Suffixes of model files."""
WEIGHTS_SUFFIXES: Final = (".weights.h5", ".weights.hdf5")
"""Ends of the names of files of weights without a model."""
ADVICE: Final = "save the model again with model.save('model.keras')"
_CONFIG: Final = "config.json"
_METADATA: Final = "metadata.json"
_WEIGHTS: Final = "model.weights.h5"
_LARGEST_CONFIG: Final = 64 * 2**20
"""Most bytes of a configuration."""
_EXPANSION: Final = 20
"""Largest ratio of an archive's unpacked to its packed size."""
_SMALL_BYTES: Final = 64 * 2**20
"""Unpacked size below which the ratio does not matter."""


@dataclass(frozen=True)
class CheckedFile:
    """A model file whose configuration and weights were checked."""

    config: JsonObject
    """Configuration, written anew for Keras 3."""
    weights: Path
    """HDF5 file of the weights; it exists as long as the block of `checked_file`."""
    digest: str
    """SHA-256 of the model file."""
    keras_version: str
    """Version of Keras that wrote the file; "" if it does not say."""


def check_file(path: Path, casts: Mapping[str, str] | None = None) -> JsonObject:
    """Check a model file before Keras is loaded; arguments and errors as those of `checked_file`.

    Returns:
        Its configuration, written anew for Keras 3.
    """
    with checked_file(path, casts) as checked:
        return checked.config


@contextlib.contextmanager
def checked_file(path: Path, casts: Mapping[str, str] | None = None) -> Iterator[CheckedFile]:
    """Check a model file, for a block that reads it.

    Args:
        path: a ``.keras`` archive or an HDF5 file.
        casts: Lambda layer → dtype that the user declares it casts to; other Lambdas are refused.

    Raises:
        ModelError: the file is missing, damaged, unsafe, or names a layer that is not on the list
            (`allowed_layers`).
    """
    try:
        if fault := broken_file(path):
            raise ModelError(f"{path} {fault}.")
        digest = digest_of_file(path)
        with tempfile.TemporaryDirectory(prefix="bookrec-") as directory:
            copy = Path(directory) / "model.weights.h5"
            config: str | bytes
            if zipfile.is_zipfile(path):
                (config, version), weights = _unpack(path, copy), copy
            elif h5py.is_hdf5(path):
                (config, version), weights = _config_of_h5(path), Path(directory) / "model.h5"
                # Keras goes by the suffix, and Keras 2.12 writes HDF5 into a file named .keras.
                weights.symlink_to(path.resolve())
            else:
                raise RefusedConfig("is neither a .keras archive nor an HDF5 file", ADVICE)
            checked = checked_config(config, casts or {}, version)
            _check_size(weights, checked)
            yield CheckedFile(checked, weights, digest, version)
        if digest_of_file(path) != digest:
            raise RefusedConfig("changed while it was read", "import it again")
    except RefusedConfig as refusal:
        raise ModelError(f"{path} {refusal.what}; {refusal.advice}.") from refusal
    except RefusedWeights as refusal:
        raise ModelError(f"{path} cannot be trusted: it {refusal}; {ADVICE}.") from refusal
    except (OSError, zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise ModelError(f"{path} cannot be read ({error}); {ADVICE}.") from error


def _unpack(path: Path, weights: Path) -> tuple[bytes, str]:
    """Return the configuration and version of a ``.keras`` archive; write its weights to a file."""
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        room = max(_SMALL_BYTES, _EXPANSION * path.stat().st_size)
        for member in members:
            _check_member(member)
        names = [member.filename for member in members]
        for needed in (_CONFIG, _WEIGHTS):
            if names.count(needed) != 1:
                raise RefusedConfig(f"has {names.count(needed)} members named {needed}", ADVICE)
        if sum(member.file_size for member in members) > room:
            raise RefusedConfig("is an archive of far more than its own size", ADVICE)
        if archive.getinfo(_CONFIG).file_size > _LARGEST_CONFIG:
            raise RefusedConfig("has a configuration of more than 64 MiB", ADVICE)
        with archive.open(_WEIGHTS) as source, weights.open("wb") as target:
            while block := source.read(2**20):
                target.write(block)
                if target.tell() > room:
                    raise RefusedConfig("is an archive of far more than its own size", ADVICE)
        return archive.read(_CONFIG), _version(archive)


def _version(archive: zipfile.ZipFile) -> str:
    """Return the version of Keras that wrote an archive; "" if it does not say."""
    try:
        member = archive.getinfo(_METADATA)
        content = json.loads(archive.read(_METADATA)) if member.file_size < 2**16 else None
    except (KeyError, ValueError, RecursionError):
        return ""
    version = content.get("keras_version") if isinstance(content, dict) else None
    return version[:20] if isinstance(version, str) else ""


def _check_member(member: zipfile.ZipInfo) -> None:
    name = member.filename
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in name or "\\" in name:
        raise RefusedConfig(
            f"has a member that leaves the archive, {name!r}", "do not use this file"
        )
    if stat.S_ISLNK(member.external_attr >> 16):
        raise RefusedConfig(f"has a link as a member, {name!r}", "do not use this file")


def _config_of_h5(path: Path) -> tuple[str | bytes, str]:
    """Return the configuration of an HDF5 file and the version of Keras that wrote it."""
    with h5py.File(path, "r") as file:
        config = file.attrs.get("model_config")
        if not isinstance(config, str | bytes) or "model_weights" not in file:
            raise RefusedConfig("holds weights without a model", ADVICE)
        version = file.attrs.get("keras_version")
        version = version.decode("utf-8", "replace") if isinstance(version, bytes) else version
        if len(config) > _LARGEST_CONFIG:
            raise RefusedConfig("has a configuration of more than 64 MiB", ADVICE)
        return config, version[:20] if isinstance(version, str) else ""


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
            raise RefusedConfig(f"has a layer {name!r} larger than its file of weights", ADVICE)


def _layers(config: JsonObject) -> list[JsonObject]:
    """Layers of a checked configuration, including those of nested models."""
    layers: list[JsonObject] = []
    for layer in config["config"].get("layers", []):
        layers.append(layer)
        if "layers" in layer.get("config", {}):
            layers += _layers(layer)
    return layers
