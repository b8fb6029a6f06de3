"""One spelling per book: ISBNs stripped of junk, checked, and ISBN-13 turned into ISBN-10."""

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
    """The tenth character (``0``-``9`` or ``X``) of an ISBN-10 that begins with nine digits."""
    total = sum(
        weight * int(digit) for weight, digit in zip(range(10, 1, -1), first_nine, strict=True)
    )
    return "0123456789X"[-total % 11]


def is_isbn10(text: str) -> bool:
    """Whether ``text`` is ten characters of an ISBN-10 with the right check digit."""
    return bool(_ISBN10.fullmatch(text)) and isbn10_check_digit(text[:9]) == text[9]


def is_isbn13(text: str) -> bool:
    """Whether ``text`` is thirteen digits of an ISBN-13 with the right check digit."""
    if not _ISBN13.fullmatch(text):
        return False
    return sum(int(digit) * (3 if i % 2 else 1) for i, digit in enumerate(text)) % 10 == 0


def to_isbn10(isbn13: str) -> str | None:
    """The ISBN-10 of the same book, or None: those that begin with 979 have none."""
    if not isbn13.startswith("978"):
        return None
    return isbn13[3:12] + isbn10_check_digit(isbn13[3:12])


def to_isbn13(isbn10: str) -> str:
    """The ISBN-13 of the book with this ISBN-10."""
    first_twelve = "978" + isbn10[:9]
    total = sum(int(digit) * (3 if i % 2 else 1) for i, digit in enumerate(first_twelve))
    return first_twelve + str(-total % 10)


def is_usable_id(text: str) -> bool:
    """Whether ``text`` can name a book: an ISBN, an ASIN, ``gb:12``; not ``2221????????``."""
    return bool(_USABLE_ID.fullmatch(text) or _FOREIGN_ID.fullmatch(text))


def normalise_isbn(text: str) -> str:
    """The one spelling of a book's id; what cannot be improved comes back upper-cased.

    >>> normalise_isbn(" 0-8044-2957-x ")
    '080442957X'
    >>> normalise_isbn("9780804429573")
    '080442957X'
    >>> normalise_isbn("b0000633ez")
    'B0000633EZ'
    """
    return repair_isbn(text)[0]


def repair_isbn(text: str) -> tuple[str, str]:
    """`normalise_isbn`, and the name of the rule that changed the text ("" if none did)."""
    if _FOREIGN_ID.fullmatch(text):
        return text, ""
    bare = text.strip().upper().strip()
    valid = _as_isbn(bare)
    if valid is None:
        found = _inside_junk(bare)
        if found is not None:
            return found, "isbn_junk_stripped"
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
    """The one valid ISBN left when hyphens, or everything not alphanumeric, is taken away.

    A chance match (one in eleven for any ten digits) is held off by asking for a whole token of ten
    or thirteen characters; two different ones in a text are no answer.
    """
    joined = _as_isbn(_SEPARATORS.sub("", text))
    if joined is not None:
        return joined
    tokens = _NOT_ALPHANUMERIC.split(text)
    found = {isbn for token in tokens if (isbn := _as_isbn(token)) is not None}
    if len(found) == 1:
        return found.pop()
    return _as_isbn("".join(tokens)) if not found else None
