"""How a number that a model is given was scaled, and what was counted for it."""

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
"""Words in the name of a scaler of the two usual statistics."""


class ScalerMatcher:
    """The scalers beside a model, and a data set that they may have been fitted to."""

    def __init__(self, parts: Sequence[Part], content: ContentComparison) -> None:
        self.content = content
        self.scalers = [(p, p.value) for p in parts if isinstance(p.value, ScalerRecord)]

    def match(self, guess: Guess) -> None:
        """Find the scaler of a number, where there is one."""
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
            guess.questions["scaler"] = f"it could be {listed(p for p, _, _ in found)}"
        elif is_scaled_name(guess.input.name):
            guess.questions["scaler"] = "its name says scaled, and no scaler here is of it"

    def found(self, guess: Guess) -> ScalerRecord | None:
        """The scaler that `match` has found."""
        name = guess.fields.get("scaler")
        return next((scaler for part, scaler in self.scalers if part.name == name), None)


def _place_in_scaler(part: Part, scaler: ScalerRecord, column: str) -> int | None:
    """Which column of a scaler a column of the data set is; None where that is not said."""
    for place, name in enumerate(part.columns):
        named = column_named(name)
        if named == column or column in SAME_BOOK.get(named or "", ()):
            return place
    if part.columns:
        return None
    words = words_of(bare_name(part.name))
    if scaler.feature_count == 1 and column_named(bare_name(part.name)) == column:
        return 0
    # As notebooks fit it: item_scaler.fit(books[["avg_rating", "num_ratings"]]).
    usual = {"rating_mean": 0, "rating_count": 1}
    if scaler.feature_count == 2 and words & _OF_BOOKS:
        return usual.get(column)
    return None
