"""Input of a trained or an imported model, as the checks of a bundle see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Array
from bookrec.offline.external.artifacts.encoder import Label
from bookrec.offline.external.pickles.objects.records import ScalerRecord

Side = Literal["reader", "book"]
Unknown = Literal["reserved", "class", "code", "mean", "leave out", "zeros", "none"]
"""Replacement of unknown values: ``reserved`` is a code that bookrec reserves for them, ``none`` an
input without unknown values; `mapping.input_plan` defines the others."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class CheckedInput:
    """Values of an input for the ``n`` readers or books of a data set."""

    name: str
    side: Side
    column: str
    """Column of the data set."""
    values: Array
    """[n] or [n, width] values of the input."""
    known: Flags
    """[n] mask of known values; all True for numbers."""
    is_identity: bool = False
    """Whether the input identifies the reader or book."""
    labels: tuple[Label, ...] | None = None
    """Labels of the encoder; None for an input without one."""
    codes: NDArray[np.integer] | None = None
    """[labels] code of each label, offset included."""
    rows: int | None = None
    """Rows of the embedding; None for an input without one."""
    unknown: Unknown = "none"
    """Replacement of unknown values."""
    unknown_code: int | None = None
    """Code that replaces unknown values; None if the replacement is not a code."""
    raw: NDArray[np.float64] | None = None
    """[n] values before the scaler; NaN = unknown."""
    scaler: ScalerRecord | None = None
    scaler_column: int = 0
    """Column of the input in the scaler."""
    is_title: bool = False
    """Whether the input is a mean of word vectors."""

    @property
    def things(self) -> str:
        """``readers`` or ``books``."""
        return f"{self.side}s"

    @property
    def size(self) -> int:
        """Number of codes: one more than the highest."""
        assert self.codes is not None
        return int(self.codes.max(initial=-1)) + 1
