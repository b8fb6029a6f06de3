"""Vietnamese syllables as keystrokes of Telex and VNI, and first letters that sound alike.

A reader who types without an input editor leaves its keystrokes: ``truyeenj`` (Telex) or ``truye6n5``
(VNI) for ``truyện``. The index has syllables without marks, so the marks are only taken away.
"""

from __future__ import annotations

import re
from typing import Final

_ONSET: Final = r"ngh|ng|nh|gh|gi|kh|ph|qu|th|tr|ch|dd|[bcdghklmnpqrstvx]"
_CODA: Final = r"ng|nh|ch|[cmnpt]"
_TELEX: Final = re.compile(
    rf"(?P<onset>(?:{_ONSET})?)(?P<vowels>[aeiouyw]+)(?P<inner>[sfrxj]?)(?P<coda>(?:{_CODA})?)"
    r"(?P<outer>[sfrxj]?)(?P<late>w?)"
)
_SYLLABLE: Final = re.compile(rf"(?:{_ONSET})?[aeiouy]+(?:{_CODA})?")
_VNI: Final = re.compile(r"d9?[a-z1-9]+|[a-z][a-z1-8]+")
_DOUBLED: Final = re.compile(r"([aeo])\1")
_MOST_LETTERS: Final = 7
_ALIKE: Final = (("ch", "tr"), ("tr", "ch"), ("gi", "d"), ("gi", "r"), ("d", "gi"), ("r", "gi"))
"""First letters that sound alike in some region and are more than an edit apart."""


def read_keystrokes(word: str) -> str | None:
    """Return the syllable, without marks, that a word spells in Telex or VNI; None if it spells none.

    >>> read_keystrokes("truyeenj"), read_keystrokes("truye6n5"), read_keystrokes("ddaats")
    ('truyen', 'truyen', 'dat')
    >>> read_keystrokes("truyen") is None, read_keystrokes("catch22") is None
    (True, True)
    """
    if word.isalpha():
        syllable = _from_telex(word)
    else:
        syllable = re.sub(r"\d", "", word) if _VNI.fullmatch(word) else None
    if syllable is None or syllable == word or len(syllable) > _MOST_LETTERS:
        return None
    return syllable if _SYLLABLE.fullmatch(syllable) else None


def _from_telex(word: str) -> str | None:
    keys = _TELEX.fullmatch(word)
    if keys is None or (keys["inner"] and keys["outer"]):
        return None
    onset = "d" if keys["onset"] == "dd" else keys["onset"]
    return onset + _DOUBLED.sub(r"\1", keys["vowels"].replace("w", "")) + keys["coda"]


def sound_alikes(word: str) -> list[str]:
    """Return the syllables that sound like one in some region, beyond those an edit away.

    >>> sound_alikes("giang"), sound_alikes("truyen")
    (['dang', 'rang'], ['chuyen'])
    """
    if not _SYLLABLE.fullmatch(word):
        return []
    others = [other + word[len(sound) :] for sound, other in _ALIKE if word.startswith(sound)]
    return [other for other in others if _SYLLABLE.fullmatch(other)]
