"""Repair of damaged texts: HTML entities, double encoding, lost bytes and lost quotes."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final

import ftfy
from ftfy.badness import is_bad

HTML_ENTITIES: Final = "html_entities_decoded"
DOUBLE_ENCODING: Final = "double_encoding_undone"
LOST_BYTE: Final = "lost_byte_restored"
LOST_QUOTES: Final = "escaped_quotes_restored"
UNICODE_COMPOSED: Final = "unicode_composed"
INVISIBLE: Final = "invisible_characters_removed"
DAMAGE_LEFT: Final = "damaged_text_left"

_ENTITY: Final = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_WHITE: Final = re.compile(r"[\s\x00-\x1f\x7f]+")
# 'ä' is C3 A4 in UTF-8. Read as Latin-1 and encoded again, it is Ã, U+0083, Â, ¤. The files lost
# U+0083 ('?'), and some lost 'Ã' too ('ï¿½' or U+FFFD). All letters of Latin-1 from 'à' on begin with
# C3, so the second byte alone determines the letter.
_LOST_BYTE: Final = re.compile(r"(?:Ã|ï¿½|\ufffd)\?Â?([\xa0-\xbf])")
_DAMAGE: Final = re.compile(r"Ã[?\x80-\xbf]|Â[\x80-\xbf]|ï¿½|\ufffd")
_NO_WIDTH: Final = re.compile("[\ufeff\u200b\u2060]")
_WORD: Final = r"[A-Za-z0-9.,:;!?'()/#*%+=_-]+"
_PLAIN: Final = re.compile(f"(?:{_WORD}(?: {_WORD})*)?")
"""A text that no rule changes, as most English ones are."""
_NO_RULES: Final[frozenset[str]] = frozenset()
_PASSES: Final = 100
"""Most passes over a text; each undoes one layer of damage."""


def repair_text(text: str) -> tuple[str, frozenset[str]]:
    """Repair a text and collapse its white space; return the names of the rules that changed it too.

    Correct text stays: accents, Vietnamese, ``AT&T``. Repairing a repaired text changes nothing.

    >>> repair_text("Die S\xc3?\xc2\xa4ulen &amp; die Erde")[0]
    'Die Säulen & die Erde'
    """
    if _PLAIN.fullmatch(text):
        return text, _NO_RULES
    rules: set[str] = set()
    for _ in range(_PASSES):
        before = text
        for rule, repair in _REPAIRS:
            repaired = repair(text)
            if repaired != text:
                rules.add(rule)
                text = repaired
        text = _WHITE.sub(" ", text).strip()
        if text == before:
            break
    if _DAMAGE.search(text):
        rules.add(DAMAGE_LEFT)
    return text, frozenset(rules)


def _remove_invisible(text: str) -> str:
    """Remove marks of byte order and spaces without width; joiners of letters stay."""
    return text if text.isascii() else _NO_WIDTH.sub("", text)


def _compose(text: str) -> str:
    """Write letters and their accents as one character each (NFC), so that equal texts are equal."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _decode_entities(text: str) -> str:
    return _ENTITY.sub(lambda match: html.unescape(match[0]), text) if "&" in text else text


def _restore_lost_bytes(text: str) -> str:
    if text.isascii():
        return text
    return _LOST_BYTE.sub(lambda match: chr(ord(match[1]) + 0x40), text)


def _undo_double_encoding(text: str) -> str:
    # Most texts of other scripts hold nothing that looks doubly encoded, which is told faster.
    return text if text.isascii() or not is_bad(text) else ftfy.fix_encoding(text)


def _restore_quotes(text: str) -> str:
    r"""Restore quotes of a text whose escapes were misread.

    ``One \"Two\" Three`` became ``One \Two\" Three"``: the first backslash lost its quote, and the last
    quote is one too many.
    """
    if "\\" not in text or not text.endswith('"'):
        return text
    restored = text[:-1].replace("\\", '"', 1).replace('\\"', '"')
    return restored if restored.count('"') % 2 == 0 else restored.replace('"', "", 1)


_REPAIRS: Final = (
    (UNICODE_COMPOSED, _compose),
    (LOST_QUOTES, _restore_quotes),
    (HTML_ENTITIES, _decode_entities),
    (LOST_BYTE, _restore_lost_bytes),
    (DOUBLE_ENCODING, _undo_double_encoding),
    (INVISIBLE, _remove_invisible),
)
