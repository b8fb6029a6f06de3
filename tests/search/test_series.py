"""Series that titles name."""

from __future__ import annotations

import pytest

from bookrec.search.series import read_series


@pytest.mark.parametrize(
    ("title", "series", "number"),
    [
        ("The Golden Compass (His Dark Materials, Book 1)", "His Dark Materials", 1),
        ("The Secret (Animorphs, No 9)", "Animorphs", 9),
        ("Double Love (Sweet Valley High #1)", "Sweet Valley High", 1),
        ("Ranger (Harlequin, No. 986)(Cowboys By The Dozen)", "Harlequin", 986),
        ("The Wastelands (The Dark Tower, 3)", "The Dark Tower", 3),
        ("Owl (Valdemar: Darian's Tale, Book 3)", "Valdemar: Darian's Tale", 3),
        ("Between (Some Saga, Vol. 2.5)", "Some Saga", 2.5),
        ("Interlude [Saga #2.5]", "Saga", 2.5),
        ("The Deep (Sea Tales, Book Two)", "Sea Tales", 2),
        ("Jovah's Angel (Samaria Trilogy)", "Samaria Trilogy", None),
        ("Death Gate (Death Gate Cycle (Paperback))", "Death Gate Cycle", None),
        ("Harry Potter và hòn đá phù thủy (Harry Potter, tập 1)", "Harry Potter", 1),
        ("Harry Potter and the Chamber of Secrets (Harry Potter 2)", "Harry Potter", 2),
        ("A Game of Thrones (A Song of Ice and Fire, Book 1)", "A Song of Ice and Fire", 1),
        ("The Wheel of Time, Book 3: The Dragon Reborn", "The Wheel of Time", 3),
        ("One Piece - Tập 3", "One Piece", 3),
        ("Kính vạn hoa, tập 12: Lang thang trong rừng", "Kính vạn hoa", 12),
    ],
)
def test_series(title: str, series: str, number: float | None) -> None:
    assert read_series(title) == (series, number)


@pytest.mark.parametrize(
    "title",
    [
        "Little Women (Puffin Classics)",
        "Emma (Penguin Classics, No 12)",
        "Emma (Penguin Classics 12)",
        "Goblet of Fire (Book 4)",
        "The Stories of Ten Years (1999)",
        "Poems (Selected 120)",
        "Room (2003)",
        "The No. 1 Ladies' Detective Agency",
        "1984",
        "Fahrenheit 451",
        "Slaughterhouse 5",
        "Catch-22",
        "Apollo 13",
        "((",
        "",
    ],
)
def test_no_series(title: str) -> None:
    assert read_series(title) == ("", None)
