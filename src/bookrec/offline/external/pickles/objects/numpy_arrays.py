"""NumPy's arrays, numbers and dtypes, rebuilt from their bytes (NumPy 1 and 2, protocols 0 to 5).

NumPy's ``__setstate__`` and ``_reconstruct`` are never called. An array is a read-only view of its
bytes in the file, so a shape that does not match the bytes is refused.
"""

from __future__ import annotations

import math
import re
from typing import Any, Final, Literal, TypeAlias, TypeGuard

import numpy as np

from bookrec.arrays import Array
from bookrec.offline.external.pickles.objects.values import (
    Arguments,
    Draft,
    Name,
    PickleValue,
    Refusal,
    damaged,
    quoted,
    same,
)

NDARRAY: Final = Name("numpy", "ndarray")
_READ_DTYPES: Final = re.compile(r"b1|[iu][1248]|f[248]|c(8|16)|[SU]\d{1,7}|O8?")
_MOST_DIMENSIONS: Final = 8
_MOST_OF_NOTHING: Final = 1_000_000
"""Longest axis of an array without bytes: shape (0, 4) is usual, (10**12, 0) is a trap."""

Dtype: TypeAlias = np.dtype[Any]
"""A NumPy dtype of any kind."""


def dtype(arguments: Arguments) -> DtypeDraft:
    """``numpy.dtype(code, align, copy)``, whose state holds the byte order."""
    code = arguments[0] if len(arguments) == 3 else None
    if type(code) is not str:
        raise damaged("it has an array dtype without a code")
    if not _READ_DTYPES.fullmatch(code):
        raise Refusal(
            f"has a NumPy array of dtype {quoted(code)}",
            "save numbers, booleans or texts (dates as texts, structured arrays column by column)",
        )
    return DtypeDraft(code)


class DtypeDraft(Draft):
    """Draft of a dtype without its byte order.

    Args:
        code: kind and size, e.g. ``f4``.
    """

    __slots__ = ("_code",)

    def __init__(self, code: str) -> None:
        super().__init__("a numpy.dtype")
        self._code = code

    def finish(self, state: PickleValue) -> Dtype:
        """Return the dtype of a state.

        Args:
            state: ``(version, byte order, sub-dtype, names, fields, size, alignment, flags)``.
        """
        if type(state) is not tuple or len(state) < 5:
            raise damaged("it has an array dtype without a byte order")
        if any(part is not None for part in state[2:5]):
            raise Refusal("has a structured NumPy array", "save it column by column")
        if type(state[1]) is not str or state[1] not in {"<", ">", "|", "="}:
            raise damaged("it has an array dtype without a byte order")
        if self._code[0] == "O":
            return np.dtype(object)
        return np.dtype(state[1] + self._code)


def reconstruct(arguments: Arguments) -> ArrayDraft:
    """``_reconstruct(numpy.ndarray, (0,), b"b")``: an empty array, whose state follows."""
    if not arguments or not same(arguments[0], NDARRAY):
        raise damaged("it has an array of another class than numpy.ndarray")
    return ArrayDraft("a numpy.ndarray")


class ArrayDraft(Draft):
    """Draft of an array without shape, dtype and content."""

    __slots__ = ()

    def finish(self, state: PickleValue) -> Array:
        """Return the array of a state.

        Args:
            state: ``(version, shape, dtype, is_fortran, bytes or list of objects)``.
        """
        if type(state) is not tuple or len(state) != 5:
            raise damaged("it has an array without a shape, dtype and content")
        _, shape, kind, is_fortran, content = state
        order = "F" if is_fortran is True else "C"
        if type(content) is list:
            return _of_objects(content, _as_dtype(kind), as_shape(shape), order)
        return from_bytes(content, _as_dtype(kind), as_shape(shape), order)


