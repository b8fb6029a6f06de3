"""Matches inputs of one number to scalers, by names and sizes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bookrec.offline.external.artifacts.artifact_files import Part
from bookrec.offline.external.artifacts.columns import STATISTICS
from bookrec.offline.external.artifacts.naming import column_named, is_scaled_name, words_of
from bookrec.offline.external.mapping.candidate import SAME_BOOK, Guess, bare_name, listed
from bookrec.offline.external.mapping.match_by_content import ContentComparison
from bookrec.offline.external.pickles.objects.records import ScalerRecord

_OF_BOOKS: Final = {"item", "items", "book", "books", "rating", "ratings"}
"""Words in the name of a scaler of ``rating_mean`` and ``rating_count``."""


class ScalerMatcher:
    """Scalers beside a model, and the data set that they may be fitted to."""

    def __init__(self, parts: Sequence[Part], content: ContentComparison) -> None:
        self.content = content
        self.scalers = [(p, p.value) for p in parts if isinstance(p.value, ScalerRecord)]

    def match(self, guess: Guess) -> None:
        """Add the scaler, if there is one, to the guess for an input of one number."""
        column = guess.column
        assert column is not None
        hits = [
            (part, scaler, place)
            for part, scaler in self.scalers
            if (place := _place_in_scaler(part, scaler, column)) is not None
        ]
        if len(hits) == 1:
            ((part, scaler, place),) = hits
            guess.fields |= {"scaler": part.name, "scaler_column": place}
            guess.notes.append(f"{scaler.kind} scaler, column {place}")
            if column in STATISTICS:
                # Mean and count cover the same interactions, and the mean distinguishes better.
                mean = column.replace("count", "mean")
                mean_place = _place_in_scaler(part, scaler, mean)
                key = (place, column) if mean_place is None else (mean_place, mean)
                guess.fields["counted"] = self.content.counted(scaler, *key)
                guess.notes.append(f"counted: {guess.fields['counted']}")
        elif hits:
            guess.questions["scaler"] = f"it could be {listed(p for p, _, _ in hits)}"
        elif is_scaled_name(guess.input.name):
            guess.questions["scaler"] = "its name says scaled, and no scaler here is of it"

    def scaler_of(self, guess: Guess) -> ScalerRecord | None:
        """Return the scaler that `match` added to a guess; None if there is none."""
        name = guess.fields.get("scaler")
        return next((scaler for part, scaler in self.scalers if part.name == name), None)


def _place_in_scaler(part: Part, scaler: ScalerRecord, column: str) -> int | None:
    """Return the position in a scaler of a column of the data set; None if it is not known."""
    for place, name in enumerate(part.columns):
        named = column_named(name)
        if named == column or column in SAME_BOOK.get(named or "", ()):
            return place
    if part.columns:
        return None
    words = words_of(bare_name(part.name))
    if scaler.feature_count == 1 and column_named(bare_name(part.name)) == column:
        return 0
    # Notebooks fit it in this order: item_scaler.fit(books[["avg_rating", "num_ratings"]]).
    usual = {"rating_mean": 0, "rating_count": 1}
    if scaler.feature_count == 2 and words & _OF_BOOKS:
        return usual.get(column)
    return None
