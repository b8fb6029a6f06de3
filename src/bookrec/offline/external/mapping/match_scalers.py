"""Matches inputs of one number to scalers, by names and sizes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bookrec.offline.external.artifacts.artifact_files import Part
from bookrec.offline.external.artifacts.columns import STATISTICS
from bookrec.offline.external.artifacts.naming import column_named, is_scaled_name, words_of
from bookrec.offline.external.artifacts.scaled_columns import ScaledColumns
from bookrec.offline.external.mapping.candidate import Guess, bare_name, listed
from bookrec.offline.external.mapping.match_by_content import ContentComparison
from bookrec.offline.external.pickles.objects.records import ScalerRecord

_OF_BOOKS: Final = {"item", "items", "book", "books", "rating", "ratings"}
"""Words in the name of a scaler of ``rating_mean`` and ``rating_count``."""

_USUAL: Final = ("rating_mean", "rating_count")
"""Columns of such a scaler."""
_CLEARLY: Final = 2.0
"""Ratio of distances from which the nearer column of a scaler is taken to be the right one."""


class ScalerMatcher:
    """Scalers beside a model, and the data set that they may be fitted to."""

    def __init__(self, parts: Sequence[Part], content: ContentComparison) -> None:
        self.content = content
        self.scaled = ScaledColumns(content.dataset)
        self.scalers = [(p, p.value) for p in parts if isinstance(p.value, ScalerRecord)]

    def match(self, guess: Guess) -> None:
        """Add the scaler, if there is one, to the guess for an input of one number."""
        column = guess.column
        assert column is not None
        hits = [
            (part, scaler, places)
            for part, scaler in self.scalers
            if (places := _places_in_scaler(part, scaler, column))
        ]
        if len(hits) == 1:
            ((part, scaler, places),) = hits
            guess.fields["scaler"] = part.name
            place = self._place(part, scaler, column, places)
            if place is None:
                guess.questions["scaler_column"] = _which(part, places)
                return
            guess.fields["scaler_column"] = place
            guess.notes.append(f"{scaler.kind} scaler, column {place}")
            if len(places) > 1:
                guess.notes.append("the scaler's column by its mean and range")
            if column in STATISTICS:
                # Mean and count cover the same interactions, and the mean distinguishes better.
                mean = column.replace("count", "mean")
                others = _places_in_scaler(part, scaler, mean)
                mean_place = self._place(part, scaler, mean, others) if others else None
                key = (place, column) if mean_place is None else (mean_place, mean)
                guess.fields["counted"] = self.content.counted(scaler, *key)
                guess.notes.append(f"counted: {guess.fields['counted']}")
        elif hits:
            guess.questions["scaler"] = f"it could be {listed(p for p, _, _ in hits)}"
        elif is_scaled_name(guess.input.name):
            guess.questions["scaler"] = "its name says scaled, and no scaler here is of it"

    def _place(
        self, part: Part, scaler: ScalerRecord, column: str, places: Sequence[int]
    ) -> int | None:
        """Return the position of a column among several; None if the data do not decide.

        The other columns decide too: of two columns in two places, one order fits better.
        """
        if len(places) == 1:
            return places[0]
        others = [] if part.columns else [c for c in _USUAL if c != column]
        distances = {}
        for place in places:
            distance = self.scaled.distance(scaler, place, column)
            for other, rest in zip(others, (p for p in places if p != place), strict=False):
                distance += self.scaled.distance(scaler, rest, other)
            distances[place] = distance
        best, second = sorted(places, key=lambda place: distances[place])[:2]
        return best if distances[best] * _CLEARLY < distances[second] else None

    def scaler_of(self, guess: Guess) -> ScalerRecord | None:
        """Return the scaler that `match` added to a guess; None if there is none."""
        name = guess.fields.get("scaler")
        return next((scaler for part, scaler in self.scalers if part.name == name), None)


def _which(part: Part, places: Sequence[int]) -> str:
    names = [f"{place} ({part.columns[place]})" if part.columns else str(place) for place in places]
    return (
        f"it could be {' or '.join(names)} of {part.name}, and the data set's numbers fit neither"
    )


def _places_in_scaler(part: Part, scaler: ScalerRecord, column: str) -> list[int]:
    """Return the positions in a scaler that a column of the data set may have, by names.

    A title's column is not the ISBN's: only the name of the column itself counts.
    """
    if part.columns:
        return [place for place, name in enumerate(part.columns) if column_named(name) == column]
    if scaler.feature_count == 1 and column_named(bare_name(part.name)) == column:
        return [0]
    # Notebooks fit it to books[["avg_rating", "num_ratings"]], in either order.
    if scaler.feature_count == 2 and words_of(bare_name(part.name)) & _OF_BOOKS:
        return [0, 1] if column in ("rating_mean", "rating_count") else []
    return []
