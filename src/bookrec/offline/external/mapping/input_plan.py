"""Plan of one input of an imported model: computes its values for any data set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from bookrec.ages import AGE_BANDS, MAX_AGE, MIN_AGE, age_band
from bookrec.arrays import Array, Ints
from bookrec.offline.external.artifacts import columns
from bookrec.offline.external.artifacts.age_labels import (
    Bounds,
    age_bounds,
    follows_our_bands,
    place_of_age,
)
from bookrec.offline.external.artifacts.columns import IDENTITIES, Doubles
from bookrec.offline.external.artifacts.encoder import NOT_KNOWN, Encoder, label_text
from bookrec.offline.external.artifacts.history_column import (
    HISTORIES,
    books_of,
    padded_rows,
)
from bookrec.offline.external.artifacts.joined_columns import parts_of, with_labels
from bookrec.offline.external.artifacts.tokenizers import mean_vectors
from bookrec.offline.external.mapping.mapping import InputMapping
from bookrec.offline.external.pickles.objects.records import ScalerRecord, WordVectorsRecord
from bookrec.offline.features.ranker_inputs import Side

Unknown = Literal["class", "code", "mean", "leave out", "zeros"]
"""Replacement of unknown values: the encoder's class for them; a code from the mapping; the mean of
the known values; the mean, and the book is not ranked; a vector of zeros."""

Flags = NDArray[np.bool_]
"""A boolean array."""


@dataclass(frozen=True, eq=False)
class InputPlan:
    """Mapping of one input with the parts that it names.

    ``V`` is the size of the bundle's vocabulary of readers or books.
    """

    name: str
    mapping: InputMapping
    width: int
    """Numbers per pair."""
    dtype: str
    rows: int | None
    """Rows of its embeddings, without the row of the mean, which follows them; None without one."""
    unknown: Unknown
    unknown_number: float
    """Number that replaces unknown values; for the mean of an embedding, the row of the mean."""
    encoder: Encoder | None = None
    scaler: ScalerRecord | None = None
    words: WordVectorsRecord | None = None
    counted: Doubles | None = None
    """[V] values of a counted column at the import; None for other columns."""

    @property
    def is_identity(self) -> bool:
        """Whether the input identifies the reader or book."""
        if self.is_history:
            return True
        identities = IDENTITIES.intersection(parts_of(self.mapping.column))
        return bool(identities) or self.unknown == "leave out"

    @property
    def is_history(self) -> bool:
        """Whether the input is a list of the reader's books."""
        return self.mapping.column in HISTORIES

    @property
    def side(self) -> Side:
        """Side of the input for the splitter."""
        if self.mapping.side == "book":
            return "book"
        return (
            "band" if self._bounds is not None and follows_our_bands(self._bounds) else "reader id"
        )

    @property
    def _bounds(self) -> list[Bounds | None] | None:
        if self.mapping.column != "age" or self.encoder is None or self.words is not None:
            return None
        return [age_bounds(label_text(label)) for label in self.encoder.labels]

    def values(self, texts: Sequence[str], places: Ints | None = None) -> tuple[Array, Flags]:
        """Compute the input for n readers or books.

        Args:
            texts: [n] values of the column; ignored for a counted column.
            places: [n] codes of the bundle's vocabulary, 0 = not in it; for a counted column.

        Returns:
            [n] or [n, width] values, and the [n] mask of known values.
        """
        if self.is_history:
            return self._histories(texts)
        if self.words is not None:
            means = mean_vectors(texts, self.words.keys, self.words.vectors, self.mapping.tokens)
            return means, np.asarray(means.any(axis=1))
        if self.counted is not None:
            assert places is not None
            padded = np.concatenate([[np.nan], self.counted])
            numbers = padded[places]
        elif self.encoder is not None:
            codes = self._codes(texts, self.encoder)
            numbers = np.where(codes == NOT_KNOWN, np.nan, codes + self.mapping.offset)
        else:
            numbers = columns.numbers(texts) + self.mapping.offset
            if self.rows is not None:
                outside = (numbers < 0) | (numbers >= self.rows) | (numbers % 1 != 0)
                numbers[outside] = np.nan
        known = ~np.isnan(numbers)
        numbers = np.where(known, self.scaled(np.where(known, numbers, 0.0)), self.unknown_number)
        if self.dtype.startswith(("int", "uint")):
            return np.rint(numbers).astype(self.dtype), known
        return numbers.astype(np.float32), known

    def _histories(self, texts: Sequence[str]) -> tuple[Array, Flags]:
        """Compute [n, width] codes of the books of n readers; known are readers with a known book."""
        assert self.encoder is not None
        books = [books_of(text) for text in texts]
        codes = self.encoder.find("isbn", [isbn for isbns in books for isbn in isbns]).tolist()
        rows, start = [], 0
        for isbns in books:
            some = codes[start : start + len(isbns)]
            rows.append([code + self.mapping.offset for code in some if code != NOT_KNOWN])
            start += len(isbns)
        mapping = self.mapping
        table = padded_rows(rows, self.width, mapping.padding, mapping.padded, mapping.kept)
        whole = self.dtype if self.dtype.startswith(("int", "uint")) else "float32"
        return table.astype(whole), np.array([bool(row) for row in rows], dtype=bool)

    def _codes(self, texts: Sequence[str], encoder: Encoder) -> Ints:
        bounds, column = self._bounds, self.mapping.column
        if len(parts_of(column)) > 1:
            texts = with_labels(column, texts, list(map(label_text, encoder.labels)))
        if bounds is None:
            return encoder.find(column, texts)
        places = np.array(
            [place_of_age(int(text), bounds) if text else -1 for text in texts], dtype=np.int64
        )
        codes = np.append(encoder.codes, NOT_KNOWN)[places]
        return np.asarray(codes, dtype=np.int32)

    def scaled(self, numbers: Doubles) -> Doubles:
        """Scale [n] numbers; without a scaler they stay as they are."""
        if self.scaler is None:
            return numbers
        table = np.zeros((len(numbers), self.scaler.feature_count))
        table[:, self.mapping.scaler_column] = numbers
        return np.asarray(self.scaler.transform(table)[:, self.mapping.scaler_column])

    def by_band(self) -> Array:
        """Compute the input for each of `AGE_BANDS`, [bands]; only for an input of that side."""
        return self.values([_AGE_OF_BAND[band] for band in range(len(AGE_BANDS))])[0]


_AGE_OF_BAND: Final = {age_band(age): str(age) for age in range(MIN_AGE, MAX_AGE + 1)} | {0: ""}
"""Age band → an age in it; "" for the band of unknown ages."""
