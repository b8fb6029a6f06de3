"""The mapping: what each input of an imported model is given (docs/importing-models.md)."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from bookrec.errors import ModelError
from bookrec.offline.external.archive.keras_config import CASTS
from bookrec.offline.external.artifacts.columns import (
    BOOK_COLUMNS,
    READER_COLUMNS,
    STATISTICS,
    Counted,
    Side,
)
from bookrec.offline.external.artifacts.tokenizers import Tokens

ANSWER: Final = "?"
"""In a drafted mapping: to be answered by whoever knows."""


class InputMapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one input is given."""

    side: Side
    column: str
    """Of the data set, see `artifacts.columns`."""
    encoder: str | None = None
    """Name of the part that makes codes of the column; None gives the column as it is."""
    offset: int = 0
    """Added to codes: 1 where the model keeps 0 for itself."""
    scaler: str | None = None
    scaler_column: int = 0
    """Which of the scaler's columns this is, from 0."""
    vectors: str | None = None
    """Word vectors; the input is the mean over the words of the column."""
    tokens: Tokens = "simple"
    unknown: Literal["mean", "leave out"] | int | None = None
    """For what the encoder does not have: ``mean``, the mean of all it has; a code, before the offset;
    ``leave out``, books that the model does not rank. None: the encoder's own class for it, where it
    has one, else ``leave out`` for a book's identity and ``mean`` for the rest."""
    unknown_class: str | int | float | None = None
    """A label of the encoder that means "not known"."""
    counted: Counted = "explicit"


class Mapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that a mapping file says; all of it may be left out."""

    inputs: dict[str, InputMapping] = {}
    """Those that are not here are found out."""
    model: str | None = None
    """File name of the model, where there are several."""
    lambda_: dict[str, str] = msgspec.field(default_factory=dict, name="lambda")
    """Lambda layer → the type it casts to."""


def read_mapping(path: Path) -> Mapping:
    """A mapping file.

    Raises:
        ModelError: it is missing, no TOML, or says something that a mapping has not.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{path} cannot be read ({error}); name a mapping file.") from error
    except tomllib.TOMLDecodeError as error:
        raise ModelError(f"{path} is no TOML: {error}; mend that line.") from error
    _refuse_open_questions(path, content)
    try:
        mapping = msgspec.convert(content, Mapping)
    except msgspec.ValidationError as error:
        raise ModelError(
            f"{path}: {error}; docs/importing-models.md lists what a mapping may say."
        ) from error
    for name, given in mapping.inputs.items():
        if problem := _problem(given):
            raise ModelError(f"{path}, [inputs.{name}]: {problem}.")
    for name, dtype in mapping.lambda_.items():
        if dtype not in CASTS:
            raise ModelError(
                f"{path}, [lambda]: {name!r} is declared as {dtype!r}; a Lambda can be declared as a "
                f"cast to {', '.join(sorted(CASTS))}."
            )
    return mapping


def _refuse_open_questions(path: Path, content: dict[str, Any]) -> None:
    inputs = content.get("inputs")
    for name, given in inputs.items() if isinstance(inputs, dict) else ():
        if not isinstance(given, dict):
            continue
        for field, value in given.items():
            if value == ANSWER:
                raise ModelError(
                    f"{path}, [inputs.{name}]: {field} is still {ANSWER!r}; write there what the "
                    "model was trained with."
                )


def _problem(given: InputMapping) -> str | None:
    columns = READER_COLUMNS if given.side == "reader" else BOOK_COLUMNS
    if given.column not in columns:
        listed = ", ".join(columns)
        return f"column is {given.column!r}; a {given.side} has {listed}"
    if given.column in STATISTICS and given.encoder is not None:
        return f"{given.column} is counted from the ratings, so it has no encoder"
    if given.vectors is not None and (given.encoder or given.scaler):
        return "an input of word vectors has neither encoder nor scaler"
    if given.unknown_class is not None and given.unknown is not None:
        return "unknown and unknown_class are both given; leave one out"
    if given.unknown_class is not None and given.encoder is None:
        return "unknown_class names a label of an encoder, and there is no encoder"
    if given.unknown == "leave out" and given.side == "reader":
        return "unknown is 'leave out', which is for books; readers are folded in"
    return None
