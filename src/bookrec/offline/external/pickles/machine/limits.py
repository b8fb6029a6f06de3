"""Limits on the cost of reading one file: bytes on disk, bytes unpacked, memory, depth, elements.

A file can recall a list of a million texts by two bytes and ask for a set of it, again and again. So
`weight_bytes` charges each call for its arguments as if they were copied whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from bookrec.arrays import Array
from bookrec.offline.external.pickles.objects.values import PickleValue, Refusal, Weighted

MIB: Final = 1024 * 1024
GIB: Final = 1024 * MIB

STEP_BYTES: Final = 96
"""Memory that one step may leave behind: a slot of the stack or memo, and a small value."""
CONTAINER_BYTES: Final = 256
"""Memory of a new container: an empty set, the largest, has 216 bytes; a dict of one item 184."""
DRAFT_BYTES: Final = 512
"""Memory of an object: its draft, its memo keys, and the record without its arrays."""
ITEM_BYTES: Final = 64
"""Memory of an item in a set, the container with the widest slots."""


@dataclass(frozen=True)
class Limits:
    """Limits for reading one file; generous for models that one machine trains.

    400,000 word vectors of 300 numbers are 480 MB; encoders of ten million strings are 300 MB. gensim
    keeps larger vectors beside the pickle, as ``.npy``; those are memory-mapped and have no limit.
    """

    file_bytes: int = 2 * GIB
    """Size of the file on disk."""
    content_bytes: int = 2 * GIB
    """Size of the unpacked content of a compressed file, in any case."""
    unpack_ratio: int = 200
    """Largest ratio of unpacked to packed size. Text and ids shrink to a tenth, bombs to a
    thousandth."""
    unpack_free_bytes: int = 64 * MIB
    """Unpacked size below which the ratio does not matter."""
    memory_bytes: int = 6 * GIB
    """Memory of all values built: an upper estimate, the real peak is lower."""
    depth: int = 64
    """Depth of nested containers."""
    elements: int = 200_000_000
    """Elements of the result with every shared part written out, which is the cost of printing it."""

    def unpacked_bytes(self, file_bytes: int) -> int:
        """Return the largest unpacked size allowed for a compressed file of ``file_bytes``."""
        return min(self.content_bytes, max(self.unpack_free_bytes, self.unpack_ratio * file_bytes))


class Meter:
    """Memory still available, shared by all that reads one file."""

    def __init__(self, limits: Limits) -> None:
        self._limit = limits.memory_bytes
        self.left = limits.memory_bytes

    def charge(self, size_bytes: int) -> None:
        """Subtract ``size_bytes`` before they are allocated.

        Raises:
            Refusal: less than that is left.
        """
        self.left -= size_bytes
        if self.left < 0:
            raise Refusal(
                f"would take more than {self._limit / MIB:,.0f} MiB of memory to read",
                "save its parts in files of their own, large arrays as .npy",
            )


def weight_bytes(values: Iterable[PickleValue]) -> int:
    """Return the memory that copies of ``values`` take; arrays of numbers are shared, not copied."""
    return sum(map(_weight, values))


def _weight(value: PickleValue) -> int:
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


def _array_weight(array: Array) -> int:
    rows = ITEM_BYTES * (len(array) if array.ndim else 1)
    if array.dtype.kind in "biufc":
        return rows if array.ndim > 1 else ITEM_BYTES  # blocks of pandas are split into rows
    return array.nbytes + rows
