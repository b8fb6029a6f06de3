"""Writes the draft of a mapping file, with a question for each field that is not known."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from bookrec.json_types import JsonObject, JsonValue
from bookrec.offline.external.artifacts.artifact_files import PartValue, Sources
from bookrec.offline.external.artifacts.columns import BOOK_COLUMNS, READER_COLUMNS, side_of
from bookrec.offline.external.artifacts.encoder import Encoder
from bookrec.offline.external.crosses.declared import CrossMapping
from bookrec.offline.external.crosses.split_model import BOOK, READER
from bookrec.offline.external.mapping.candidate import Guess
from bookrec.offline.external.mapping.mapping import ANSWER, InputMapping
from bookrec.offline.external.pickles.objects.records import ScalerRecord

_HEAD = """\
# What each input of the model is given (docs/importing-models.md). Where a value is "?", nothing here
# says what it is: write what the model was trained with. Then:
#   bookrec artifacts import {directory} --mapping THIS_FILE
"""


def draft(
    model: str,
    guesses: Sequence[Guess],
    sources: Sources,
    casts: dict[str, str],
    crosses: Mapping[str, CrossMapping] | None = None,
) -> str:
    """Return a mapping file as TOML with comments.

    Args:
        model: file name of the model.
        guesses: guesses for its inputs.
        sources: contents of the directory.
        casts: Lambda layer → dtype that it is declared to cast to.
        crosses: cross by input.
    """
    crosses = crosses or {}
    lines = [_HEAD.format(directory=sources.directory), f"model = {_toml(model)}", ""]
    if casts:
        lines += ["[lambda]", *(f"{_toml(k)} = {_toml(v)}" for k, v in casts.items()), ""]
    for name, cross in crosses.items():
        lines += [*_cross(name, cross), ""]
    halves = {f"{name}{end}" for name in crosses for end in ("", READER, BOOK)}
    for guess in guesses:
        if guess.input.name not in halves:
            lines += [*_input(guess), ""]
    lines.append("# Found beside the model:")
    lines += [
        f"#   {name}: {describe(part.value)}"
        for name, part in sources.parts.items()
        if name.rpartition(":")[2] not in halves
    ]
    return "\n".join(lines) + "\n"


def _cross(name: str, cross: CrossMapping) -> Iterator[str]:
    yield f"[crosses.{_toml(name)}]"
    stated = msgspec.to_builtins(cross)
    plain = msgspec.to_builtins(CrossMapping(columns=()))
    for field, value in stated.items():
        if value != plain[field] or field == "separator":
            yield f"{field} = {_toml(list(value) if field == 'columns' else value)}"


def _input(guess: Guess) -> Iterator[str]:
    model_input = guess.input
    name, width, dtype = model_input.name, model_input.width, model_input.dtype
    rows = model_input.rows
    looked_up = f", looked up in {rows:,} rows" if rows is not None else ""
    yield f"[inputs.{_toml(name)}]  # {width} number(s) of type {dtype}{looked_up}"
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
    fields: JsonObject = {
        "side": ANSWER if guess.column is None else side_of(guess.column),
        "column": guess.column or ANSWER,
        **guess.fields,
    }
    for field, reason in guess.questions.items():
        fields[field] = ANSWER
        yield f"# {field}: {reason}"
    yield from (f"{field} = {_toml(value)}" for field, value in fields.items())


def _toml(value: JsonValue) -> str:
    # TOML and JSON write numbers, texts and booleans alike.
    return json.dumps(value, ensure_ascii=False)


def describe(part: PartValue) -> str:
    """Return a short description of a part."""
    if isinstance(part, Encoder):
        return f"encoder of {len(part.labels):,} {part.kind()}"
    if isinstance(part, ScalerRecord):
        return f"{part.kind} scaler of {part.feature_count} columns"
    return f"vectors of {len(part.keys):,} words, {part.vectors.shape[1]} numbers each"
