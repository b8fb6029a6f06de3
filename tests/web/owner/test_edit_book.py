"""Changes of a book: only what differs from the catalogue is a correction."""

from __future__ import annotations

import pytest

from bookrec.settings import Home
from bookrec.shop.owner.corrections import FIELDS, FieldRefused, read_corrections
from bookrec.web.owner.edit_book import correction_of, store_book
from selling import in_shop, stock_of

CATALOGUE = dict.fromkeys(FIELDS, "") | {"title": "Dune", "author": "Frank Herbert", "year": "1990"}


def test_only_what_differs_is_stored() -> None:
    typed = CATALOGUE | {"title": "Dune: a novel", "year": "", "series": "Dune"}
    correction = correction_of("X", typed, CATALOGUE, added=False)
    assert (correction.title, correction.year) == ("Dune: a novel", 0)
    assert (correction.series, correction.series_number) == ("Dune", None)
    assert correction.author is None
    assert correction.publisher is None
    assert correction_of("X", CATALOGUE, CATALOGUE, added=False).empty


def test_a_number_alone_corrects_the_series() -> None:
    known = CATALOGUE | {"series": "Dune", "series_number": "2"}
    correction = correction_of("X", known | {"series_number": "1"}, known, added=False)
    assert (correction.series, correction.series_number) == ("Dune", 1.0)


def test_an_added_book_keeps_all_it_has(tmp_path) -> None:
    home = Home(tmp_path)
    correction = correction_of("NEW", CATALOGUE, {}, added=True)
    in_shop(home, lambda c: store_book(c, correction, "85.000", "4"))
    stored = in_shop(home, read_corrections)["NEW"]
    assert (stored.added, stored.title, stored.publisher) == (True, "Dune", "")
    assert stock_of(home, "NEW") == 4


@pytest.mark.parametrize(
    ("price", "stock", "field"), [("much", "", "price"), ("0", "", "price"), ("", "-1", "stock")]
)
def test_a_price_or_stock_that_is_none_stores_nothing(tmp_path, price, stock, field) -> None:
    home = Home(tmp_path)
    correction = correction_of("NEW", CATALOGUE, {}, added=True)
    with pytest.raises(FieldRefused) as refused:
        in_shop(home, lambda c: store_book(c, correction, price, stock))
    assert refused.value.field == field
    assert in_shop(home, read_corrections) == {}
