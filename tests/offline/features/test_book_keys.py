"""Keys of author, series and language, for the spellings of real catalogues."""

from __future__ import annotations

import pytest

from bookrec.offline.features.book_keys import author_key, language_key, series_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Tolkien, J. R. R.", "J.R.R. Tolkien"),
        ("KING, STEPHEN", "Stephen King"),
        ("Kathryn H. Kidd", "Kathryn Kidd"),
        ("Nguyễn Nhật Ánh", "Nguyen  Nhat Anh"),
    ],
)
def test_one_author_has_one_key(one: str, other: str):
    assert author_key(one) == author_key(other) != ""


def test_different_authors_have_different_keys():
    names = ["Stephen King", "Stephen Kings", "King Stephen", "Martin Luther King", "", "Madonna"]
    assert len({author_key(name) for name in names}) == len(names)
    assert author_key("") == ""


@pytest.mark.parametrize(
    ("title", "series"),
    [
        ("Spirits White as Lightning (Bedlam Bard, Book 5)", "bedlam bard"),
        ("The Fellowship of the Ring (The Lord of the Rings, Part 1)", "the lord of the rings"),
        ("Q-Squared (Star Trek: The Next Generation, No 12)", "star trek the next generation"),
        ("Spells (Paperback)", ""),
        ("Learning Perl (2nd Edition)", ""),
        ("Kristy's Great Idea (Paperback) (Baby-Sitters Club, 1)", "babysitters club"),
        ("Dracula", ""),
        ("(", ""),
    ],
)
def test_series(title: str, series: str):
    assert series_key(title) == series.replace("babysitters", "baby sitters")


@pytest.mark.parametrize(
    ("isbn", "language"),
    [
        ("0345339703", "0"),
        ("1565922840", "0"),
        ("3404920910", "3"),
        ("6041234567", "604"),
        ("6912345678", ""),
        ("8433910000", "84"),
        ("9500700000", "950"),
        ("9971691234", "9971"),
        ("9780345339703", "0"),
        ("9786041234560", "604"),
        ("9780123456", "978"),
        ("B000051234", ""),
        ("ml:357", ""),
        ("", ""),
    ],
)
def test_language_areas(isbn: str, language: str):
    assert language_key(isbn) == language
