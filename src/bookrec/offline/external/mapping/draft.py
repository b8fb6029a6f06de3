"""Writes a mapping file from what was found out, with a question where something is not sure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from bookrec.offline.external.artifacts.artifact_files import Sources
from bookrec.offline.external.artifacts.columns import BOOK_COLUMNS, READER_COLUMNS, side_of
from bookrec.offline.external.artifacts.encoder import Encoder
from bookrec.offline.external.mapping.candidate import Guess
from bookrec.offline.external.mapping.mapping import ANSWER, InputMapping
from bookrec.offline.external.pickles.objects.records import ScalerRecord

_HEAD = """\
# What each input of the model is given (docs/importing-models.md). Where a value is "?", nothing here
# says what it is: write what the model was trained with. Then:
#   bookrec artifacts import {directory} --mapping THIS_FILE
"""


def draft(model: str, guesses: Sequence[Guess], sources: Sources, casts: dict[str, str]) -> str:
    """A mapping file as TOML, with comments."""
    lines = [_HEAD.format(directory=sources.directory), f"model = {_toml(model)}", ""]
    if casts:
        lines += ["[lambda]", *(f"{_toml(k)} = {_toml(v)}" for k, v in casts.items()), ""]
    for guess in guesses:
        lines += [*_input(guess), ""]
    lines.append("# Found beside the model:")
    lines += [f"#   {name}: {describe(part.value)}" for name, part in sources.parts.items()]
    return "\n".join(lines) + "\n"


def _input(guess: Guess) -> Iterator[str]:
    one = guess.input
    looked_up = f", looked up in {one.rows:,} rows" if one.rows is not None else ""
    yield f"[inputs.{_toml(one.name)}]  # {one.width} number(s) of type {one.dtype}{looked_up}"
    for note in guess.notes:
        yield f"# {note}"
    if guess.column is None or "column" in guess.questions:
        yield f"# a reader has {', '.join(READER_COLUMNS)};"
        yield f"# a book has {', '.join(BOOK_COLUMNS)}"
    if guess.stated is not None:
        stated = msgspec.to_builtins(guess.stated)
        plain = msgspec.to_builtins(InputMapping(side=guess.stated.side, column=""))
        yield from (f"{n} = {_toml(v)}" for n, v in stated.items() if n == "side" or v != plain[n])
        return
    fields: dict[str, Any] = {
        "side": ANSWER if guess.column is None else side_of(guess.column),
        "column": guess.column or ANSWER,
        **guess.fields,
    }
    for name, why in guess.questions.items():
        fields[name] = ANSWER
        yield f"# {name}: {why}"
    yield from (f"{name} = {_toml(value)}" for name, value in fields.items())


def _toml(value: Any) -> str:
    # Numbers, texts and booleans are written in TOML as they are in JSON.
    return json.dumps(value, ensure_ascii=False)


def describe(part: Any) -> str:
    """A part in a few words."""
    if isinstance(part, Encoder):
        return f"encoder of {len(part.labels):,} {part.kind()}"
    if isinstance(part, ScalerRecord):
        return f"{part.kind} scaler of {part.feature_count} columns"
    return f"vectors of {len(part.keys):,} words, {part.vectors.shape[1]} numbers each"
