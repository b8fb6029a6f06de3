"""Places in series, by the columns of the catalogue alone."""

from __future__ import annotations

from bookrec.web.recommendations.series import PlaceInSeries, precedes, series_place
from catalogue_books import make_book


def test_the_columns_alone_say_it() -> None:
    book = make_book(1, title="Odd (Saga, #9)", series="The Trilogy", series_number=2.0)
    assert series_place(book) == PlaceInSeries("trilogy", 2.0)
    assert series_place(make_book(1, title="Odd (Saga, #9)")) is None
    assert series_place(make_book(1, series="The Trilogy")) is None
    assert series_place(make_book(1, series="A Line", series_number=986.0)) is None


def test_order() -> None:
    first, second = PlaceInSeries("saga", 1.0), PlaceInSeries("saga", 2.0)
    assert precedes(first, second)
    assert not precedes(second, first)
    assert not precedes(PlaceInSeries("other", 1.0), second)
    assert not precedes(None, second)
