"""Finds out what each input of a model is to be given, by names, contents and sizes.

What is not sure is asked, never guessed: a wrong encoder gives lists that look like any others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from bookrec.offline.imported.columns import STATISTICS, side_of
from bookrec.offline.imported.content import Content, fits_codes
from bookrec.offline.imported.encoder import SPELLINGS, Encoder
from bookrec.offline.imported.mapping import InputMapping
from bookrec.offline.imported.model_inputs import ModelInput
from bookrec.offline.imported.names import column_named, says_scaled, words_of
from bookrec.offline.imported.sources import Part, Sources
from bookrec.offline.imported.title_words import best_way
from bookrec.offline.pickles.records import ScalerRecord, WordVectorsRecord

_ENCODED: Final = (*SPELLINGS, "age")
"""Columns that an encoder may have made codes of."""

_SAME_BOOK: Final = {"isbn": ("isbn", "title"), "title": ("title", "isbn")}
"""Notebooks call a book by either, whatever the encoder knows it by."""

_LITTLE: Final = 0.01
"""Share of labels below which an encoder and a column have nothing in common."""

_SPARE: Final = 2
"""Rows that an embedding may have beyond its encoder's classes without being another's."""


@dataclass
class Guess:
    """What is known of one input."""

    input: ModelInput
    column: str | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    """Of `InputMapping`, beside side and column."""
    notes: list[str] = field(default_factory=list)
    """For the table: what was found, and what to look at."""
    questions: dict[str, str] = field(default_factory=dict)
    """Field → why it is not sure, and what it could be."""

    @property
    def sure(self) -> bool:
        return not self.questions

    stated: InputMapping | None = None
    """What a mapping file says; then nothing is guessed."""

    def mapping(self) -> InputMapping:
        """The mapping of an input that is sure."""
        if self.stated is not None:
            return self.stated
        assert self.column is not None
        fields = {"side": side_of(self.column), "column": self.column, **self.fields}
        return msgspec.convert(fields, InputMapping)


def match_inputs(
    inputs: Sequence[ModelInput],
    sources: Sources,
    content: Content,
    stated: Mapping[str, InputMapping] | None = None,
) -> list[Guess]:
    """A guess for every input that a mapping file does not state."""
    matcher, stated = _Matcher(sources, content), stated or {}
    return [
        Guess(one, stated[one.name].column, notes=["as the mapping says"], stated=stated[one.name])
        if one.name in stated
        else matcher.guess(one)
        for one in inputs
    ]


class _Matcher:
    def __init__(self, sources: Sources, content: Content) -> None:
        self.content = content
        parts = sources.parts.values()
        self.encoders = [(p, p.value) for p in parts if isinstance(p.value, Encoder)]
        self.scalers = [(p, p.value) for p in parts if isinstance(p.value, ScalerRecord)]
        self.vectors = [(p, p.value) for p in parts if isinstance(p.value, WordVectorsRecord)]

    def guess(self, given: ModelInput) -> Guess:
        # Of a column of several in one input, `bookrec.offline.imported.stacked`, its own name.
        names = [given.name.rpartition(".")[2], *(lookup.name for lookup in given.lookups)]
        column = next((found for name in names if (found := column_named(name))), None)
        guess = Guess(given, column)
        if given.width > 1:
            self._vectors(guess)
        elif given.lookups:
            self._encoder(guess)
        else:
            self._number(guess)
        if guess.column is None:
            guess.questions.setdefault("column", "its name does not say what it is of")
        return guess

    def _vectors(self, guess: Guess) -> None:
        """An input of several numbers: the mean word vector of the title."""
        width = guess.input.width
        if guess.input.lookups:
            guess.questions["column"] = f"it is {width} ids at once, which no column has"
            return
        fitting = [(p, v) for p, v in self.vectors if v.vectors.shape[1] == width]
        guess.column = guess.column or "title"
        if len(fitting) != 1:
            found = _listed(p for p, _ in fitting) or f"there are none of {width} numbers"
            guess.questions["vectors"] = found
            return
        ((part, record),) = fitting
        way, agreement = best_way(self.content.texts(guess.column), record.keys)
        guess.fields |= {"vectors": part.name, "tokens": way}
        guess.notes.append(f"words cut {way!r}: {agreement[way]:.0%} agreement")

    def _encoder(self, guess: Guess) -> None:
        """An input that is looked up in an embedding."""
        rows = guess.input.rows or 0
        candidates = self._named(guess.column) if guess.column else []
        how = "by name"
        if not candidates:
            candidates, how = self._by_content(guess.column, rows), "by contents and size"
        fitting = [(p, e) for p, e in candidates if e.size <= rows]
        if len(fitting) > 1:
            exact = [(p, e) for p, e in fitting if e.size == rows]
            fitting = exact if len(exact) == 1 else fitting
        if len(fitting) != 1:
            guess.questions["encoder"] = self._why_not(candidates, fitting, rows)
            return
        ((part, encoder),) = fitting
        column = self._column_of(part, encoder, guess.column)
        if column is None:
            guess.questions["column"] = (
                f"the labels of {part.name} are in several columns, or in none"
            )
            guess.fields["encoder"] = part.name
            return
        guess.column = column
        guess.fields["encoder"] = part.name
        share = self.content.share(encoder, column)
        guess.notes.append(f"{how}; {encoder.size:,} classes for {rows:,} rows")
        if share < _LITTLE:
            guess.questions["encoder"] = f"{part.name} has no {column} of this data set"
        if encoder.size < rows - _SPARE:
            guess.questions["encoder"] = (
                f"{part.name} has {encoder.size:,} classes, the embedding {rows:,} rows"
            )

    def _why_not(self, candidates: Any, fitting: Any, rows: int) -> str:
        if fitting:
            return f"it could be {_listed(p for p, _ in fitting)}"
        if candidates:
            sizes = ", ".join(f"{p.name} has {e.size:,} classes" for p, e in candidates)
            return f"{sizes}, more than the embedding's {rows:,} rows"
        return f"no encoder has its name and at most {rows:,} classes"

    def _named(self, column: str) -> list[tuple[Part, Encoder]]:
        """The encoders whose names say the column."""
        for same in _SAME_BOOK.get(column, (column,)):
            if found := [(p, e) for p, e in self.encoders if column_named(_bare(p.name)) == same]:
                return _distinct(found)
        return []

    def _by_content(self, column: str | None, rows: int) -> list[tuple[Part, Encoder]]:
        """The encoders that have about as many classes as there are rows, and labels of a column."""
        found = []
        for part, encoder in self.encoders:
            if not rows - _SPARE <= encoder.size <= rows:
                continue
            if column is None or self._column_of(part, encoder, column) is not None:
                found.append((part, encoder))
        return _distinct(found)

    def _column_of(self, part: Part, encoder: Encoder, column: str | None) -> str | None:
        """What an encoder's labels are: of the wanted column, or of the one name and contents say."""
        if column is None:
            named = column_named(_bare(part.name))
            if named is not None:
                return self._column_of(part, encoder, named)
        wanted = _SAME_BOOK.get(column, (column,)) if column else _ENCODED
        shares = {name: self.content.share(encoder, name) for name in wanted}
        best = max(shares, key=lambda name: shares[name])
        if column is not None:
            return best if shares[best] >= _LITTLE else column
        likely = [name for name in wanted if shares[name] >= max(0.5 * shares[best], 0.2)]
        return best if len(likely) == 1 else None

    def _number(self, guess: Guess) -> None:
        """An input of one number."""
        if guess.column is None:
            return
        self._scaler(guess)
        if guess.column in STATISTICS:
            if "scaler" not in guess.fields and "scaler" not in guess.questions:
                guess.notes.append("as it is, counted over explicit ratings")
            return
        named = self._named(guess.column)
        if len(named) > 1:
            guess.questions["encoder"] = f"it could be {_listed(p for p, _ in named)}"
        elif named:
            ((part, encoder),) = named
            scaler = self._scaler_of(guess)
            place = guess.fields.get("scaler_column", 0)
            if scaler is None or fits_codes(scaler, place, encoder):
                guess.fields["encoder"] = part.name
                guess.column = self._column_of(part, encoder, guess.column)
                guess.notes.append(f"codes as numbers; {encoder.size:,} classes")
        elif guess.column not in ("age", "year", "user_id", "isbn"):
            guess.questions["encoder"] = f"no encoder is named for {guess.column}"
        else:
            guess.notes.append("the number itself")

    def _scaler_of(self, guess: Guess) -> ScalerRecord | None:
        name = guess.fields.get("scaler")
        return next((scaler for part, scaler in self.scalers if part.name == name), None)

    def _scaler(self, guess: Guess) -> None:
        column = guess.column
        assert column is not None
        found = [
            (part, scaler, place)
            for part, scaler in self.scalers
            if (place := _place_in_scaler(part, scaler, column)) is not None
        ]
        if len(found) == 1:
            ((part, scaler, place),) = found
            guess.fields |= {"scaler": part.name, "scaler_column": place}
            guess.notes.append(f"{scaler.kind} scaler, column {place}")
            if column in STATISTICS:
                # A notebook counts once: the mean, which tells more, tells of the count too.
                mean = column.replace("count", "mean")
                of_mean = _place_in_scaler(part, scaler, mean)
                asked = (place, column) if of_mean is None else (of_mean, mean)
                guess.fields["counted"] = self.content.counted(scaler, *asked)
                guess.notes.append(f"counted: {guess.fields['counted']}")
        elif found:
            guess.questions["scaler"] = f"it could be {_listed(p for p, _, _ in found)}"
        elif says_scaled(guess.input.name):
            guess.questions["scaler"] = "its name says scaled, and no scaler here is of it"


