"""Spellings of titles and names, and the keys by which they are one."""

from __future__ import annotations

import pytest

from bookrec.search.words import (
    author_spellings,
    first_name_first,
    name_key,
    search_words,
    series_key,
    title_head,
    title_keys,
    title_spellings,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("C++ Primer", "cplusplus primer"),
        ("Learning C#", "learning csharp"),
        ("C", "c"),
        ("Notes++ and more", "notes and more"),
        ("Truyện Kiều", "truyen kieu"),
        ("Đất rừng", "dat rung"),
        ("Straße", "strasse"),
    ],
)
def test_words(text: str, words: str) -> None:
    assert search_words(text) == words


@pytest.mark.parametrize(
    ("title", "spelling"),
    [
        ("1984", "nineteen eighty four"),
        ("Nineteen Eighty-Four", "1984"),
        ("Catch-22", "catch twenty two"),
        ("Gödel, Escher, Bach", "goedel escher bach"),
        ("Gödel, Escher, Bach", "godel escher bach"),
        ("War & Peace", "war and peace"),
        ("Smørrebrød", "smoerrebroed"),
        ("Œuvres", "oeuvres"),
    ],
)
def test_a_title_has_the_spelling(title: str, spelling: str) -> None:
    assert spelling in title_spellings(title)


def test_the_usual_spelling_comes_first_and_none_twice() -> None:
    assert title_spellings("Emma") == ["emma"]
    assert title_spellings("1984")[0] == "1984"
    assert title_spellings("!!!") == [""]


@pytest.mark.parametrize(
    ("author", "spelling"),
    [
        ("J. K. Rowling", "jk rowling"),
        ("J.K. ROWLING", "j k rowling"),
        ("JK Rowling", "j k rowling"),
        ("Tolkien, J.R.R.", "jrr tolkien"),
        ("Søren Kierkegaard", "soeren kierkegaard"),
    ],
)
def test_an_author_has_the_spelling(author: str, spelling: str) -> None:
    assert spelling in author_spellings(author)


def test_a_first_name_in_capitals_is_not_taken_for_initials() -> None:
    assert author_spellings("JO Nesbo") == ["jo nesbo"]


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("Austen, Jane", "Jane Austen"),
        ("Le Guin, Ursula K.", "Ursula K. Le Guin"),
        ("Jane Austen", "Jane Austen"),
        ("Mankell,", "Mankell,"),
        ("Fry, Stephen, Laurie, Hugh", "Fry, Stephen, Laurie, Hugh"),
    ],
)
def test_first_names_come_first(author: str, name: str) -> None:
    assert first_name_first(author) == name


def test_keys_of_names() -> None:
    assert name_key("Tolkien, J. R. R.") == name_key("J.R.R. TOLKIEN") == "jrrtolkien"
    assert name_key("Stephen King") != name_key("Stephen Kin")
    assert series_key("The Dark Tower") == series_key("Dark Tower Series") == "darktower"
    assert series_key("The Series") == "series"


def test_the_head_ends_at_subtitle_or_bracket() -> None:
    assert title_head("Dune: A Novel (Dune, Book 1)") == "Dune"
    assert title_head("(Untitled)") == "(Untitled)"
    assert title_head("Catch-22") == "Catch-22"


def test_keys_of_titles() -> None:
    keys = title_keys("The Stand: Complete (Signet)")
    assert {"thestand", "stand", "thestandcompletesignet"} <= set(keys)
    assert "it" in title_keys("It")
    assert title_keys("?!") == []
