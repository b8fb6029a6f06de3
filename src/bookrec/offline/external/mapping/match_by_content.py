"""Comparison of encoders and scalers with the columns of a data set."""

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
"""Labels that are whole numbers below this number age bands; they are no ages."""

_OLDEST: Final = 250
"""Numbers above this are ids rather than ages."""


@dataclass
class ContentComparison:
    """Comparison of parts with one data set; results are cached."""

    dataset: Dataset
    _shares: dict[tuple[int, str], float] = field(default_factory=dict)
    _texts: dict[str, list[str]] = field(default_factory=dict)

    def texts(self, column: str) -> list[str]:
        """Return the distinct known values of a column."""
        if column not in self._texts:
            distinct = dict.fromkeys(columns.texts(self.dataset, column))
            self._texts[column] = [text for text in distinct if text]
        return self._texts[column]

    def share(self, encoder: Encoder, column: str) -> float:
        """Return the overlap of an encoder's labels and a column's values, 0 to 1.

        It is the larger of two shares: of the labels that are in the data set, and of the data set's
        values that are in the encoder. Either side may be a subset of the original data.
        """
        key = id(encoder), column
        if key not in self._shares:
            self._shares[key] = self._share(encoder, column)
        return self._shares[key]

    def labels_found(self, encoder: Encoder, column: str) -> int:
        """Return how many labels of an encoder are values of a column."""
        if column not in SPELLINGS:
            return 0
        codes = encoder.find(column, self.texts(column))
        return len(np.unique(codes[codes != NOT_KNOWN]))

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
        """Return the interactions that a scaler's statistics fit better.

        Args:
            scaler: fitted scaler.
            place: column of the scaler.
            column: counted column that it scales.
        """
        if scaler.data_min is not None and column.endswith("mean"):
            # The lowest mean is 0 only if interactions without a rating count as 0.
            return "all" if float(scaler.data_min[place]) < 1 else "explicit"
        for fitted, statistic in ((scaler.mean, np.nanmean), (scaler.data_max, np.nanmax)):
            if fitted is not None:
                choices = columns.statistics_by_count(self.dataset, column)
                distance = {
                    counted: abs(float(statistic(values)) - float(fitted[place]))
                    for counted, values in choices.items()
                }
                return "all" if distance["all"] < distance["explicit"] else "explicit"
        return "explicit"


def _share_of_ages(labels: list[str]) -> float:
    named = [text for text in labels if not is_unknown_label(text)]
    if not named or all(text.isdigit() and int(text) < _FEW_AGES for text in named):
        return 0.0  # numbers of bands, whose ages are not known
    bounds = [age_bounds(text) for text in named]
    if any(ages is not None and ages[0] > _OLDEST for ages in bounds):
        return 0.0  # ids
    return float(np.mean([ages is not None for ages in bounds]))


def _middle(scaler: ScalerRecord, place: int) -> float | None:
    """Return the mean, mid-range or median of the data of a scaler; None if it keeps none."""
    if scaler.mean is not None:
        return float(scaler.mean[place])
    if scaler.data_min is not None and scaler.data_max is not None:
        return float(scaler.data_min[place] + scaler.data_max[place]) / 2
    return None if scaler.center is None else float(scaler.center[place])


def fits_codes(scaler: ScalerRecord, place: int, encoder: Encoder) -> bool:
    """Whether a scaler may have been fitted to an encoder's codes rather than to its labels.

    Args:
        scaler: fitted scaler.
        place: column of the scaler.
        encoder: encoder of the column.
    """
    if scaler.data_max is not None:
        return float(scaler.data_max[place]) < encoder.size
    middle = _middle(scaler, place)
    return middle is None or 0 <= middle < encoder.size
