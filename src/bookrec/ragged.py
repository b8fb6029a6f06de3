"""Ragged arrays (CSR without values): row starts, rows, groups."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints


def row_starts(lengths: NDArray[np.integer]) -> NDArray[np.int64]:
    """[n + 1] where each row of a CSR table starts, from the lengths [n] of its rows."""
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths, dtype=np.int64)])


def grouped(codes: Ints) -> tuple[NDArray[np.int64], Ints]:
    """Positions by code, as a CSR table: row c holds, ascending, where ``codes`` is c."""
    return row_starts(np.bincount(codes)), np.argsort(codes, kind="stable").astype(np.int32)


def rows_of(
    start: NDArray[np.int64], values: Ints, rows: NDArray[np.integer]
) -> tuple[Ints, NDArray[np.int64], NDArray[np.int64]]:
    """Rows of a CSR table, one after the other.

    Returns:
        Their values, the length of each row, and where in ``values`` each value lies.
    """
    begin = start[rows]
    lengths = start[rows + 1] - begin
    before = row_starts(lengths)
    where = np.repeat(begin - before[:-1], lengths) + np.arange(before[-1])
    return values[where], lengths, where
