"""One input of an imported model, with everything needed to fill it for any data set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from bookrec.ages import AGE_BANDS, MAX_AGE, MIN_AGE, age_band
from bookrec.arrays import Ints
from bookrec.offline.external.artifacts import columns
from bookrec.offline.external.artifacts.age_labels import (
    Bounds,
    age_bounds,
    follows_our_bands,
    place_of_age,
)
from bookrec.offline.external.artifacts.columns import IDENTITIES, Doubles
from bookrec.offline.external.artifacts.encoder import NOT_KNOWN, Encoder, label_text
from bookrec.offline.external.artifacts.tokenizers import mean_vectors
from bookrec.offline.external.mapping.mapping import InputMapping
from bookrec.offline.external.pickles.objects.records import ScalerRecord, WordVectorsRecord
from bookrec.offline.features.ranker_inputs import Side

Unknown = Literal["class", "code", "mean", "leave out", "zeros"]
"""What is given for a thing that is not known: the encoder's class for it, a code of the mapping, the
mean of all that is known, the mean and the book is not ranked, or a vector of zeros."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class InputPlan:
    """What one input is given, and by what."""

    name: str
    given: InputMapping
    width: int
    dtype: str
    rows: int | None
    """Codes that its embeddings have; the mean of all is one row more. None: it is not looked up."""
    unknown: Unknown
    unknown_number: float
    """What the input is then; for the mean of an embedding its last row."""
    encoder: Encoder | None = None
    scaler: ScalerRecord | None = None
    words: WordVectorsRecord | None = None
    counted: Doubles | None = None
    """Of a column that is counted: [V] as it was at import, by the bundle's vocabulary of books or of
    readers."""

    @property
    def is_identity(self) -> bool:
        """Whether it says which reader or book it is."""
        return self.given.column in IDENTITIES or self.unknown == "leave out"

    @property
    def side(self) -> Side:
        """What the splitter is told of it."""
        if self.given.side == "book":
            return "book"
        return (
            "band" if self._bounds is not None and follows_our_bands(self._bounds) else "reader id"
        )

    @property
    def _bounds(self) -> list[Bounds | None] | None:
        if self.given.column != "age" or self.encoder is None or self.words is not None:
            return None
        return [age_bounds(label_text(label)) for label in self.encoder.labels]

    def values(
        self, texts: Sequence[str], places: Ints | None = None
    ) -> tuple[NDArray[Any], Flags]:
        """What the input is for n readers or books, and which of them it knows.

        Args:
            texts: [n] the column; ignored for one that is counted.
            places: [n] of a counted column: codes of the bundle's vocabulary, 0 = not in it.

        Returns:
            [n] or [n, width], and [n].
        """
        if self.words is not None:
            made = mean_vectors(texts, self.words.keys, self.words.vectors, self.given.tokens)
            return made, np.asarray(made.any(axis=1))
        if self.counted is not None:
            assert places is not None
            padded = np.concatenate([[np.nan], self.counted])
            numbers = padded[places]
        elif self.encoder is not None:
            codes = self._codes(texts, self.encoder)
            numbers = np.where(codes == NOT_KNOWN, np.nan, codes + self.given.offset)
        else:
            numbers = columns.numbers(texts) + self.given.offset
            if self.rows is not None:
                outside = (numbers < 0) | (numbers >= self.rows) | (numbers % 1 != 0)
                numbers[outside] = np.nan
        known = ~np.isnan(numbers)
        numbers = np.where(known, self.scaled(np.where(known, numbers, 0.0)), self.unknown_number)
        if self.dtype.startswith(("int", "uint")):
            return np.rint(numbers).astype(self.dtype), known
        return numbers.astype(np.float32), known

    def _codes(self, texts: Sequence[str], encoder: Encoder) -> Ints:
        bounds = self._bounds
        if bounds is None:
            return encoder.find(self.given.column, texts)
        places = np.array(
            [place_of_age(int(text), bounds) if text else -1 for text in texts], dtype=np.int64
        )
        codes = np.append(encoder.codes, NOT_KNOWN)[places]
        return np.asarray(codes, dtype=np.int32)

    def scaled(self, numbers: Doubles) -> Doubles:
        """[n] numbers through the scaler, where there is one."""
        if self.scaler is None:
            return numbers
        table = np.zeros((len(numbers), self.scaler.feature_count))
        table[:, self.given.scaler_column] = numbers
        return np.asarray(self.scaler.transform(table)[:, self.given.scaler_column])

    def by_band(self) -> NDArray[Any]:
        """[bands] what the input is for each of `AGE_BANDS`; for one of that side."""
        return self.values([_AN_AGE[band] for band in range(len(AGE_BANDS))])[0]


_AN_AGE: Final = {age_band(age): str(age) for age in range(MIN_AGE, MAX_AGE + 1)} | {0: ""}
"""Age band → an age in it."""
