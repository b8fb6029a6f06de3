"""Folding of text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookrec.text import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đất rừng phương Nam", "dat rung phuong nam"),
        ("Dế Mèn phiêu lưu ký", "de men phieu luu ky"),
        ("Søren's  Either/Or", "sorens either or"),
        ("L’Étranger", "letranger"),
        ("Łódź, Straße & Œuvre", "lodz strasse oeuvre"),
        ("under_score—dash", "under score dash"),
        ("ﬁne Ⅳ", "fine iv"),
        ("  !?  ", ""),
        ("", ""),
        ("C++ 2.0", "c 2 0"),
        ("İstanbul ılık", "istanbul ilik"),
        ("ǿ ℠ ＇n＇ a—_b", "o sm n a b"),
        ("戦争と平和", "戦争と平和"),
    ],
)
def test_fold(text: str, folded: str):
    assert fold(text) == folded


@given(st.text())
def test_folding_again_changes_nothing(text: str):
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_folded_text_is_words_with_single_spaces(text: str):
    folded = fold(text)
    assert folded == " ".join(folded.split())
    assert "_" not in folded


def test_decomposed_and_composed_accents_agree():
    assert fold("e\N{COMBINING CIRCUMFLEX ACCENT}\N{COMBINING ACUTE ACCENT}") == fold("ế") == "e"
