"""Decoding of literals, i.e. numbers, texts and bytes, as every pickle protocol writes them."""

from __future__ import annotations

import struct
from typing import Final

from bookrec.offline.external.pickles.objects.values import damaged

_LONGEST_INTEGER: Final = 255
"""Most bytes of an integer. A random state has 16; longer ones only keep a machine busy."""
_MOST_DIGITS: Final = 600


def signed_integer(data: bytes) -> int:
    """Decode little-endian two's complement, as LONG1, LONG4 and BININT write it.

    Raises:
        Refusal: it has more than 255 bytes.
    """
    if len(data) > _LONGEST_INTEGER:
        raise damaged(f"it has an integer of {len(data):,} bytes")
    return int.from_bytes(data, "little", signed=True)


def decimal_integer(text: bytes) -> int | bool:
    """Decode a line of protocol 0: ``01`` and ``00`` are the booleans, ``5L`` is a long.

    Raises:
        Refusal: it is no number, or too long.
    """
    if text in (b"00", b"01"):
        return text == b"01"
    digits = text.removesuffix(b"L")
    if len(digits) > _MOST_DIGITS or not digits.lstrip(b"-").isdigit():
        raise damaged("it has a number that is none")
    try:
        return int(digits)
    except ValueError as error:
        raise damaged("it has a number that is none") from error


def decimal_float(text: bytes) -> float:
    """Decode a line of protocol 0.

    Raises:
        Refusal: it is no number, or too long.
    """
    if len(text) > _MOST_DIGITS:
        raise damaged("it has a number that is none")
    try:
        return float(text)
    except ValueError as error:
        raise damaged("it has a number that is none") from error


def binary_float(data: bytes) -> float:
    """Decode eight bytes, big-endian."""
    value: float = struct.unpack(">d", data)[0]
    return value


def text(data: bytes) -> str:
    """Decode UTF-8; lone surrogates are kept, as pickle writes them.

    Raises:
        Refusal: it is not UTF-8.
    """
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise damaged("it has a text that is not UTF-8") from error


def escaped_text(line: bytes) -> str:
    """Decode a line of protocol 0, with Unicode escapes.

    Raises:
        Refusal: an escape is damaged.
    """
    try:
        return line.decode("raw-unicode-escape")
    except UnicodeDecodeError as error:
        raise damaged("it has a text that cannot be read") from error
