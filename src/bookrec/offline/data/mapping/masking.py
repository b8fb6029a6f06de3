"""Masks for e-mail addresses and phone numbers in the texts of rejected rows."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final

import numpy as np

from bookrec.isbn import is_isbn10

MASK: Final = "***"

_EMAIL: Final = re.compile(r"[^\s@,;|:\"'<>(){}\[\]=]+@[^\s@,;|:\"'<>(){}\[\]=]+\.[^\W\d_]{2,}")
_INTERNATIONAL: Final = re.compile(r"\+[0-9][0-9 .()-]{7,16}[0-9]")
_MARKS: Final = re.compile("[@+]")
_VALUE: Final = re.compile(r"[^,;|\t\r\n\":{}\[\]]+")
_MOBILE: Final = re.compile(r"(?:0|84|0084)[35789][0-9]{8}")
_BETWEEN_DIGITS: Final = re.compile(r"[ .()-]+")
_PAD: Final = r"(?:[^\S\t\r\n]|[.()'-])*"
_GAP: Final = r"[ .()-]*"
_LIKE_MOBILE: Final = re.compile(
    rf"(?<![^,;|\t\r\n\":{{}}\[\]]){_PAD}"
    rf"(?P<digits>(?:0|(?:0{_GAP}0{_GAP})?8{_GAP}4){_GAP}[35789](?:{_GAP}[0-9]){{8}})"
    rf"{_PAD}(?![^,;|\t\r\n\":{{}}\[\]])"
)
"""A whole value that `_is_phone` may take for a number."""


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


def mask_rows(texts: Sequence[str], private: Collection[str]) -> list[str]:
    """Return `mask_private` of each row; only rows that may hold something private are looked into."""
    if private:
        return [mask_private(text, private) for text in texts]
    # No pattern reaches beyond the end of a line, so all rows together are searched as one text.
    joined = "\n".join(texts)
    places = [mark.start() for mark in _MARKS.finditer(joined)]
    places += [
        number.start("digits")
        for number in _LIKE_MOBILE.finditer(joined)
        if _is_phone(number["digits"])
    ]
    masked = list(texts)
    if places:
        ends = np.cumsum([len(text) + 1 for text in texts])
        for row in np.unique(np.searchsorted(ends, places, side="right")).tolist():
            masked[row] = mask_private(masked[row], private)
    return masked


def _is_phone(value: str) -> bool:
    digits = _BETWEEN_DIGITS.sub("", value)
    return _MOBILE.fullmatch(digits) is not None and not is_isbn10(digits)
