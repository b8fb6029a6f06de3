"""Ragged arrays (CSR without values): row starts, rows, groups."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints


def row_starts(lengths: NDArray[np.integer]) -> NDArray[np.int64]:
    """[n + 1] starts of the rows of a CSR table, from the lengths [n] of its rows."""
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths, dtype=np.int64)])


def grouped(codes: Ints) -> tuple[NDArray[np.int64], Ints]:
    """Group positions by code, as a CSR table whose row c holds, ascending, the positions of code c.

    Args:
        codes: [n], 0 to C - 1.

    Returns:
        [C + 1] row starts and [n] positions.
    """
    return row_starts(np.bincount(codes)), np.argsort(codes, kind="stable").astype(np.int32)


def rows_of(
    start: NDArray[np.int64], values: Ints, rows: NDArray[np.integer]
) -> tuple[Ints, NDArray[np.int64], NDArray[np.int64]]:
    """Concatenate rows of a CSR table.

    Args:
        start: [n + 1] row starts.
        values: [start[-1]] values of all rows.
        rows: [m] numbers of the rows to take, in any order.

    Returns:
        Their values [k], the length of each row [m], and the positions of these values in
        ``values`` [k].
    """
    begin = start[rows]
    lengths = start[rows + 1] - begin
    before = row_starts(lengths)
    where = np.repeat(begin - before[:-1], lengths) + np.arange(before[-1])
    return values[where], lengths, where