def _place_in_scaler(part: Part, scaler: ScalerRecord, column: str) -> int | None:
    """Which column of a scaler a column of the data set is; None where that is not said."""
    for place, name in enumerate(part.columns):
        named = column_named(name)
        if named == column or column in _SAME_BOOK.get(named or "", ()):
            return place
    if part.columns:
        return None
    words = words_of(_bare(part.name))
    if scaler.feature_count == 1 and column_named(_bare(part.name)) == column:
        return 0
    # As notebooks fit it: item_scaler.fit(books[["avg_rating", "num_ratings"]]).
    usual = {"rating_mean": 0, "rating_count": 1}
    if scaler.feature_count == 2 and words & {
        "item",
        "book",
        "rating",
        "ratings",
        "books",
        "items",
    }:
        return usual.get(column)
    return None


def _bare(name: str) -> str:
    """What a part's name says: its key, or its file's name without ending."""
    file, _, key = name.partition(":")
    return key or file.rpartition("/")[2].split(".")[0]


def _distinct(found: list[tuple[Part, Encoder]]) -> list[tuple[Part, Encoder]]:
    """Of encoders that are equal, the first."""
    kept: list[tuple[Part, Encoder]] = []
    for part, encoder in found:
        if not any(encoder.labels == other.labels for _, other in kept):
            kept.append((part, encoder))
    return kept


def _listed(parts: Any) -> str:
    return " or ".join(part.name for part in parts)
