"""Finds models, encoders, scalers and word vectors in a directory, whatever the files' names."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from bookrec.errors import ModelError
from bookrec.files import digest_of_file
from bookrec.json_types import JsonValue
from bookrec.offline.external.archive.model_file import SUFFIXES, WEIGHTS_SUFFIXES
from bookrec.offline.external.archive.whole_files import broken_file
from bookrec.offline.external.artifacts.encoder import Encoder, label_text
from bookrec.offline.external.artifacts.map_readings import readings_of_map
from bookrec.offline.external.artifacts.naming import is_column_list_name
from bookrec.offline.external.pickles.machine.read import read_pickle_file
from bookrec.offline.external.pickles.objects.records import (
    CategoriesRecord,
    IndexRecord,
    LabelEncoderRecord,
    ScalerRecord,
    SeriesRecord,
    WordVectorsRecord,
)
from bookrec.offline.external.pickles.objects.values import PickleValue

_PICKLES: Final = (".pkl", ".pickle", ".joblib", ".model", ".kv", ".wv", ".w2v", ".bin", ".gz")
_LARGEST_JSON: Final = 256 * 2**20
_MOST_FILES: Final = 1000

INVERTED: Final = "inverted"
"""Last key in the name of a map's second reading, in which its keys are the codes."""

PartValue = Encoder | ScalerRecord | WordVectorsRecord
"""An encoder, a scaler or word vectors."""


@dataclass(frozen=True)
class Part:
    """An encoder, a scaler or word vectors, with the name that mapping files use."""

    name: str
    """Path below the directory; ``file:key`` for a part of a file with several."""
    value: PartValue
    columns: tuple[str, ...] = ()
    """Column names of a scaler, from the scaler or a list beside it; empty if not known."""


@dataclass
class Sources:
    """Contents of a directory."""

    directory: Path
    models: list[Path] = field(default_factory=list)
    """Model files."""
    parts: dict[str, Part] = field(default_factory=dict)
    """Parts by name."""
    unread: dict[str, str] = field(default_factory=dict)
    """Unreadable file → reason."""
    broken: dict[str, str] = field(default_factory=dict)
    """File of `unread` that is a Git LFS pointer, empty or cut off → the sentence about it."""
    ignored: list[str] = field(default_factory=list)
    """Files without a part, files of weights without a model among them."""
    digests: dict[str, str] = field(default_factory=dict)
    """File → SHA-256, for every file that was read."""
    _columns: list[tuple[str, ...]] = field(default_factory=list)
    """Lists of column names in the files."""

    def file_of(self, part: str) -> str:
        """Return the file that holds a part."""
        return part.partition(":")[0]


def find_sources(directory: Path) -> Sources:
    """Read all files in a directory and below it; pickles are read without running code in them.

    Raises:
        ModelError: it is no directory, or holds more than 1,000 files.
    """
    if not directory.is_dir():
        raise ModelError(f"{directory} is no directory; name the one with the model and its files.")
    files = sorted(path for path in directory.rglob("*") if path.is_file())
    if len(files) > _MOST_FILES:
        raise ModelError(
            f"{directory} holds {len(files):,} files; put the model and its files into a directory of "
            "their own."
        )
    sources = Sources(directory)
    for path in files:
        _take(sources, path)
    _name_scaler_columns(sources)
    return sources


def _take(sources: Sources, path: Path) -> None:
    name = path.relative_to(sources.directory).as_posix()
    suffix = path.suffix.lower()
    if suffix in SUFFIXES and not path.name.lower().endswith(WEIGHTS_SUFFIXES):
        sources.models.append(path)
        return
    if suffix not in (*_PICKLES, ".json"):
        sources.ignored.append(name)
        return
    try:
        if fault := broken_file(path):
            sources.unread[name] = sources.broken[name] = f"{path} {fault}."
            return
        value = _json(path) if suffix == ".json" else read_pickle_file(path)
    except ModelError as error:
        sources.unread[name] = str(error)
        return
    except OSError as error:
        sources.unread[name] = f"{path} cannot be read ({error.strerror}); copy it again."
        return
    sources.digests[name] = digest_of_file(path)
    parts = list(_parts(value, ""))
    columns = list(_column_names(value, path.stem))
    sources._columns += columns
    for key, part in parts:
        full = f"{name}:{key}" if key else name
        sources.parts[full] = Part(full, part)
    if not parts and not columns:
        sources.ignored.append(name)


