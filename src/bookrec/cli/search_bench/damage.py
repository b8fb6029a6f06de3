"""Damages that people do to words as they type: edits, words joined and split, marks left out."""

from __future__ import annotations

import random
from typing import Final

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_LONG: Final = 7
"""Letters of a word that may have two edits."""
_SOUNDS: Final = (("ph", "f"), ("ck", "k"), ("ei", "ie"), ("y", "i"), ("c", "k"), ("z", "s"))


def edited(word: str, dice: random.Random) -> str:
    """Return a word with one edit: a letter left out, doubled, replaced, or swapped with the next."""
    place = dice.randrange(len(word))
    kind = dice.choice(("left out", "doubled", "replaced", "swapped"))
    if kind == "left out":
        return word[:place] + word[place + 1 :]
    if kind == "doubled":
        return word[:place] + word[place] + word[place:]
    if kind == "replaced":
        return word[:place] + dice.choice(_LETTERS.replace(word[place], "")) + word[place + 1 :]
    place = min(place, len(word) - 2)
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def mistyped(words: list[str], dice: random.Random) -> list[str]:
    """Return words one of which is mistyped, a long one now and then twice."""
    long_enough = [place for place, word in enumerate(words) if len(word) > 3]
    if not long_enough:
        return words
    place = dice.choice(long_enough)
    word = edited(words[place], dice)
    if len(words[place]) >= _LONG and dice.random() < 0.25:
        word = edited(word, dice)
    return [*words[:place], word, *words[place + 1 :]]


def misheard(words: list[str], dice: random.Random) -> list[str]:
    """Return words one of which is written as it sounds."""
    options = [
        (place, word.replace(sound, other, 1))
        for place, word in enumerate(words)
        if len(word) > 3
        for sound, other in _SOUNDS
        if sound in word
    ]
    if not options:
        return mistyped(words, dice)
    place, word = dice.choice(options)
    return [*words[:place], word, *words[place + 1 :]]


def joined(words: list[str], dice: random.Random) -> list[str]:
    """Return words without one of their spaces, or without any of three words or fewer."""
    if len(words) <= 3:
        return ["".join(words)]
    place = dice.randrange(len(words) - 1)
    return [*words[:place], words[place] + words[place + 1], *words[place + 2 :]]


def split(words: list[str], dice: random.Random) -> list[str]:
    """Return words one of which has a space inside."""
    long_enough = [place for place, word in enumerate(words) if len(word) > 5]
    if not long_enough:
        return joined(words, dice)
    place = dice.choice(long_enough)
    at = dice.randrange(3, len(words[place]) - 2)
    return [*words[:place], words[place][:at], words[place][at:], *words[place + 1 :]]
