"""What a call or a state may copy or walk through: charged each time, not once.

A file can recall a list of a million texts by two bytes and ask for a set of it, again and again. So
whatever a function of the allow-list is given is charged as if it were copied whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np

ITEM_BYTES: Final = 64
"""A place in a set, the widest of the containers."""


class Weighted:
    """A value of ours that holds items which are copied where it is used."""

    @property
    def weight_bytes(self) -> int:
        """What copying its items takes."""
        raise NotImplementedError


def weight_bytes(values: Iterable[Any]) -> int:
    """What copying ``values`` takes, arrays of numbers apart, which are shared."""
    return sum(map(_weight, values))


def _weight(value: Any) -> int:
    kind = type(value)
    if kind is str:
        return 4 * len(value)
    if kind is bytes:
        return len(value)
    if kind in (list, tuple):
        return ITEM_BYTES * len(value) + sum(_weight(v) for v in value if type(v) is np.ndarray)
    if kind in (dict, set, frozenset):
        return ITEM_BYTES * len(value)
    if kind is np.ndarray:
        return _array_weight(value)
    return value.weight_bytes if isinstance(value, Weighted) else ITEM_BYTES


def _array_weight(array: np.ndarray[Any, Any]) -> int:
    rows = ITEM_BYTES * (len(array) if array.ndim else 1)
    if array.dtype.kind in "biufc":
        return rows if array.ndim > 1 else ITEM_BYTES  # blocks are taken apart row by row
    return array.nbytes + rows
