"""Which encoder made the codes of an input: by names, contents and sizes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bookrec.offline.external.artifacts.artifact_files import Part
from bookrec.offline.external.artifacts.encoder import SPELLINGS, Encoder
from bookrec.offline.external.artifacts.naming import column_named
from bookrec.offline.external.mapping.candidate import SAME_BOOK, Guess, bare_name, listed
from bookrec.offline.external.mapping.match_by_content import ContentComparison

_ENCODED: Final = (*SPELLINGS, "age")
"""Columns that an encoder may have made codes of."""

_LITTLE: Final = 0.01
"""Share of labels below which an encoder and a column have nothing in common."""

_SPARE: Final = 2
"""Rows that an embedding may have beyond its encoder's classes without being another's."""

Named = tuple[Part, Encoder]


class EncoderMatcher:
    """The encoders beside a model, and a data set that they may be of."""

    def __init__(self, parts: Sequence[Part], content: ContentComparison) -> None:
        self.content = content
        self.encoders = [(p, p.value) for p in parts if isinstance(p.value, Encoder)]

    def match(self, guess: Guess) -> None:
        """Find the encoder of an input that is looked up in an embedding."""
        rows = guess.input.rows or 0
        candidates = self.named(guess.column) if guess.column else []
        how = "by name"
        if not candidates:
            candidates, how = self._by_content(guess.column, rows), "by contents and size"
        fitting = [(p, e) for p, e in candidates if e.size <= rows]
        if len(fitting) > 1:
            exact = [(p, e) for p, e in fitting if e.size == rows]
            fitting = exact if len(exact) == 1 else fitting
        if len(fitting) != 1:
            guess.questions["encoder"] = _why_not(candidates, fitting, rows)
            return
        ((part, encoder),) = fitting
        column = self.column_of(part, encoder, guess.column)
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

    def named(self, column: str) -> list[Named]:
        """The encoders whose names say the column."""
        for same in SAME_BOOK.get(column, (column,)):
            if found := [
                (p, e) for p, e in self.encoders if column_named(bare_name(p.name)) == same
            ]:
                return _distinct(found)
        return []

    def column_of(self, part: Part, encoder: Encoder, column: str | None) -> str | None:
        """What an encoder's labels are: of the wanted column, or of the one name and contents say."""
        if column is None:
            named = column_named(bare_name(part.name))
            if named is not None:
                return self.column_of(part, encoder, named)
        wanted = SAME_BOOK.get(column, (column,)) if column else _ENCODED
        shares = {name: self.content.share(encoder, name) for name in wanted}
        best = max(shares, key=lambda name: shares[name])
        if column is not None:
            return best if shares[best] >= _LITTLE else column
        likely = [name for name in wanted if shares[name] >= max(0.5 * shares[best], 0.2)]
        return best if len(likely) == 1 else None

    def _by_content(self, column: str | None, rows: int) -> list[Named]:
        """The encoders that have about as many classes as there are rows, and labels of a column."""
        found = []
        for part, encoder in self.encoders:
            if not rows - _SPARE <= encoder.size <= rows:
                continue
            if column is None or self.column_of(part, encoder, column) is not None:
                found.append((part, encoder))
        return _distinct(found)


def _why_not(candidates: list[Named], fitting: list[Named], rows: int) -> str:
    if fitting:
        return f"it could be {listed(p for p, _ in fitting)}"
    if candidates:
        sizes = ", ".join(f"{p.name} has {e.size:,} classes" for p, e in candidates)
        return f"{sizes}, more than the embedding's {rows:,} rows"
    return f"no encoder has its name and at most {rows:,} classes"


def _distinct(found: list[Named]) -> list[Named]:
    """Of encoders that are equal, the first."""
    kept: list[Named] = []
    for part, encoder in found:
        if not any(encoder.labels == other.labels for _, other in kept):
            kept.append((part, encoder))
    return kept
