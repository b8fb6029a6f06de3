"""The mapping file: column, encoder and scaler of each input of an imported model.

docs/importing-models.md describes the file.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final, Literal

import msgspec

from bookrec.errors import ModelError
from bookrec.json_types import JsonObject
from bookrec.offline.external.archive.keras_config import CASTS
from bookrec.offline.external.artifacts.columns import (
    BOOK_COLUMNS,
    READER_COLUMNS,
    STATISTICS,
    Counted,
    Side,
)
from bookrec.offline.external.artifacts.history_column import HISTORIES, Kept, Padded
from bookrec.offline.external.artifacts.tokenizers import Tokens
from bookrec.offline.external.crosses.declared import CrossMapping, problem_of

ANSWER: Final = "?"
"""Value of an open field in a drafted mapping, which the user has to replace."""


AS_THEY_ARE: Final = "none"
"""Encoder of an input that is given the values of its column as they are."""


class InputMapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Mapping of one input: column, encoder, scaler, word vectors, treatment of unknown values."""

    side: Side
    column: str
    """Column of the data set, see `artifacts.columns`."""
    encoder: str | None = None
    """Name of the encoder of the column; None = the input is the column itself, for which a mapping
    file may also say ``none``."""
    offset: int = 0
    """Number added to every code, e.g. 1 for a model that reserves 0."""
    scaler: str | None = None
    """Name of the scaler; None = the input is not scaled."""
    scaler_column: int = 0
    """Column of the input in the scaler, from 0."""
    vectors: str | None = None
    """Name of the word vectors; the input is their mean over the words of the column."""
    tokens: Tokens = "simple"
    """Tokenizer of the column for word vectors."""
    unknown: Literal["mean", "leave out"] | int | None = None
    """Replacement of values that the encoder does not have: ``mean`` of the known ones; a code,
    without the offset; ``leave out``: the mean, and the book is not ranked. None = the encoder's class
    for unknown values; without one, ``leave out`` for a book's identity and ``mean`` for the rest."""
    unknown_class: str | int | float | None = None
    """Label of the encoder that stands for unknown values; None = recognised by its name."""
    counted: Counted = "explicit"
    """Interactions that a statistic counts."""
    padding: int = 0
    """Code of the empty places of a history."""
    padded: Padded = "before"
    """Place of the padding of a history."""
    kept: Kept = "last"
    """Books that stay of a history that is longer than the input."""


class Mapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Contents of a mapping file; every field is optional."""

    inputs: dict[str, InputMapping] = {}
    """Mapping by input; inputs that are missing here are matched automatically."""
    model: str | None = None
    """File name of the model; needed if the directory has several."""
    crosses: dict[str, CrossMapping] = {}
    """Cross of columns by input."""
    lambda_: dict[str, str] = msgspec.field(default_factory=dict, name="lambda")
    """Lambda layer → dtype that it casts to."""


def read_mapping(path: Path) -> Mapping:
    """Read a mapping file.

    Raises:
        ModelError: it is missing, no TOML, has an open question, or an unknown or wrong field.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{path} cannot be read ({error}); name a mapping file.") from error
    except tomllib.TOMLDecodeError as error:
        raise ModelError(f"{path} is no TOML: {error}; fix that line.") from error
    _refuse_open_questions(path, content)
    try:
        mapping = msgspec.convert(content, Mapping)
    except msgspec.ValidationError as error:
        raise ModelError(
            f"{path}: {error}; docs/importing-models.md lists what a mapping may say."
        ) from error
    for name, input_mapping in mapping.inputs.items():
        if input_mapping.encoder == AS_THEY_ARE:
            input_mapping = msgspec.structs.replace(input_mapping, encoder=None)
            mapping.inputs[name] = input_mapping
        if problem := _problem(input_mapping):
            raise ModelError(f"{path}, [inputs.{name}]: {problem}.")
    for name, cross in mapping.crosses.items():
        if problem := problem_of(cross):
            raise ModelError(f"{path}, [crosses.{name}]: {problem}.")
        if name in mapping.inputs:
            raise ModelError(
                f"{path}: {name!r} is in [inputs] and in [crosses]; leave one of them out."
            )
    for name, dtype in mapping.lambda_.items():
        if dtype not in CASTS:
            raise ModelError(
                f"{path}, [lambda]: {name!r} is declared as {dtype!r}; a Lambda can be declared as a "
                f"cast to {', '.join(sorted(CASTS))}."
            )
    return mapping


def _refuse_open_questions(path: Path, content: JsonObject) -> None:
    for table in ("inputs", "crosses"):
        inputs = content.get(table)
        for name, fields in inputs.items() if isinstance(inputs, dict) else ():
            if not isinstance(fields, dict):
                continue
            for field, value in fields.items():
                if value == ANSWER:
                    raise ModelError(
                        f"{path}, [{table}.{name}]: {field} is still {ANSWER!r}; write there what the "
                        "model was trained with."
                    )


def _problem(mapping: InputMapping) -> str | None:
    columns = READER_COLUMNS if mapping.side == "reader" else BOOK_COLUMNS
    if mapping.side == "reader" and mapping.column in HISTORIES:
        if mapping.encoder is None:
            return "a history has the encoder of its books"
        if mapping.scaler or mapping.vectors or mapping.unknown is not None:
            return "a history has neither scaler nor vectors nor unknown"
        return None
    if mapping.column not in columns:
        listed = ", ".join(columns)
        return f"column is {mapping.column!r}; a {mapping.side} has {listed}"
    if mapping.column in STATISTICS and mapping.encoder is not None:
        return f"{mapping.column} is counted from the ratings, so it has no encoder"
    if mapping.vectors is not None and (mapping.encoder or mapping.scaler):
        return "an input of word vectors has neither encoder nor scaler"
    if mapping.unknown_class is not None and mapping.unknown is not None:
        return "unknown and unknown_class are both given; leave one out"
    if mapping.unknown_class is not None and mapping.encoder is None:
        return "unknown_class names a label of an encoder, and there is no encoder"
    if mapping.unknown == "leave out" and mapping.side == "reader":
        return "unknown is 'leave out', which is for books; readers are folded in"
    return None
