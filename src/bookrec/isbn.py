"""Identity of books: every spelling of an ISBN leads to one id, and a shop's own codes are ids too.

A book's id is its ISBN-10 where it has one, else its ISBN-13, else the shop's code. All code that takes
the id of a book, from a file, an address or a person, passes it through `repair_isbn`.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from operator import mul
from typing import Final

from bookrec.text import ascii_digits, fold, visible_text, without_formula

MAX_LENGTH: Final = 64
"""Most characters of a book's id."""
NO_ISBN: Final = "no_isbn"
UNUSABLE: Final = "isbn_unusable"
RUINED: Final = "isbn_ruined_by_spreadsheet"

_ISBN10: Final = re.compile(r"[0-9]{9}[0-9X]")
_ISBN13: Final = re.compile(r"97[89][0-9]{10}")
_WEIGHTS_10: Final = tuple(range(10, 1, -1))
_WEIGHTS_13: Final = (1, 3) * 6 + (1,)
_ZERO_DIGIT: Final = ord("0")
_OFFSET_10: Final = _ZERO_DIGIT * sum(_WEIGHTS_10)
CODE_PREFIX: Final = "code:"
"""Prefix of a shop's codes that look like an ISBN."""
_OWN_PREFIX: Final = re.compile(
    rf"(?:gb|ml|made):[0-9a-z]{{1,32}}|{CODE_PREFIX}\S(?:.*\S)?", re.IGNORECASE
)
"""Ids that bookrec itself gives: to books without codes, to those of two layouts, and to a shop's codes
that look like an ISBN."""
_OTHER_BOOK: Final = re.compile(r"[0-9X]{10,13}~[1-9][0-9]?")
"""Another book under an ISBN that was used twice, see `other_book_id`."""
_DASHES: Final = "\u2010-\u2015\u2212-"
_SEPARATORS: Final = re.compile(rf"[\s{_DASHES}]+")
_BETWEEN_IDS: Final = re.compile(rf"[^0-9A-Z{_DASHES}]+")
_NOT_ALPHANUMERIC: Final = re.compile(r"[^0-9A-Z]+")
_DECIMAL: Final = re.compile(r"([0-9]+)[.,]0")
_SCIENTIFIC: Final = re.compile(
    r"(?P<whole>[0-9])(?:[.,](?P<decimals>[0-9]*)E\+?|E\+)(?P<exponent>[0-9]{1,2})"
)
_LABEL: Final = re.compile(r"^(?:URN:)?ISBN(?:[ -]?1[03])?(?:[:. ]|(?=[0-9]))+")
_LOST_CHARACTERS: Final = re.compile(r"\?\?|\ufffd")
_NO_ID: Final = frozenset(
    {
        "NULL",
        "NAN",
        "NONE",
        "N/A",
        "NA",
        "#N/A",
        "\\N",
        "UNKNOWN",
        "KHÔNG CÓ",
        "KHÔNG RÕ",
        "CHƯA CÓ",
    }
)


def isbn10_check_digit(first_nine: str) -> str:
    """Return the tenth character (``0``-``9`` or ``X``) of an ISBN-10 that begins with nine digits."""
    # Bytes are numbers already, and there may be millions of ISBNs.
    total = sum(map(mul, _WEIGHTS_10, first_nine.encode())) - _OFFSET_10
    return "0123456789X"[-total % 11]


def is_isbn10(text: str) -> bool:
    """Whether ``text`` is ten characters of an ISBN-10 with the right check digit."""
    return bool(_ISBN10.fullmatch(text)) and isbn10_check_digit(text[:9]) == text[9]


def is_isbn13(text: str) -> bool:
    """Whether ``text`` is thirteen digits of an ISBN-13 with the right check digit."""
    return bool(_ISBN13.fullmatch(text)) and _isbn13_sum(text) % 10 == 0


def _isbn13_sum(digits: str) -> int:
    """Sum of the digits with weights 1, 3, 1, 3, …"""
    weights = _WEIGHTS_13[: len(digits)]
    total: int = sum(map(mul, weights, digits.encode()))
    return total - _ZERO_DIGIT * sum(weights)


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
    bare = _SEPARATORS.sub("", ascii_digits(visible_text(text))).upper()
    if _ISBN10.fullmatch(bare):
        return [bare, to_isbn13(bare)]
    if _ISBN13.fullmatch(bare):
        isbn10 = to_isbn10(bare)
        return [bare, isbn10] if isbn10 else [bare]
    return []


def id_spellings(text: str) -> list[str]:
    """Return the ids that a typed text may mean, the likeliest first, without duplicates.

    The text as it stands comes first: it may be an id that an older version stored.
    """
    usable, code = normalise_isbn(text), repair_code(text)[0]
    return [s for s in dict.fromkeys([text.strip(), usable, *isbn_forms(text), code]) if s]


