"""Series in the brackets of titles."""

from __future__ import annotations

import pytest

from bookrec.offline.data.works.series import read_series


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
        ("The Deep (Sea Tales, Book Two)", "Sea Tales", 2),
        ("Jovah's Angel (Samaria Trilogy)", "Samaria Trilogy", None),
        ("Death Gate (Death Gate Cycle (Paperback))", "Death Gate Cycle", None),
        ("Harry Potter và hòn đá phù thủy (Harry Potter, tập 1)", "Harry Potter", 1),
        ("Little Women (Puffin Classics)", "", None),
        ("1984", "", None),
        ("Room (2003)", "", None),
        ("Apollo 13", "", None),
        ("((", "", None),
        ("Odd (Book 2)", "", None),
    ],
)
def test_series(title: str, series: str, number: float | None) -> None:
    assert read_series(title) == (series, number)
