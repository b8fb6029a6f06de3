"""Files of an imported model's input plans: JSON and arrays, never pickles."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from bookrec.arrays import Array
from bookrec.json_types import JsonObject, JsonValue
from bookrec.offline.external.artifacts.encoder import Encoder
from bookrec.offline.external.mapping.input_plan import InputPlan
from bookrec.offline.external.mapping.mapping import InputMapping
from bookrec.offline.external.pickles.objects.records import ScalerRecord, WordVectorsRecord

_PLANS, _ENCODERS, _SCALERS = (
    "imported_inputs.json",
    "imported_encoders.json",
    "imported_scalers.json",
)
_ARRAYS: Final = "imported_arrays.npz"

Arrays = dict[str, Array]


def write_plans(
    directory: Path, facts: Mapping[str, JsonValue], plans: Sequence[InputPlan], arrays: Arrays
) -> None:
    """Write plans, with further facts and arrays, into ``directory`` (which exists)."""
    parts = _StoredParts.of(plans)
    arrays = dict(arrays)
    for number, plan in enumerate(plans):
        if plan.counted is not None:
            arrays[f"counted_{number}"] = plan.counted
    for name, words in parts.words.items():
        arrays[f"words_{name}"] = np.array(words.keys, dtype=np.str_)
        arrays[f"vectors_{name}"] = words.vectors
    np.savez(directory / _ARRAYS, allow_pickle=False, **arrays)
    _write(directory / _ENCODERS, {n: _encoder_out(e) for n, e in parts.encoders.items()})
    _write(directory / _SCALERS, {n: _scaler_out(s) for n, s in parts.scalers.items()})
    inputs = [_plan_out(plan) for plan in plans]
    _write(directory / _PLANS, {**facts, "inputs": inputs})


def read_plans(directory: Path) -> tuple[JsonObject, tuple[InputPlan, ...], Arrays]:
    """Read the facts, the plans and all arrays that `write_plans` wrote."""
    facts = _read(directory / _PLANS)
    encoders = {n: _encoder_in(e) for n, e in _read(directory / _ENCODERS).items()}
    scalers = {n: _scaler_in(s) for n, s in _read(directory / _SCALERS).items()}
    with np.load(directory / _ARRAYS, allow_pickle=False) as archive:
        arrays: Arrays = dict(archive)
    words = {
        name.removeprefix("words_"): WordVectorsRecord(
            tuple(keys.tolist()), arrays[name.replace("words_", "vectors_", 1)]
        )
        for name, keys in arrays.items()
        if name.startswith("words_")
    }
    parts = _StoredParts(encoders, scalers, words)
    plans = tuple(
        _plan_in(stored, parts, arrays.get(f"counted_{number}"))
        for number, stored in enumerate(facts["inputs"])
    )
    return facts, plans, arrays


@dataclass(frozen=True)
class _StoredParts:
    """Encoders, scalers and word vectors of plans, by name."""

    encoders: Mapping[str, Encoder]
    scalers: Mapping[str, ScalerRecord]
    words: Mapping[str, WordVectorsRecord]

    @classmethod
    def of(cls, plans: Sequence[InputPlan]) -> _StoredParts:
        return cls(
            {p.mapping.encoder: p.encoder for p in plans if p.mapping.encoder and p.encoder},
            {p.mapping.scaler: p.scaler for p in plans if p.mapping.scaler and p.scaler},
            {p.mapping.vectors: p.words for p in plans if p.mapping.vectors and p.words},
        )


def _plan_out(plan: InputPlan) -> JsonObject:
    return {
        "name": plan.name,
        "given": msgspec.to_builtins(plan.mapping),
        "width": plan.width,
        "dtype": plan.dtype,
        "rows": plan.rows,
        "unknown": plan.unknown,
        "unknown_number": plan.unknown_number,
    }


def _plan_in(stored: JsonObject, parts: _StoredParts, counted: Array | None) -> InputPlan:
    mapping = msgspec.convert(stored["given"], InputMapping)
    return InputPlan(
        stored["name"],
        mapping,
        stored["width"],
        stored["dtype"],
        stored["rows"],
        stored["unknown"],
        stored["unknown_number"],
        parts.encoders.get(mapping.encoder or ""),
        parts.scalers.get(mapping.scaler or ""),
        parts.words.get(mapping.vectors or ""),
        counted,
    )


def _encoder_out(encoder: Encoder) -> JsonObject:
    return {"labels": list(encoder.labels), "codes": encoder.codes.tolist()}


def _encoder_in(stored: JsonObject) -> Encoder:
    return Encoder(tuple(stored["labels"]), np.array(stored["codes"], dtype=np.int32))


_SCALER_ARRAYS: Final = (
    "center",
    "divisor",
    "factor",
    "offset",
    "mean",
    "variance",
    "data_min",
    "data_max",
)


def _scaler_out(scaler: ScalerRecord) -> JsonObject:
    fields: JsonObject = {
        "kind": scaler.kind,
        "feature_count": scaler.feature_count,
        "feature_names": scaler.feature_names,
        "samples_seen": scaler.samples_seen,
        "clip": scaler.clip,
        "version": scaler.version,
    }
    for name in _SCALER_ARRAYS:
        values = getattr(scaler, name)
        fields[name] = None if values is None else np.asarray(values, dtype=np.float64).tolist()
    return fields


def _scaler_in(stored: JsonObject) -> ScalerRecord:
    arrays = {n: None if stored[n] is None else np.array(stored[n]) for n in _SCALER_ARRAYS}
    names, clip = stored["feature_names"], stored["clip"]
    return ScalerRecord(
        stored["kind"],
        stored["feature_count"],
        None if names is None else tuple(names),
        stored["samples_seen"],
        clip=None if clip is None else (clip[0], clip[1]),
        version=stored["version"],
        **arrays,
    )


def _write(path: Path, content: JsonValue) -> None:
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def _read(path: Path) -> JsonValue:
    return json.loads(path.read_text(encoding="utf-8"))