def id_problem(isbn: str) -> str:
    """Return the reason why a normalised id cannot name a book; "" if it can.

    Reasons are `NO_ISBN`, `RUINED` (``9.78604E+12``: a spreadsheet made it of many ISBNs), and
    `UNUSABLE`: control characters, more than 64 characters, no letter or digit, lost characters
    (``2221????????``), two different ISBNs in one text.
    """
    if not isbn:
        return NO_ISBN
    if isbn.isalnum() and len(isbn) <= MAX_LENGTH:
        return ""
    if _SCIENTIFIC.fullmatch(isbn.upper()):
        return RUINED
    unreadable = (
        len(isbn) > MAX_LENGTH
        or not any(c.isalnum() for c in isbn)
        or any(unicodedata.category(c) in ("Cc", "Cs", "Cn") for c in isbn)
        or _LOST_CHARACTERS.search(isbn)
        or (len(isbn) >= 20 and len(_isbns_inside(isbn.upper())) > 1)
    )
    return UNUSABLE if unreadable else ""


def is_usable_id(text: str) -> bool:
    """Whether ``text`` can name a book: an ISBN, an ASIN, ``VH/00013``; not ``2221????????``."""
    return not id_problem(text)


def normalise_isbn(text: str) -> str:
    """Return the one spelling of a book's id; a text that no rule improves comes back upper-cased.

    >>> normalise_isbn(" 0-8044-2957-x ")
    '080442957X'
    >>> normalise_isbn("9780804429573")
    '080442957X'
    >>> normalise_isbn("b0000633ez")
    'B0000633EZ'
    >>> normalise_isbn("vh/00013")
    'VH/00013'
    """
    return repair_isbn(text)[0]


def repair_isbn(text: str) -> tuple[str, str]:
    """Return `normalise_isbn`, and the name of the rule that changed the text ("" if none did).

    The id may still be unusable: see `id_problem`.
    """
    if is_isbn10(text):
        return text, ""
    if is_isbn13(text):
        isbn10 = to_isbn10(text)
        return (isbn10, "isbn13_to_isbn10") if isbn10 else (text, "")
    seen, rule = _undamaged(text)
    if _OWN_PREFIX.fullmatch(seen):
        isbn, repair = seen.lower(), "isbn_lower_cased"
    else:
        isbn, repair = _isbn_of(unicodedata.normalize("NFC", seen.upper()))
    if isbn == text:
        return isbn, ""
    return isbn, rule or repair or "isbn_upper_cased"


def repair_code(text: str) -> tuple[str, str]:
    """Return the id of a book by a shop's own code, and the rule that changed the text.

    A code is never taken for an ISBN that lost its zeros, or that has one inside. One that looks so
    gets a prefix, so that no other door mistakes it. Only a whole ISBN-13 is one: no code has its first
    digits and its check digit by chance.

    >>> repair_code("306406152"), repair_code("vh 00012")
    (('code:306406152', 'code_looks_like_isbn'), ('VH 00012', 'isbn_upper_cased'))
    """
    seen, rule = _undamaged(text)
    if _OWN_PREFIX.fullmatch(seen):
        return seen.lower(), rule
    code = unicodedata.normalize("NFC", seen.upper())
    if code in _NO_ID:
        return "", "placeholder_unknown"
    if is_isbn13(bare := _SEPARATORS.sub("", code)):
        return to_isbn10(bare) or bare, "isbn13_to_isbn10"
    if is_isbn10(code) or _isbn_of(code)[0] != code:
        return f"{CODE_PREFIX}{code.lower()}", "code_looks_like_isbn"
    return code, rule or ("" if code == text else "isbn_upper_cased")


def _undamaged(text: str) -> tuple[str, str]:
    """``text`` as meant; and the rule that mended it ("" for mere white space)."""
    seen = visible_text(text)
    rule = ""
    if seen != text and seen != " ".join(text.split()):
        composed = unicodedata.is_normalized("NFC", text)
        rule = "invisible_characters_removed" if composed else "unicode_composed"
    plain = ascii_digits(seen)
    if plain != seen:
        seen, rule = visible_text(plain), "unicode_digits"
    if (bare := without_formula(seen)) != seen:
        seen, rule = bare, "spreadsheet_formula_removed"
    if decimal := _DECIMAL.fullmatch(seen):
        seen, rule = decimal[1], "decimal_point_removed"
    return seen, rule