def from_buffer(arguments: Arguments) -> Array:
    """``_frombuffer(bytes, dtype, shape, order[, axes])`` of protocol 5."""
    if len(arguments) not in (4, 5):
        raise damaged("it has an array without a shape, dtype and content")
    content, kind, shape, order = arguments[:4]
    axes = arguments[4] if len(arguments) == 5 else None
    if axes is None:
        return from_bytes(content, _as_dtype(kind), as_shape(shape), order)
    array = from_bytes(content, _as_dtype(kind), as_shape(shape), "C")
    if (
        type(axes) is not tuple
        or not all(type(axis) is int for axis in axes)
        or sorted(axes) != list(range(array.ndim))
    ):
        raise damaged("it has an array whose axes cannot be ordered")
    return array.transpose(axes)


def scalar(arguments: Arguments) -> PickleValue:
    """``scalar(dtype, bytes)``: a NumPy number, boolean or text."""
    if len(arguments) != 2:
        raise damaged("it has a NumPy number without a dtype and bytes")
    return from_bytes(arguments[1], _as_dtype(arguments[0]), (), "C")[()]


def from_bytes(
    content: PickleValue, kind: Dtype, shape: tuple[int, ...], order: PickleValue
) -> Array:
    """Return a read-only array over ``content``, without a copy.

    Args:
        content: bytes of the elements, unchecked.
        kind: dtype.
        shape: shape.
        order: ``C`` or ``F``, unchecked.

    Raises:
        Refusal: the shape needs more or fewer bytes, or the bytes are no values of the dtype.
    """
    if kind.hasobject or type(content) is not bytes or not is_order(order):
        raise damaged("it has an array without its bytes")
    if math.prod(shape) * kind.itemsize != len(content):
        raise damaged(f"it has an array of shape {shape} with {len(content):,} bytes")
    if not content:
        most = _MOST_OF_NOTHING if kind.itemsize else 1  # numpy.str_("") is of dtype U0
        if max(shape, default=1) > most:
            raise damaged(f"it has an array of shape {shape} without content")
        nothing: Array = np.zeros(shape, kind, order=order)
        nothing.flags.writeable = False
        return nothing
    flat: Array = np.frombuffer(content, kind)
    _check_values(flat)
    return flat.reshape(shape, order=order)


def is_order(value: PickleValue) -> TypeGuard[Literal["C", "F"]]:
    """Whether ``value`` is an element order that NumPy writes."""
    return type(value) is str and value in ("C", "F")


def as_shape(value: PickleValue) -> tuple[int, ...]:
    """Return ``value`` if it is the shape of an array.

    Raises:
        Refusal: it is not.
    """
    if (
        type(value) is not tuple
        or len(value) > _MOST_DIMENSIONS
        or not all(type(size) is int and 0 <= size < 2**48 for size in value)
    ):
        raise damaged("it has an array without a shape")
    return value


def _as_dtype(value: PickleValue) -> Dtype:
    if not isinstance(value, np.dtype):
        raise damaged("it has an array without a dtype")
    return value


def _of_objects(
    items: list[PickleValue], kind: Dtype, shape: tuple[int, ...], order: PickleValue
) -> Array:
    if not kind.hasobject or math.prod(shape) != len(items):
        raise damaged(f"it has an array of shape {shape} with {len(items):,} objects")
    # C frees nested arrays of objects by recursion, and a deep nest overflows its stack.
    if any(type(item) is np.ndarray and item.dtype.hasobject for item in items):
        raise Refusal("has arrays of objects inside an array of objects", "save them in a list")
    array: Array = np.fromiter(items, object, len(items)).reshape(shape, order=order)
    array.flags.writeable = False
    return array


def _check_values(flat: Array) -> None:
    """Refuse bytes that NumPy accepts, although they are no values of the dtype."""
    if flat.dtype.kind == "b" and flat.view(np.uint8).max() > 1:
        raise damaged("it has booleans that are neither true nor false")
    if flat.dtype.kind == "U":
        points = flat.view(np.dtype(np.uint32).newbyteorder(flat.dtype.byteorder))
        if points.max() > 0x10FFFF:
            raise damaged("it has a text array with characters that do not exist")
