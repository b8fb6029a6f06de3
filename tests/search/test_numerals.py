"""Numbers as digits and as words."""

from __future__ import annotations

import pytest

from bookrec.search.numerals import digits_to_words, words_to_digits


@pytest.mark.parametrize(
    ("digits", "words"),
    [
        ("1984", "nineteen eighty four"),
        ("451", "four hundred fifty one"),
        ("22", "twenty two"),
        ("13", "thirteen"),
        ("0", "zero"),
        ("2001", "two thousand one"),
        ("1000", "one thousand"),
        ("100", "one hundred"),
        ("80", "eighty"),
    ],
)
def test_there_and_back(digits: str, words: str) -> None:
    assert digits_to_words([digits]) == words.split()
    assert words_to_digits(words.split()) == [digits]


def test_other_words_stay() -> None:
    assert digits_to_words(["1q84", "12345"]) == ["1q84", "12345"]
    assert words_to_digits(["one", "for", "the", "money"]) == ["1", "for", "the", "money"]
    assert words_to_digits(["one", "hundred", "and", "one", "dalmatians"]) == ["101", "dalmatians"]
    assert words_to_digits(["two", "hundred", "and", "counting"]) == ["200", "and", "counting"]
    assert words_to_digits(["twenty", "twenty"]) == ["20", "20"]
