"""Masks for e-mail addresses and phone numbers in the texts of rejected rows."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from bookrec.isbn import is_isbn10

MASK: Final = "***"

_EMAIL: Final = re.compile(r"[^\s@,;|:\"'<>(){}\[\]=]+@[^\s@,;|:\"'<>(){}\[\]=]+\.[^\W\d_]{2,}")
_INTERNATIONAL: Final = re.compile(r"\+[0-9][0-9 .()-]{7,16}[0-9]")
_VALUE: Final = re.compile(r"[^,;|\t\r\n\":{}\[\]]+")
_MOBILE: Final = re.compile(r"(?:0|84|0084)[35789][0-9]{8}")
_BETWEEN_DIGITS: Final = re.compile(r"[ .()-]+")
_LIKE_MOBILE: Final = re.compile(r"(?:0|8[ .()-]*4)[ .()-]*[35789](?:[ .()-]*[0-9]){8}")


def mask_private(text: str, private: Collection[str]) -> str:
    """Mask e-mail addresses, phone numbers and further private values in a row of a file.

    A number of ten digits that is an ISBN stays, unless it is a private value.

    Args:
        text: the row as the file has it.
        private: ids of readers, without outer white space, that are addresses or numbers.
    """

    def masked(match: re.Match[str]) -> str:
        value = match[0].strip().strip("'")
        if value in private or _is_phone(value):
            return match[0].replace(value, MASK)
        return match[0]

    # Most rows hold nothing of the kind, and there may be millions.
    if "@" in text:
        text = _EMAIL.sub(MASK, text)
    if "+" in text:
        text = _INTERNATIONAL.sub(MASK, text)
    return _VALUE.sub(masked, text) if private or _LIKE_MOBILE.search(text) else text


def _is_phone(value: str) -> bool:
    digits = _BETWEEN_DIGITS.sub("", value)
    return _MOBILE.fullmatch(digits) is not None and not is_isbn10(digits)
