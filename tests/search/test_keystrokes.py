"""Keystrokes of Telex and VNI, and syllables that sound alike."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from bookrec.cli.search_bench.vietnamese import telex, vni
from bookrec.search.keystrokes import read_keystrokes, sound_alikes
from bookrec.search.words import search_words

BOOKS = Path(__file__).parent / "data" / "vietnamese-books.tsv"


def syllables() -> set[str]:
    with BOOKS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    words = {word for row in rows for word in row["title"].lower().split()}
    return {word for word in words if word.isalpha() and not word.isascii()}


@pytest.mark.parametrize("keys", [telex, vni])
def test_the_keystrokes_of_every_syllable_are_read(keys) -> None:
    words = syllables()
    assert len(words) > 300
    missed = {
        word: keys(word)
        for word in words
        if word not in ("bêtô",)  # two syllables in one word
        and (read_keystrokes(keys(word)) or keys(word)) != search_words(word)
    }
    assert missed == {}


@pytest.mark.parametrize("word", ["truyen", "catch22", "1984", "street", "c3po", "x", "", "bb8"])
def test_other_words_are_no_keystrokes(word: str) -> None:
    assert read_keystrokes(word) is None


def test_tones_may_come_before_the_last_letters() -> None:
    assert read_keystrokes("truyeejn") == "truyen"
    assert read_keystrokes("d9a6t1") == "dat"


def test_sounds() -> None:
    assert sound_alikes("truyen") == ["chuyen"]
    assert sound_alikes("street") == []