def _isbn_of(text: str) -> tuple[str, str]:
    """The ISBN that an upper-cased text spells, else the text; and the rule that changed it."""
    if text in _NO_ID:
        return "", "placeholder_unknown"
    if _OTHER_BOOK.fullmatch(text):
        return text, ""
    isbn = _as_isbn(text)
    if isbn is not None:
        return isbn, "" if isbn == text else "isbn13_to_isbn10"
    restored = _with_zeros(text)
    if restored is not None:
        return restored, "isbn_leading_zeros_restored"
    exact = _from_scientific(text)
    if exact is not None:
        return exact, "decimal_point_removed"
    bare = _LABEL.sub("", text)
    inner = _as_isbn(bare) or _inside_junk(bare) or _without_hyphens(bare)
    return (text, "") if inner is None or inner == text else (inner, "isbn_junk_stripped")


def choose_book_id(candidates: Iterable[str]) -> tuple[str, str]:
    """Choose the id of a row with several columns of ids, e.g. ISBN and ISBN13.

    Args:
        candidates: raw texts of the columns, in order of preference.

    Returns:
        The first valid ISBN, else the first usable code, else the first text that is not blank (see
        `id_problem`), else ""; and the rule that changed it, as `repair_isbn` names it.
    """
    repaired = [pair for text in candidates if (pair := repair_isbn(text))[0]]
    usable = [pair for pair in repaired if is_usable_id(pair[0])]
    valid = [pair for pair in usable if _as_isbn(pair[0]) is not None]
    return next(iter(valid + usable + repaired), ("", ""))


def made_book_id(title: str, author: str = "", publisher: str = "") -> str:
    """Make a lasting id ``made:<12 hex>`` for a book without any code; "" without a title.

    Accents, case and punctuation do not matter.
    """
    parts = [fold(text) or visible_text(text).casefold() for text in (title, author, publisher)]
    if not parts[0]:
        return ""
    digest = hashlib.blake2b("\n".join(parts).encode("utf-8", "replace"), digest_size=6)
    return f"made:{digest.hexdigest()}"


def other_book_id(isbn: str, number: int) -> str:
    """Return the id of another book under the same ISBN, ``0306406152~2`` for the second one."""
    return f"{isbn}~{number}"


def _as_isbn(text: str) -> str | None:
    """``text`` as a valid ISBN, ISBN-10 where there is one; None when it is not an ISBN."""
    if is_isbn10(text):
        return text
    if is_isbn13(text):
        return to_isbn10(text) or text
    return None


def _with_zeros(text: str) -> str | None:
    """The ISBN-10 whose one or two leading zeros a spreadsheet dropped; None if none fits."""
    bare = _SEPARATORS.sub("", text)
    if len(bare) in (8, 9) and (len(bare) == len(text) or len(bare) == 9):
        filled = bare.rjust(10, "0")
        return filled if is_isbn10(filled) else None
    return None


def _from_scientific(text: str) -> str | None:
    """The ISBN-13 of a number with all its 13 digits, ``9.780306406157E12``; None for a rounded one."""
    number = _SCIENTIFIC.fullmatch(text)
    if number is None or number["exponent"] != "12":
        return None
    digits = number["whole"] + (number["decimals"] or "")
    if _ISBN13.fullmatch(digits):
        return _as_isbn(digits) or digits
    # Some writers drop a last zero; a rounded number hardly ever has one digit less.
    return _as_isbn(digits + "0") if len(digits) == 12 else None


def _inside_junk(text: str) -> str | None:
    """The one valid ISBN left when hyphens, or all characters not alphanumeric, are removed.

    One in eleven texts of ten digits is valid by chance, so a token of exactly ten or thirteen
    characters is required. Two different ISBNs in one text give None.
    """
    if len(text) <= 10:
        return None
    joined = _as_isbn(_SEPARATORS.sub("", text))
    if joined is not None:
        return joined
    isbns = _isbns_inside(text)
    if len(isbns) == 1:
        return isbns.pop()
    return _as_isbn(_NOT_ALPHANUMERIC.sub("", text)) if not isbns else None


def _without_hyphens(text: str) -> str | None:
    """The bare form of a number printed like an ISBN, with a wrong check digit."""
    groups = _SEPARATORS.split(text)
    bare = "".join(groups)
    if _ISBN13.fullmatch(bare) or (
        _ISBN10.fullmatch(bare) and len(groups) == 4 and len(groups[-1]) == 1
    ):
        return bare
    return None


def _isbns_inside(text: str) -> set[str]:
    """Valid ISBNs among the parts of an upper-cased text, with and without hyphens."""
    hyphenated = (_SEPARATORS.sub("", part) for part in _BETWEEN_IDS.split(text))
    parts = {*_NOT_ALPHANUMERIC.split(text), *hyphenated}
    return {isbn for part in parts if len(part) >= 10 and (isbn := _as_isbn(part)) is not None}
