"""What the data set says of an encoder or a scaler: whose labels or numbers are these?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from bookrec.offline.data.dataset import Dataset
from bookrec.offline.external.artifacts import columns
from bookrec.offline.external.artifacts.age_labels import age_bounds, is_unknown_label
from bookrec.offline.external.artifacts.columns import Counted
from bookrec.offline.external.artifacts.encoder import NOT_KNOWN, SPELLINGS, Encoder, label_text
from bookrec.offline.external.pickles.objects.records import ScalerRecord

_FEW_AGES: Final = 15
"""Whole numbers that are all below this number bands rather than years of age."""

_OLDEST: Final = 250


@dataclass
class ContentComparison:
    """Compares parts with one data set; remembers what it has compared."""

    dataset: Dataset
    _shares: dict[tuple[int, str], float] = field(default_factory=dict)
    _texts: dict[str, list[str]] = field(default_factory=dict)

    def texts(self, column: str) -> list[str]:
        """The distinct known values of a column."""
        if column not in self._texts:
            found = dict.fromkeys(columns.texts(self.dataset, column))
            self._texts[column] = [text for text in found if text]
        return self._texts[column]

    def share(self, encoder: Encoder, column: str) -> float:
        """How far an encoder's labels are values of a column, 0 to 1.

        The larger of two shares: of the labels that the data set has, and of the data set's values
        that the encoder has; either may have been cut.
        """
        key = id(encoder), column
        if key not in self._shares:
            self._shares[key] = self._share(encoder, column)
        return self._shares[key]

    def _share(self, encoder: Encoder, column: str) -> float:
        if column == "age":
            return _share_of_ages([label_text(label) for label in encoder.labels])
        if column not in SPELLINGS:
            return 0.0
        values = self.texts(column)
        codes = encoder.find(column, values)
        known = codes[codes != NOT_KNOWN]
        if not len(values) or not len(encoder.labels):
            return 0.0
        return max(len(known) / len(values), len(np.unique(known)) / len(encoder.labels))

    def counted(self, scaler: ScalerRecord, place: int, column: str) -> Counted:
        """Which way of counting a scaler's own numbers speak for."""
        if scaler.data_min is not None and column.endswith("mean"):
            # The lowest mean of ratings is 0 only where those without a rating were counted in.
            return "all" if float(scaler.data_min[place]) < 1 else "explicit"
        for seen, of in ((scaler.mean, np.nanmean), (scaler.data_max, np.nanmax)):
            if seen is not None:
                ways = columns.statistics_by_count(self.dataset, column)
                apart = {way: abs(float(of(x)) - float(seen[place])) for way, x in ways.items()}
                return "all" if apart["all"] < apart["explicit"] else "explicit"
        return "explicit"


def _share_of_ages(labels: list[str]) -> float:
    named = [text for text in labels if not is_unknown_label(text)]
    if not named or all(text.isdigit() and int(text) < _FEW_AGES for text in named):
        return 0.0  # numbers of bands, which do not say which ages they are
    bounds = [age_bounds(text) for text in named]
    if any(ages is not None and ages[0] > _OLDEST for ages in bounds):
        return 0.0  # ids
    return float(np.mean([ages is not None for ages in bounds]))


def _middle(scaler: ScalerRecord, place: int) -> float | None:
    """The middle of the numbers that a scaler was fitted to, where it knows one."""
    if scaler.mean is not None:
        return float(scaler.mean[place])
    if scaler.data_min is not None and scaler.data_max is not None:
        return float(scaler.data_min[place] + scaler.data_max[place]) / 2
    return None if scaler.center is None else float(scaler.center[place])


def fits_codes(scaler: ScalerRecord, place: int, encoder: Encoder) -> bool:
    """Whether a scaler was fitted to an encoder's codes rather than to what these stand for."""
    if scaler.data_max is not None:
        return float(scaler.data_max[place]) < encoder.size
    middle = _middle(scaler, place)
    return middle is None or 0 <= middle < encoder.size
