"""Finds crossed inputs by evidence: all classes of an encoder are two values that the data have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import permutations
from typing import Final

from bookrec.offline.data.dataset import Dataset
from bookrec.offline.external.artifacts import columns
from bookrec.offline.external.artifacts.artifact_files import INVERTED, Part, Sources
from bookrec.offline.external.artifacts.encoder import Encoder, label_text
from bookrec.offline.external.crosses.declared import CrossMapping
from bookrec.offline.external.crosses.values import (
    KnownValues,
    share_of_interactions,
    split_label,
    values_of_encoder,
)

_SEPARATORS: Final = ("_", "-", "|", " ", ":", "::", "__", "_x_", " x ", ",", "/", "×", " × ", "&")
_SAMPLE: Final = 200
"""Labels that are looked at first."""
_NEARLY_ALL: Final = 0.95
"""Share of labels that must be two values, and of interactions that must be classes."""
_SPARE: Final = 2
"""Most rows of an embedding without a class."""
_COLUMNS: Final = tuple(
    name
    for name in (*columns.READER_COLUMNS, *columns.BOOK_COLUMNS)
    if name not in columns.STATISTICS
)


class CrossFinder:
    """Encoders of joined values beside a model."""

    def __init__(self, sources: Sources, dataset: Dataset) -> None:
        self.known = KnownValues(dataset)
        self._readings: dict[str, list[CrossMapping]] = {}
        for name, part in sources.parts.items():
            if not name.endswith(f":{INVERTED}") and isinstance(part.value, Encoder):
                readings = list(self._of(part, part.value))
                if readings:
                    self._readings[name] = readings
        self._encoders = {n: p.value for n, p in sources.parts.items()}

    def find(self, inputs: Mapping[str, int]) -> dict[str, list[CrossMapping]]:
        """Return the readings of each input that an encoder of joined values fits.

        Args:
            inputs: input that an Embedding looks up → rows of the Embedding.

        Returns:
            Readings by input; one reading is sure, several are a question. Inputs without a reading
            are missing.
        """
        result: dict[str, list[CrossMapping]] = {}
        for name, rows in inputs.items():
            readings = [
                reading
                for part, readings in self._readings.items()
                for reading in readings
                if rows - _SPARE <= self._size(part) <= rows
            ]
            if readings:
                result[name] = readings
        return result

    def _size(self, part: str) -> int:
        encoder = self._encoders[part]
        assert isinstance(encoder, Encoder)
        return encoder.size

    def _of(self, part: Part, encoder: Encoder) -> Iterable[CrossMapping]:
        """Yield the readings of an encoder as joined values of two columns."""
        labels = [label for label in encoder.labels if isinstance(label, str)]
        if len(labels) < max(_NEARLY_ALL * len(encoder.labels), 2) or self._is_one_column(labels):
            return
        for separator in _SEPARATORS:
            if sum(separator in label for label in labels) < _NEARLY_ALL * len(labels):
                continue
            for pair in permutations(_COLUMNS, 2):
                cross = CrossMapping(columns=pair, separator=separator, encoder=part.name)
                if self._fits(cross, _sample(labels)) and self._fits(cross, labels):
                    values = values_of_encoder(cross, encoder, self.known)
                    share = share_of_interactions(cross, values, self.known.dataset)
                    if share >= _NEARLY_ALL:
                        yield cross

    def _is_one_column(self, labels: Sequence[str]) -> bool:
        """Whether the labels are values of one column as they are."""
        some = _sample(labels)
        return any(
            sum(self.known.has(column, label) for label in some) > len(some) / 2
            for column in _COLUMNS
        )

    def _fits(self, cross: CrossMapping, labels: Sequence[str]) -> bool:
        """Whether nearly all labels are values of both columns."""
        hits = 0
        for label in labels:
            values = split_label(label_text(label), cross, self.known)
            if values is not None:
                hits += all(map(self.known.has, cross.columns, values))
        return hits >= _NEARLY_ALL * len(labels)


def _sample(labels: Sequence[str]) -> Sequence[str]:
    return labels[:: max(len(labels) // _SAMPLE, 1)]
