"""Places in series, as titles name them."""

from __future__ import annotations

import pytest

from bookrec.web.recommendations.series import (
    PlaceInSeries,
    place_in_series,
    precedes,
    series_place,
)
from catalogue_books import make_book


@pytest.mark.parametrize(
    ("title", "name", "number"),
    [
        ("Catching Fire (The Hunger Games, #2)", "hunger games", 2),
        ("Harry Potter and the Chamber of Secrets (Harry Potter 2)", "harry potter", 2),
        ("A Game of Thrones (A Song of Ice and Fire, Book 1)", "song of ice and fire", 1),
        ("The Wheel of Time, Book 3: The Dragon Reborn", "wheel of time", 3),
        ("One Piece - Tập 3", "one piece", 3),
        ("Interlude (Saga #2.5)", "saga", 2.5),
    ],
)
def test_series(title: str, name: str, number: float) -> None:
    assert place_in_series(title) == PlaceInSeries(name, number)


@pytest.mark.parametrize(
    "title",
    [
        "Fahrenheit 451",
        "The Stories of Ten Years (1999)",
        "Emma (Penguin Classics 12)",
        "Goblet of Fire (Book 4)",
        "Slaughterhouse 5",
        "Catch-22",
        "",
    ],
)
def test_no_series(title: str) -> None:
    assert place_in_series(title) is None


def test_the_catalogue_knows_better_than_the_title() -> None:
    book = make_book(1, title="Odd (Saga, #9)", series="The Trilogy", series_number=2.0)
    assert series_place(book) == PlaceInSeries("the trilogy", 2.0)
    assert series_place(make_book(1, title="Odd (Saga, #9)")) == PlaceInSeries("saga", 9.0)


def test_order() -> None:
    first, second = PlaceInSeries("saga", 1.0), PlaceInSeries("saga", 2.0)
    assert precedes(first, second)
    assert not precedes(second, first)
    assert not precedes(PlaceInSeries("other", 1.0), second)
    assert not precedes(None, second)
