"""joblib's arrays: a description in the pickle, and the bytes right behind it in the same file."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from bookrec.offline.external.pickles.format.byte_source import ByteSource
from bookrec.offline.external.pickles.format.limits import Meter
from bookrec.offline.external.pickles.format.values import Draft, damaged, same
from bookrec.offline.external.pickles.objects.numpy_arrays import (
    NDARRAY,
    as_shape,
    from_bytes,
    is_order,
)
from bookrec.offline.external.pickles.objects.records import Array


@dataclass(frozen=True)
class ArrayInStream:
    """What joblib says of an array before its bytes."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    order: str
    padded: bool
    """joblib 1.1 and later: a byte with the number of bytes to skip, and these, so that mapped
    arrays are aligned."""

    def read(self, source: ByteSource, meter: Meter) -> Array:
        """The array whose bytes come next in ``source``.

        Raises:
            Refusal: the bytes are not there, or do not fit in memory.
        """
        if self.padded:
            source.take(source.take(1)[0])
        size = math.prod(self.shape) * self.dtype.itemsize
        meter.charge(size)
        return from_bytes(source.take(size), self.dtype, self.shape, self.order)


class ArrayWrapperDraft(Draft):
    """A ``NumpyArrayWrapper`` whose attributes are still to come."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__("an array of joblib")

    def finish(self, state: Any) -> ArrayInStream:
        if type(state) is not dict or not same(state.get("subclass"), NDARRAY):
            raise damaged("it has an array of another class than numpy.ndarray")
        kind, order = state.get("dtype"), state.get("order")
        if not isinstance(kind, np.dtype) or not is_order(order):
            raise damaged("it has an array without a dtype or order")
        padded = state.get("numpy_array_alignment_bytes") is not None
        return ArrayInStream(as_shape(state.get("shape")), kind, order, padded)
