"""Distinct texts of a column with their counts: rules look at each text once, not at each row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Distinct:
    """Column as distinct texts."""

    texts: list[str]
    """[distinct] texts in order of appearance."""
    counts: NDArray[np.int64]
    """[distinct] number of rows of each text."""
    codes: NDArray[np.int64]
    """[rows] position of each row's text."""

    @classmethod
    def of(cls, values: pd.Series) -> Distinct:
        """Take the distinct texts of a column of dtype ``str``."""
        codes, texts = pd.factorize(values)
        counts = np.bincount(codes, minlength=len(texts)).astype(np.int64)
        return cls([str(text) for text in texts], counts, codes.astype(np.int64))

    def map(self, rule: Callable[[str], T]) -> list[T]:
        """Return [distinct] results of a rule."""
        return [rule(text) for text in self.texts]

    def rows(self, mask: NDArray[np.bool_]) -> int:
        """Return the number of rows of the texts that a mask [distinct] marks."""
        return int(self.counts[mask].sum())
