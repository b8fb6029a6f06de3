"""Numbers in titles: from digits to English words and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_UNIT_WORDS: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_TEN_WORDS: Final = "twenty thirty forty fifty sixty seventy eighty ninety"
_UNITS: Final = _UNIT_WORDS.split()
_TENS: Final = _TEN_WORDS.split()
_UNIT_OF: Final = {word: number for number, word in enumerate(_UNITS)}
_TEN_OF: Final = {word: 10 * number for number, word in enumerate(_TENS, start=2)}
_MOST_DIGITS: Final = 4


def digits_to_words(words: Sequence[str]) -> list[str]:
    """Return words with numbers of up to four digits spelled out; years as they are read.

    >>> digits_to_words(["fahrenheit", "451"])
    ['fahrenheit', 'four', 'hundred', 'fifty', 'one']
    >>> digits_to_words(["1984"])
    ['nineteen', 'eighty', 'four']
    """
    result: list[str] = []
    for word in words:
        if word.isascii() and word.isdigit() and len(word) <= _MOST_DIGITS:
            result += _spell(int(word))
        else:
            result.append(word)
    return result


def words_to_digits(words: Sequence[str]) -> list[str]:
    """Return words with spelled numbers as digits.

    >>> words_to_digits(["nineteen", "eighty", "four"])
    ['1984']
    >>> words_to_digits("around the world in eighty days".split())
    ['around', 'the', 'world', 'in', '80', 'days']
    """
    result: list[str] = []
    place = 0
    while place < len(words):
        number, length = _read(words, place)
        if length:
            result.append(str(number))
            place += length
        else:
            result.append(words[place])
            place += 1
    return result


def _spell(number: int) -> list[str]:
    if number < len(_UNITS):
        return [_UNITS[number]]
    if number < 100:
        tens, unit = divmod(number, 10)
        return [_TENS[tens - 2], *([_UNITS[unit]] if unit else [])]
    century, year = divmod(number, 100)
    if 11 <= century <= 19 and year >= 10:
        return [*_spell(century), *_spell(year)]
    thousands, rest = divmod(number, 1000)
    hundreds, small = divmod(rest, 100)
    words = [_UNITS[thousands], "thousand"] if thousands else []
    words += [_UNITS[hundreds], "hundred"] if hundreds else []
    return words + (_spell(small) if small else [])


def _read(words: Sequence[str], place: int) -> tuple[int, int]:
    """Number that begins at a place of ``words``, and the words it takes; 0 words if none does."""
    number, length = _below_hundred(words, place)
    if not length:
        return 0, 0
    following = words[place + length] if place + length < len(words) else ""
    if following in ("hundred", "thousand"):
        number *= 100 if following == "hundred" else 1000
        rest_at = place + length + 1
        if words[rest_at : rest_at + 1] == ["and"]:
            rest_at += 1
        rest, rest_length = _read(words, rest_at)
        if rest_length and rest < (100 if following == "hundred" else 1000):
            return number + rest, rest_at - place + rest_length
        return number, length + 1
    if 11 <= number <= 19:
        year, year_length = _below_hundred(words, place + length)
        if year_length and year >= 10:
            return 100 * number + year, length + year_length
    return number, length


def _below_hundred(words: Sequence[str], place: int) -> tuple[int, int]:
    word = words[place] if place < len(words) else ""
    if word in _UNIT_OF:
        return _UNIT_OF[word], 1
    if word not in _TEN_OF:
        return 0, 0
    unit = _UNIT_OF.get(words[place + 1], 0) if place + 1 < len(words) else 0
    return (_TEN_OF[word] + unit, 2) if 1 <= unit <= 9 else (_TEN_OF[word], 1)
