"""joblib's arrays: a description in the pickle, followed by the bytes in the same file."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bookrec.arrays import Array
from bookrec.offline.external.pickles.objects.numpy_arrays import (
    NDARRAY,
    Dtype,
    as_shape,
    from_bytes,
    is_order,
)
from bookrec.offline.external.pickles.objects.values import Draft, PickleValue, damaged, same


@dataclass(frozen=True)
class ArrayInStream:
    """joblib's description of an array whose bytes follow it in the file."""

    shape: tuple[int, ...]
    dtype: Dtype
    order: str
    padded: bool
    """Whether padding precedes the bytes: one byte with its length, then as many bytes. joblib 1.1 and
    later writes it to align memory-mapped arrays."""

    @property
    def size_bytes(self) -> int:
        """Bytes of the array, without padding."""
        return int(math.prod(self.shape)) * self.dtype.itemsize

    def from_content(self, content: bytes) -> Array:
        """Return the array with these bytes.

        Raises:
            Refusal: they hold values that no such array has.
        """
        return from_bytes(content, self.dtype, self.shape, self.order)


class ArrayWrapperDraft(Draft):
    """Draft of a ``NumpyArrayWrapper``."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__("an array of joblib")

    def finish(self, state: PickleValue) -> ArrayInStream:
        """Return the description of the array."""
        if type(state) is not dict or not same(state.get("subclass"), NDARRAY):
            raise damaged("it has an array of another class than numpy.ndarray")
        kind, order = state.get("dtype"), state.get("order")
        if not isinstance(kind, np.dtype) or not is_order(order):
            raise damaged("it has an array without a dtype or order")
        padded = state.get("numpy_array_alignment_bytes") is not None
        return ArrayInStream(as_shape(state.get("shape")), kind, order, padded)
