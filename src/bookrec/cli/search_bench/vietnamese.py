"""Kinds of queries of people who type Vietnamese: without marks, and keystrokes that no editor read.

With Telex or VNI a keyboard's letters and digits become marks (``truyeenj`` or ``truye6n5`` is
``truyện``). A reader who has not switched that on types the keystrokes themselves.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable
from typing import Final

from bookrec.cli.search_bench.damage import joined, mistyped
from bookrec.cli.search_bench.queries import CLEAN, DAMAGED, Book, Kinds, Maker

_TONES: Final = ("\u0300", "\u0301", "\u0309", "\u0303", "\u0323")
"""Huyền, sắc, hỏi, ngã, nặng."""
_TELEX_TONES: Final = dict(zip(_TONES, "fsrxj", strict=True))
_VNI_TONES: Final = dict(zip(_TONES, "21345", strict=True))
_CIRCUMFLEX, _BREVE, _HORN = "\u0302", "\u0306", "\u031b"
_TELEX_SHAPES: Final = {_BREVE: "w", _HORN: "w"}
_VNI_SHAPES: Final = {_CIRCUMFLEX: "6", _HORN: "7", _BREVE: "8"}
_SOUNDS: Final = (("l", "n"), ("n", "l"), ("s", "x"), ("x", "s"), ("d", "gi"), ("r", "d"))
"""First letters that sound alike in some region."""


def telex(word: str) -> str:
    """Return the keystrokes of Telex for a word.

    >>> telex("truyện"), telex("kiều"), telex("đất"), telex("phương")
    ('truyeenj', 'kieeuf', 'ddaats', 'phuwowng')
    """
    return _keystrokes(word, _TELEX_TONES, _TELEX_SHAPES, "d")


def vni(word: str) -> str:
    """Return the keystrokes of VNI for a word.

    >>> vni("truyện"), vni("kiều"), vni("đất"), vni("phương")
    ('truye6n5', 'kie6u2', 'd9a6t1', 'phu7o7ng')
    """
    return _keystrokes(word, _VNI_TONES, _VNI_SHAPES, "9")


def _keystrokes(word: str, tones: dict[str, str], shapes: dict[str, str], bar: str) -> str:
    keys, tone = "", ""
    for character in unicodedata.normalize("NFD", word.lower()):
        if character in tones:
            tone = tones[character]
        elif character in shapes:
            keys += shapes[character]
        elif character == _CIRCUMFLEX:
            keys += keys[-1]
        else:
            keys += f"d{bar}" if character == "đ" else character
    return keys + tone


def _title(book: Book, _: random.Random) -> str:
    return " ".join(book.words)


def _plain(book: Book, _: random.Random) -> str:
    return " ".join(book.plain_words)


def _plain_with_author(book: Book, _: random.Random) -> str:
    return " ".join([*book.plain_words, *book.names])


def _author_and_words(book: Book, dice: random.Random) -> str:
    """Return the author's own name, which comes last, and two neighbouring words of the title."""
    words, names = book.plain_words, book.names
    if len(words) < 3 or len(names) < 2:
        return ""
    place = dice.randrange(len(words) - 1)
    return " ".join([*names[-2:], *words[place : place + 2]])


def _keyed(keys: Callable[[str], str]) -> Maker:
    def typed(book: Book, _: random.Random) -> str:
        marked = not "".join(book.words).isascii()
        return " ".join(keys(word) for word in book.words) if marked else ""

    return typed


def _old_unicode(book: Book, _: random.Random) -> str:
    """Return the title as some programs store it, each mark a character of its own."""
    return unicodedata.normalize("NFD", " ".join(book.words))


def _sound(book: Book, dice: random.Random) -> str:
    words = book.plain_words
    options = [
        (place, other + word[len(sound) :])
        for place, word in enumerate(words)
        for sound, other in _SOUNDS
        if word.startswith(sound) and len(word) > 2
    ]
    if not options or len(words) < 2:
        return ""
    place, word = dice.choice(options)
    return " ".join([*words[:place], word, *words[place + 1 :]])


def _initials(book: Book, _: random.Random) -> str:
    """Return the initials of the author but for the last name, and the title: ``nn anh mat biec``."""
    names = book.names
    if len(names) < 3:
        return ""
    return " ".join(["".join(name[0] for name in names[:-1]), names[-1], *book.plain_words])


def _dotted_initials(book: Book, _: random.Random) -> str:
    names = book.author.split()
    if len(names) < 3:
        return ""
    return " ".join([*(f"{name[0]}." for name in names[:-1]), names[-1], *book.words[:3]])


def _mistyped(book: Book, dice: random.Random) -> str:
    words = book.plain_words
    return " ".join(mistyped(words, dice)) if any(len(word) > 3 for word in words) else ""


def _joined(book: Book, dice: random.Random) -> str:
    words = book.plain_words
    return " ".join(joined(words, dice)) if len(words) > 1 else ""


VIETNAMESE_KINDS: Final[Kinds] = (
    (CLEAN, "title", _title),
    (CLEAN, "without marks", _plain),
    (CLEAN, "old Unicode", _old_unicode),
    (CLEAN, "title and author", _plain_with_author),
    (CLEAN, "author and words", _author_and_words),
    (DAMAGED, "edit", _mistyped),
    (DAMAGED, "joined", _joined),
    (DAMAGED, "sound", _sound),
    (DAMAGED, "telex", _keyed(telex)),
    (DAMAGED, "vni", _keyed(vni)),
    (DAMAGED, "initials", _initials),
    (DAMAGED, "dotted initials", _dotted_initials),
)
"""Class, kind and maker of each kind of query; a maker returns '' for an unsuitable book."""
