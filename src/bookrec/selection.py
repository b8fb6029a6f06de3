"""Choosing from arrays: the best values, members of sorted sets, rows of CSR tables."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints

_SAMPLE_STEP = 16
"""Every so many values are looked at to guess where the best begin."""


def best(values: NDArray[np.floating], count: int, above: float = -np.inf) -> NDArray[np.intp]:
    """Positions of the ``count`` largest of ``values`` that exceed ``above``, in no order.

    Ties at the edge go to the lower position, so that the same values give the same set. Values
    are numbers or -inf, never NaN.
    """
    if count <= 0:
        return np.empty(0, dtype=np.intp)
    if above > -np.inf:
        where = np.flatnonzero(values > above)
        return where if len(where) <= count else where[best(values[where], count)]
    if count >= len(values):
        return np.arange(len(values))
    if count * 4 * _SAMPLE_STEP <= len(values):
        where = np.flatnonzero(values > _guess(values, count))
        if count <= len(where) < len(values):
            return where[best(values[where], count)]
    edge = np.partition(values, len(values) - count)[len(values) - count]
    certain = np.flatnonzero(values > edge)
    ties = np.flatnonzero(values == edge)[: count - len(certain)]
    return np.concatenate([certain, ties])


def _guess(values: NDArray[np.floating], count: int) -> float:
    """A value that somewhat more than ``count`` of ``values`` probably exceed.

    Looking for the best among those few is many times faster than partitioning everything; where
    the guess is wrong, nothing is lost but the attempt.
    """
    sample = values[::_SAMPLE_STEP]
    rank = min(len(sample) - 1, 2 * count // _SAMPLE_STEP + 8)
    return float(np.partition(sample, len(sample) - 1 - rank)[len(sample) - 1 - rank])


def best_first(values: NDArray[np.floating], count: int) -> NDArray[np.intp]:
    """Positions of the ``count`` largest values, largest first, ties by position."""
    places = np.sort(best(values, count))
    return places[np.argsort(-values[places], kind="stable")]


def is_member(values: Ints, members: Ints) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Which of ``values`` are in ``members`` (ascending, distinct), and where there."""
    if not len(members):
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
    place = np.minimum(np.searchsorted(members, values), len(members) - 1)
    found = np.flatnonzero(members[place] == values)
    return found, place[found]


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
