"""Matches inputs that embeddings look up to encoders, by names, contents and sizes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bookrec.offline.external.artifacts.artifact_files import Part
from bookrec.offline.external.artifacts.encoder import SPELLINGS, Encoder
from bookrec.offline.external.artifacts.naming import column_named
from bookrec.offline.external.mapping.candidate import SAME_BOOK, Guess, bare_name, listed, map_of
from bookrec.offline.external.mapping.mapping import AS_THEY_ARE
from bookrec.offline.external.mapping.match_by_content import ContentComparison

_ENCODED: Final = (*SPELLINGS, "age")
"""Columns that may have an encoder."""

_LITTLE: Final = 0.01
"""Overlap below which an encoder does not belong to a column."""

_SPARE: Final = 2
"""Most rows of an embedding without a class of its encoder."""

Named = tuple[Part, Encoder]
"""An encoder, after the part that holds it."""


class EncoderMatcher:
    """Encoders beside a model, and the data set that they may belong to."""

    def __init__(self, parts: Sequence[Part], content: ContentComparison) -> None:
        self.content = content
        self.encoders = [(p, p.value) for p in parts if isinstance(p.value, Encoder)]

    def match(self, guess: Guess) -> None:
        """Add the encoder to the guess for an input that an embedding looks up."""
        rows = guess.input.rows or 0
        candidates = self.named(guess.column) if guess.column else []
        criterion = "by name"
        if not candidates:
            candidates = self._by_content(guess.column, rows)
            criterion = "by contents and size"
        fitting = [(p, e) for p, e in candidates if e.size <= rows]
        if len(fitting) > 1:
            exact = [(p, e) for p, e in fitting if e.size == rows]
            # Of a map's two readings the size says nothing: an embedding may have a spare row.
            maps = {map_of(p.name) for p, _ in fitting}
            fitting = exact if len(exact) == 1 and len(maps) == len(fitting) else fitting
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
        guess.notes.append(f"{criterion}; {encoder.size:,} classes for {rows:,} rows")
        if encoder.size < rows:
            spare = rows - encoder.size
            guess.notes.append(f"rows to spare: {spare:,}, taken to be the last (offset 0)")
        if share < _LITTLE:
            guess.questions["encoder"] = f"{part.name} has no {column} of this data set"
        if encoder.size < rows - _SPARE:
            guess.questions["encoder"] = (
                f"{part.name} has {encoder.size:,} classes, the embedding {rows:,} rows"
            )

    def named(self, column: str) -> list[Named]:
        """Return the distinct encoders that are named after a column."""
        for same in SAME_BOOK.get(column, (column,)):
            if hits := [
                (p, e) for p, e in self.encoders if column_named(bare_name(p.name)) == same
            ]:
                return self._in_one_direction(hits, column)
        return []

    def _in_one_direction(self, encoders: list[Named], column: str | None) -> list[Named]:
        """Return the distinct encoders; of the two readings of a map the one whose labels occur.

        Both stay where as many labels of one as of the other are values of the column.
        """
        kept = []
        for part, encoder in encoders:
            others = [e for p, e in self.encoders if map_of(p.name) == map_of(part.name)]
            if self._labels_found(encoder, column) == max(
                self._labels_found(other, column) for other in others
            ):
                kept.append((part, encoder))
        return _distinct(kept)

    def _labels_found(self, encoder: Encoder, column: str | None) -> int:
        same = _ENCODED if column is None else SAME_BOOK.get(column, (column,))
        return max(self.content.labels_found(encoder, name) for name in same)

    def column_of(self, part: Part, encoder: Encoder, column: str | None) -> str | None:
        """Return the column of an encoder's labels; None if it is not clear.

        Args:
            part: part that holds the encoder.
            encoder: encoder.
            column: column of the input; None = not known.
        """
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
        """Return the distinct encoders of a column with about as many classes as rows."""
        hits = []
        for part, encoder in self.encoders:
            if not rows - _SPARE <= encoder.size <= rows:
                continue
            if column is None or self.column_of(part, encoder, column) is not None:
                hits.append((part, encoder))
        return self._in_one_direction(hits, column)


def _why_not(candidates: list[Named], fitting: list[Named], rows: int) -> str:
    if fitting:
        return f"it could be {listed(p for p, _ in fitting)}"
    if candidates:
        sizes = ", ".join(f"{p.name} has {e.size:,} classes" for p, e in candidates)
        return f"{sizes}, more than the embedding's {rows:,} rows"
    return (
        f"no encoder has its name and at most {rows:,} classes; {AS_THEY_ARE!r} if the model is given "
        "the values as they are"
    )


def _distinct(encoders: list[Named]) -> list[Named]:
    """Return the plainest of each group of equal encoders that are named after the same column.

    Where readers and books are both numbered from 1, their encoders are equal, and stay two.
    """
    kept: list[Named] = []
    for part, encoder in sorted(encoders, key=lambda named: map_of(named[0].name) != named[0].name):
        column = column_named(bare_name(part.name))
        if not any(
            encoder.equals(other) and column == column_named(bare_name(before.name))
            for before, other in kept
        ):
            kept.append((part, encoder))
    return kept
