"""Folding of text, and the keys of works."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookrec.text import fold, work_key


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


def test_editions_of_one_work_share_a_key():
    key = work_key("Pride and Prejudice", "Jane Austen")
    assert key == "pride and prejudice|austen jane"
    assert work_key("Pride and Prejudice (Penguin Classics)", "Austen, Jane") == key
    assert work_key("PRIDE & PREJUDICE [Audio]".replace("&", "and"), "JANE AUSTEN") == key


def test_other_titles_and_other_authors_are_other_works():
    keys = {
        work_key("Emma", "Jane Austen"),
        work_key("Emma", "Charlotte Brontë"),
        work_key("Emma II", "Jane Austen"),
        work_key("Jane Austen", "Emma"),
    }
    assert len(keys) == 4


def test_a_title_that_is_only_a_bracket_keeps_it():
    assert work_key("(Untitled)", "A") == "untitled|a"
