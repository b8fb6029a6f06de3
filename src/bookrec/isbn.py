"""Spelling of ISBNs: check digits, both forms, removal of junk. A book's id is its ISBN-10."""

from __future__ import annotations

import re
from typing import Final

_ISBN10: Final = re.compile(r"[0-9]{9}[0-9X]")
_ISBN13: Final = re.compile(r"97[89][0-9]{10}")
_FOREIGN_ID: Final = re.compile(r"[a-z]{2,8}:[0-9A-Za-z._-]{1,32}")
_USABLE_ID: Final = re.compile(r"[0-9A-Z][0-9A-Z._-]{0,31}")
_SEPARATORS: Final = re.compile(r"[\s\u2010-\u2015-]+")
_NOT_ALPHANUMERIC: Final = re.compile(r"[^0-9A-Z]+")


def isbn10_check_digit(first_nine: str) -> str:
    """Return the tenth character (``0``-``9`` or ``X``) of an ISBN-10 that begins with nine digits."""
    total = sum(
        weight * int(digit) for weight, digit in zip(range(10, 1, -1), first_nine, strict=True)
    )
    return "0123456789X"[-total % 11]


def is_isbn10(text: str) -> bool:
    """Whether ``text`` is ten characters of an ISBN-10 with the right check digit."""
    return bool(_ISBN10.fullmatch(text)) and isbn10_check_digit(text[:9]) == text[9]


def is_isbn13(text: str) -> bool:
    """Whether ``text`` is thirteen digits of an ISBN-13 with the right check digit."""
    return bool(_ISBN13.fullmatch(text)) and _isbn13_sum(text) % 10 == 0


def _isbn13_sum(digits: str) -> int:
    """Sum of the digits with weights 1, 3, 1, 3, …"""
    return sum(int(digit) * (3 if i % 2 else 1) for i, digit in enumerate(digits))


def to_isbn10(isbn13: str) -> str | None:
    """Return the ISBN-10 of the same book, or None: a 979 number has none."""
    if not isbn13.startswith("978"):
        return None
    return isbn13[3:12] + isbn10_check_digit(isbn13[3:12])


def to_isbn13(isbn10: str) -> str:
    """Return the ISBN-13 of the book with this ISBN-10."""
    first_twelve = "978" + isbn10[:9]
    return first_twelve + str(-_isbn13_sum(first_twelve) % 10)


def isbn_forms(text: str) -> list[str]:
    """Return the spelled and the other form of a text that looks like an ISBN; [] for other texts.

    The check digit of ``text`` may be wrong: catalogues hold such numbers.

    >>> isbn_forms("0-14-143951-3")
    ['0141439513', '9780141439518']
    """
    bare = _SEPARATORS.sub("", text).upper()
    if _ISBN10.fullmatch(bare):
        return [bare, to_isbn13(bare)]
    if _ISBN13.fullmatch(bare):
        isbn10 = to_isbn10(bare)
        return [bare, isbn10] if isbn10 else [bare]
    return []


def is_usable_id(text: str) -> bool:
    """Whether ``text`` can name a book: an ISBN, an ASIN, ``gb:12``; not ``2221????????``."""
    return bool(_USABLE_ID.fullmatch(text) or _FOREIGN_ID.fullmatch(text))


def normalise_isbn(text: str) -> str:
    """Return the one spelling of a book's id; a text that no rule improves comes back upper-cased.

    >>> normalise_isbn(" 0-8044-2957-x ")
    '080442957X'
    >>> normalise_isbn("9780804429573")
    '080442957X'
    >>> normalise_isbn("b0000633ez")
    'B0000633EZ'
    """
    return repair_isbn(text)[0]


def repair_isbn(text: str) -> tuple[str, str]:
    """Return `normalise_isbn`, and the name of the rule that changed the text ("" if none did)."""
    if _FOREIGN_ID.fullmatch(text):
        return text, ""
    bare = text.strip().upper().strip()
    valid = _as_isbn(bare)
    if valid is None:
        inner = _inside_junk(bare)
        if inner is not None:
            return inner, "isbn_junk_stripped"
        valid = bare
    if valid == text:
        return valid, ""
    if len(bare) == 13 and len(valid) == 10:
        return valid, "isbn13_to_isbn10"
    return valid, "isbn_upper_cased" if valid == text.strip().upper() else "isbn_junk_stripped"


def _as_isbn(text: str) -> str | None:
    """``text`` as a valid ISBN, ISBN-10 where there is one; None when it is not an ISBN."""
    if is_isbn10(text):
        return text
    if is_isbn13(text):
        return to_isbn10(text) or text
    return None


def _inside_junk(text: str) -> str | None:
    """The one valid ISBN left when hyphens, or all characters not alphanumeric, are removed.

    One in eleven texts of ten digits is valid by chance, so a token of exactly ten or thirteen
    characters is required. Two different ISBNs in one text give None.
    """
    joined = _as_isbn(_SEPARATORS.sub("", text))
    if joined is not None:
        return joined
    tokens = _NOT_ALPHANUMERIC.split(text)
    isbns = {isbn for token in tokens if (isbn := _as_isbn(token)) is not None}
    if len(isbns) == 1:
        return isbns.pop()
    return _as_isbn("".join(tokens)) if not isbns else None
