"""Selection from arrays: the best values, one position per code, members of sorted sets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints

_SAMPLE_STEP = 16
"""Distance of the values that `_guess` samples."""


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

    To partition those few is many times faster than to partition all values. A wrong guess costs only
    the attempt.
    """
    sample = values[::_SAMPLE_STEP]
    rank = min(len(sample) - 1, 2 * count // _SAMPLE_STEP + 8)
    return float(np.partition(sample, len(sample) - 1 - rank)[len(sample) - 1 - rank])


def best_first(values: NDArray[np.floating], count: int) -> NDArray[np.intp]:
    """Positions of the ``count`` largest values, largest first, ties by position."""
    places = np.sort(best(values, count))
    return places[np.argsort(-values[places], kind="stable")]


def first_of_each(codes: NDArray[np.integer] | Sequence[int], count: int) -> NDArray[np.intp]:
    """Positions of the first occurrence of each code, ascending, at most ``count``.

    With ``codes`` the works of ranked books, the positions keep the best edition of each work.

    Args:
        codes: [N] in the order of the list.
        count: length of the result; shorter when there are fewer distinct codes.
    """
    _, first = np.unique(codes, return_index=True)
    return np.sort(first)[:count]


def is_member(values: Ints, members: Ints) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Positions of the ``values`` that are in ``members``, and their places there.

    Args:
        values: [N] in any order.
        members: [M] ascending, distinct.

    Returns:
        [K] positions in ``values``, ascending, and [K] positions in ``members``.
    """
    if not len(members):
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
    place = np.minimum(np.searchsorted(members, values), len(members) - 1)
    hits = np.flatnonzero(members[place] == values)
    return hits, place[hits]
