"""Plans of crossed inputs: encoders of their sides, and codes of all combinations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from bookrec.errors import ModelError
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.external.artifacts.artifact_files import Part, Sources
from bookrec.offline.external.artifacts.columns import Side
from bookrec.offline.external.artifacts.encoder import Encoder
from bookrec.offline.external.artifacts.joined_columns import joined, name_of
from bookrec.offline.external.crosses.declared import CrossMapping
from bookrec.offline.external.crosses.split_model import BOOK, READER, CrossTable
from bookrec.offline.external.crosses.values import (
    CrossValues,
    KnownValues,
    codes_of_labels,
    hashed_values,
    part_encoder,
    share_of_interactions,
    values_of_encoder,
)

_LITTLE = 0.01
"""Share of interactions that are classes below which a declaration is wrong."""


@dataclass(frozen=True)
class CrossedInput:
    """An input of one side that stands for a cross or for its half."""

    side: Side
    column: str
    """Column, or joined columns (`joined_columns`)."""
    part: Part
    """Encoder of the values."""
    note: str


@dataclass
class PlannedCrosses:
    """Crosses of a model, ready to be split."""

    inputs: dict[str, CrossedInput] = field(default_factory=dict)
    """Inputs of the model without crosses, by name."""
    tables: list[CrossTable] = field(default_factory=list)
    """Crosses of a reader's and a book's columns."""
    files: set[str] = field(default_factory=set)
    """Parts that declarations name."""


def plan_crosses(
    crosses: Mapping[str, CrossMapping], sources: Sources, dataset: Dataset
) -> PlannedCrosses:
    """Plan the crosses of a model.

    Args:
        crosses: declarations by input.
        sources: contents of the model's directory.
        dataset: data set that the values come from, or are compared with.

    Raises:
        ModelError: a declaration does not fit the files or the data set.
    """
    planned, known = PlannedCrosses(), KnownValues(dataset)
    for name, cross in crosses.items():
        values, note = _values(name, cross, sources, known)
        planned.files |= {part for part in (cross.encoder, cross.bins) if part is not None}
        _plan(planned, name, cross, values, note)
    return planned


def _values(
    name: str, cross: CrossMapping, sources: Sources, known: KnownValues
) -> tuple[CrossValues, str]:
    """Return the combinations of a cross and a remark for the table of inputs."""
    if cross.encoder is None:
        bins = None if cross.bins is None else _encoder(name, cross.bins, sources)
        return hashed_values(cross, bins, known), cross.in_words()
    encoder = _encoder(name, cross.encoder, sources)
    values = values_of_encoder(cross, encoder, known)
    share = share_of_interactions(cross, values, known.dataset)
    if share < _LITTLE:
        raise ModelError(
            f"Input {name!r} of the model: no class of {cross.encoder} is {cross.in_words()} of this "
            "data set; fix columns or separator in the mapping."
        )
    note = f"{cross.in_words()}: {share:.0%} of the interactions are classes"
    if left := len(encoder.labels) - len(values.texts):
        note += f"; {left:,} of {len(encoder.labels):,} classes cannot be taken apart"
    return values, note


def _encoder(name: str, part: str, sources: Sources) -> Encoder:
    value = sources.parts[part].value if part in sources.parts else None
    if not isinstance(value, Encoder):
        reason = sources.unread.get(sources.file_of(part))
        listed = ", ".join(n for n, p in sources.parts.items() if isinstance(p.value, Encoder))
        raise ModelError(
            f"Input {name!r} of the model: {reason}"
            if reason
            else f"Input {name!r} of the model: there is no encoder {part!r} in {sources.directory} "
            f"({listed or 'none'}); fix the mapping."
        )
    return value


def _plan(
    planned: PlannedCrosses, name: str, cross: CrossMapping, values: CrossValues, note: str
) -> None:
    file = cross.encoder or cross.bins or "hash"
    sides = {side: _Side(cross, places, values) for side, places in cross.sides.items()}
    if len(sides) == 1:
        ((side, only),) = sides.items()
        codes = np.empty(len(only.encoder.labels), dtype=np.int32)
        codes[only.rows] = values.codes
        part = Part(f"{file}:{name}", Encoder(only.encoder.labels, codes))
        planned.inputs[name] = CrossedInput(_side(side), only.column, part, note)
        return
    reader, book = sides["reader"], sides["book"]
    shape = len(reader.encoder.labels), len(book.encoder.labels)
    codes = np.full(shape, -1, dtype=np.int32)
    codes[reader.rows, book.rows] = values.codes
    planned.tables.append(CrossTable(name, codes))
    for end, half in ((READER, reader), (BOOK, book)):
        part = Part(f"{file}:{name}{end}", half.encoder)
        side = _side(end.removeprefix("."))
        planned.inputs[f"{name}{end}"] = CrossedInput(side, half.column, part, note)


class _Side:
    """Columns of one side of a cross."""

    def __init__(self, cross: CrossMapping, places: list[int], values: CrossValues) -> None:
        self.column = name_of([cross.columns[place] for place in places])
        texts = joined([[row[place] for row in values.texts] for place in places])
        self.encoder = part_encoder(texts)
        self.rows = codes_of_labels(self.encoder, texts)
        """[combinations] places of their values in the encoder."""


def _side(name: str) -> Side:
    return "reader" if name == "reader" else "book"