def _json(path: Path) -> JsonValue:
    try:
        if path.stat().st_size > _LARGEST_JSON:
            raise ModelError(f"{path} has more than 256 MiB; save large tables as arrays.")
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{path} cannot be read as JSON ({error}); save it again.") from error


def _parts(value: PickleValue, key: str) -> Iterator[tuple[str, PartValue]]:
    """Yield every part inside a value with the path of keys that leads to it."""
    if isinstance(value, ScalerRecord | WordVectorsRecord):
        yield key, value
    elif isinstance(value, CategoriesRecord):
        names = value.feature_names or tuple(map(str, range(len(value.categories))))
        if value.kind == "ordinal":
            for name, labels in zip(names, value.categories, strict=True):
                yield _joined(key, name), Encoder.of_labels(labels.tolist())
    elif (readings := _readings(value)) is not None:
        yield from zip((key, _joined(key, INVERTED)), readings, strict=False)
    elif (encoder := _encoder(value, key)) is not None:
        yield key, encoder
    elif isinstance(value, dict | list | tuple):
        items: Iterable[tuple[PickleValue, PickleValue]]
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for item_key, inner in items:
            if isinstance(inner, dict | list | tuple) and key.count(":") > 2:
                continue
            yield from _parts(inner, _joined(key, str(item_key)))


def _joined(key: str, name: str) -> str:
    return f"{key}:{name}" if key else name


def _readings(value: PickleValue) -> list[Encoder] | None:
    """Convert a dict to the encoders that it can be read as; None for other values and dicts."""
    if isinstance(value, SeriesRecord):
        value = dict(zip(list(value.index.values), value.values.tolist(), strict=True))
    return readings_of_map(value) or None if isinstance(value, dict) else None


def _encoder(value: PickleValue, key: str) -> Encoder | None:
    """Convert a LabelEncoder or a list of labels to an encoder; None for other values."""
    if isinstance(value, LabelEncoderRecord):
        return Encoder.of_labels(value.classes.tolist())
    if isinstance(value, IndexRecord):
        return Encoder.of_labels(list(value.values)) if len(value.values) > 1 else None
    if isinstance(value, np.ndarray):
        value = value.tolist() if value.ndim == 1 else None
    if isinstance(value, list | tuple) and len(value) > 1 and not is_column_list_name(key):
        plain = all(isinstance(label, str | int | float) for label in value)
        if plain and not any(isinstance(label, bool) for label in value):
            texts = {label_text(label) for label in value}
            return Encoder.of_labels(value) if len(texts) == len(value) else None
    return None


def _column_names(value: PickleValue, name: str) -> Iterator[tuple[str, ...]]:
    """Yield the lists of column names in a value, such as ``feature_columns``."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _column_names(inner, str(key)) if not isinstance(inner, dict) else ()
    elif isinstance(value, list | tuple | IndexRecord) and is_column_list_name(name):
        listed = list(value.values) if isinstance(value, IndexRecord) else list(value)
        if listed and all(isinstance(column, str) for column in listed):
            yield tuple(listed)


def _name_scaler_columns(sources: Sources) -> None:
    """Set each scaler's column names: its own, or the only list of that length beside it."""
    for name, part in sources.parts.items():
        if isinstance(part.value, ScalerRecord):
            count = part.value.feature_count
            lists = {columns for columns in sources._columns if len(columns) == count}
            columns = part.value.feature_names or (lists.pop() if len(lists) == 1 else ())
            sources.parts[name] = Part(name, part.value, columns)
