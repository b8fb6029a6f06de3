"""One input of a model as the checks see it, whether it was trained here or made elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from bookrec.offline.external.artifacts.encoder import Label
from bookrec.offline.external.pickles.objects.records import ScalerRecord

Side = Literal["reader", "book"]
Unknown = Literal["reserved", "class", "code", "mean", "leave out", "zeros", "none"]
"""What stands for what is not known: ``reserved``, a code of our own that is nothing else; the others
as in `mapping.input_plan`; ``none``, an input that knows everything."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class CheckedInput:
    """What an input is given for a data set. ``n``: the data set's readers or books."""

    name: str
    side: Side
    column: str
    """Of the data set."""
    values: NDArray[Any]
    """[n] or [n, width]"""
    known: Flags
    """[n] whether it is known; all True for numbers."""
    is_identity: bool = False
    """Whether it says which reader or book it is."""
    labels: tuple[Label, ...] | None = None
    """Of its encoder; None for an input without one."""
    codes: NDArray[np.integer] | None = None
    """[labels] the code of each, offset included."""
    rows: int | None = None
    """Rows of its embedding; None for one that is not looked up."""
    unknown: Unknown = "none"
    unknown_code: int | None = None
    """Given for what is not known, where that is a code."""
    raw: NDArray[np.float64] | None = None
    """[n] before the scaler; NaN = not known."""
    scaler: ScalerRecord | None = None
    scaler_column: int = 0
    is_title: bool = False
    """Whether it is the mean of word vectors."""

    @property
    def things(self) -> str:
        """``readers`` or ``books``."""
        return f"{self.side}s"

    @property
    def size(self) -> int:
        """Codes of its encoder: one more than the highest."""
        assert self.codes is not None
        return int(self.codes.max(initial=-1)) + 1
