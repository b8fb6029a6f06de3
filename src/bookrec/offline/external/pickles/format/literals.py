"""Values that a pickle writes out: numbers, texts and bytes, in the ways of every protocol."""

from __future__ import annotations

import struct
from typing import Any, Final

from bookrec.offline.external.pickles.format.values import damaged

_LONGEST_INTEGER: Final = 255
"""Bytes of an integer; a random state's is 16. Longer ones only serve to keep a machine busy."""
_MOST_DIGITS: Final = 600


def signed_integer(data: bytes) -> int:
    """Little-endian two's complement, as LONG1, LONG4 and BININT write it.

    Raises:
        Refusal: it is longer than any number has to be.
    """
    if len(data) > _LONGEST_INTEGER:
        raise damaged(f"it has an integer of {len(data):,} bytes")
    return int.from_bytes(data, "little", signed=True)


def decimal_integer(text: bytes) -> int | bool:
    """A line of protocol 0: ``I01`` and ``I00`` are the booleans, ``L5L`` is a long."""
    if text in (b"00", b"01"):
        return text == b"01"
    digits = text.removesuffix(b"L")
    if len(digits) > _MOST_DIGITS or not digits.lstrip(b"-").isdigit():
        raise damaged("it has a number that is none")
    return _converted(int, digits)


def decimal_float(text: bytes) -> float:
    """A line of protocol 0."""
    if len(text) > _MOST_DIGITS:
        raise damaged("it has a number that is none")
    return _converted(float, text)


def binary_float(data: bytes) -> float:
    """Eight bytes, the highest first."""
    value: float = struct.unpack(">d", data)[0]
    return value


def text(data: bytes) -> str:
    """UTF-8 that may hold lone surrogates, as pickle writes them."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise damaged("it has a text that is not UTF-8") from error


def escaped_text(line: bytes) -> str:
    """A line of protocol 0."""
    try:
        return line.decode("raw-unicode-escape")
    except UnicodeDecodeError as error:
        raise damaged("it has a text that cannot be read") from error


def _converted(kind: Any, digits: bytes) -> Any:
    try:
        return kind(digits)
    except ValueError as error:
        raise damaged("it has a number that is none") from error
