"""Identity of readers: one id for all spellings; e-mail addresses and phone numbers as keyed hashes.

A data set holds no address and no number, only ``mail:…`` and ``phone:…``. Whoever knows the address
and the home's secret (`Home.identity_secret`) finds the reader again.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Final

from bookrec.text import ascii_digits, visible_text, without_formula

VIETNAM: Final = "84"
"""Calling code of the country whose phone numbers are written without it."""

EMAIL_HASHED: Final = "email_hashed"
PHONE_HASHED: Final = "phone_hashed"
PHONE_ZERO_RESTORED: Final = "phone_zero_restored"
DECIMAL_POINT_REMOVED: Final = "decimal_point_removed"
IDS_DIFFER_BY_ZEROS: Final = "ids_differ_by_zeros"

_EMAIL: Final = re.compile(
    r"(?:mailto:)?<?([^@\s<>:,;]+@[^@\s<>,;]+\.[^@\s<>,;.]+)>?", re.IGNORECASE
)
_LIKE_EMAIL: Final = re.compile(r"@.*?[^\W\d_]{2}")
"""An address that was damaged on its way, ``an@example vn``: letters behind the sign."""
_PHONE_TEXT: Final = re.compile(
    r"(?:tel:)?\(?\+?[0-9][0-9 .()/\u2010-\u2015-]{6,24}", re.IGNORECASE
)
_NATIONAL: Final = {VIETNAM: re.compile(r"[35789][0-9]{8}|2[0-9]{9}")}
"""Numbers of a country without the leading 0, by calling code."""
_ANY_NATIONAL: Final = re.compile(r"[1-9][0-9]{7,9}")
_DOTTED: Final = re.compile(r"[0-9]+\.[0-9]+")
_WHOLE_DOTTED: Final = re.compile(r"([0-9]+)\.0")


class ReaderIds:
    """Ids of the readers of one home."""

    def __init__(self, secret: bytes, country: str = VIETNAM) -> None:
        """Take the home's secret, and the calling code of numbers that begin with 0."""
        self._secret = secret
        self._country = country
        self._national = _NATIONAL.get(country, _ANY_NATIONAL)

    def normalise(self, text: str) -> tuple[str, str]:
        """Return the one id of a reader, and the rule that changed the text ("" if none did).

        Case and leading zeros of other ids stay; so do texts that only look like numbers.
        """
        if self._unchanged(text):
            return text, ""
        seen = visible_text(text)
        bare = without_formula(seen)
        if email := _EMAIL.fullmatch(bare):
            return f"mail:{self._hash(email[1].casefold())}", EMAIL_HASHED
        if _LIKE_EMAIL.search(bare):
            return f"mail:{self._hash(bare.casefold())}", EMAIL_HASHED
        if number := self._phone_number(bare):
            return f"phone:{self._hash(number)}", PHONE_HASHED
        if bare != seen:
            return bare, "spreadsheet_formula_removed"
        if seen == text:
            return text, ""
        if seen == " ".join(text.split()):
            return seen, "user_id_stripped"
        composed = unicodedata.is_normalized("NFC", text)
        return seen, "invisible_characters_removed" if composed else "unicode_composed"

    def _unchanged(self, text: str) -> bool:
        """Whether no rule can change a text: ASCII letters and digits, and no phone number."""
        if not (text.isascii() and text.isalnum()):
            return False
        return not text.isdigit() or not (text[0] == "0" or text.startswith(self._country))

    def normalise_column(self, values: Sequence[str]) -> list[tuple[str, str]]:
        """Return `normalise` of each value, with the evidence of all of them.

        * ``276725.0`` is ``276725`` if every number with a point ends in ``.0``.
        * ``912345678`` is a phone number that lost its zero if the values have that number too, or if
          most of them are phone numbers.
        * Numbers that differ by leading zeros only (``007``, ``7``) stay apart, under the rule
          `IDS_DIFFER_BY_ZEROS`.

        Args:
            values: distinct values, of all files that name the same readers.
        """
        texts, undotted = _without_points(values)
        unchanged = self._unchanged
        pairs = [(text, "") if unchanged(text) else self.normalise(text) for text in texts]
        phones = {user_id for user_id, rule in pairs if rule == PHONE_HASHED}
        mostly_phones = 2 * sum(rule == PHONE_HASHED for _, rule in pairs) > len(pairs)
        for place, (user_id, rule) in enumerate(pairs):
            if not rule and user_id.isdigit() and self._national.fullmatch(user_id):
                phone = self.normalise("0" + user_id)
                if phone[1] == PHONE_HASHED and (mostly_phones or phone[0] in phones):
                    pairs[place] = phone[0], PHONE_ZERO_RESTORED
        if any(undotted):
            for place, (user_id, rule) in enumerate(pairs):
                if undotted[place] and rule != PHONE_HASHED:
                    pairs[place] = user_id, rule or DECIMAL_POINT_REMOVED
        return _marked_zeros(pairs)

    def _phone_number(self, text: str) -> str | None:
        """The number in its international form, ``+84912345678``; None for other texts."""
        text = ascii_digits(text)
        if not _PHONE_TEXT.fullmatch(text):
            return None
        with_plus = "+" in text
        digits = re.sub(r"[^0-9]", "", text.replace("(0)", ""))
        if digits.startswith("00"):
            digits, with_plus = digits[2:], True
        if digits.startswith(self._country):
            rest = digits.removeprefix(self._country).removeprefix("0")
            if self._national.fullmatch(rest):
                return f"+{self._country}{rest}"
        if with_plus:
            return f"+{digits}" if 8 <= len(digits) <= 15 else None
        if digits.startswith("0") and self._national.fullmatch(digits[1:]):
            return f"+{self._country}{digits[1:]}"
        return None

    def _hash(self, text: str) -> str:
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()[:16]


def _marked_zeros(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The ids, with the rule `IDS_DIFFER_BY_ZEROS` where no other rule changed them."""
    if not any(user_id[:1] == "0" for user_id, _ in pairs):
        return pairs
    ids_of_number = Counter(
        number.lstrip("0") for number in {user_id for user_id, _ in pairs} if _is_number(number)
    )
    return [
        (user_id, IDS_DIFFER_BY_ZEROS)
        if not rule and _is_number(user_id) and ids_of_number[user_id.lstrip("0")] > 1
        else (user_id, rule)
        for user_id, rule in pairs
    ]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _without_points(values: Sequence[str]) -> tuple[list[str], list[bool]]:
    """Values without the ``.0`` of floats, where no number has other decimals; and which had it."""
    if not any("." in value for value in values):
        return list(values), [False] * len(values)
    seen = [visible_text(value) for value in values]
    dotted = [text for text in seen if _DOTTED.fullmatch(text)]
    if not dotted or not all(_WHOLE_DOTTED.fullmatch(text) for text in dotted):
        return list(values), [False] * len(values)
    changed = [bool(_WHOLE_DOTTED.fullmatch(text)) for text in seen]
    texts = [s[:-2] if dot else v for s, v, dot in zip(seen, values, changed, strict=True)]
    return texts, changed
