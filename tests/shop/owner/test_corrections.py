"""Corrections of books: what is stored, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from bookrec.settings import Home
from bookrec.shop.owner.corrections import (
    UNKNOWN_YEAR,
    BookCorrection,
    FieldRefused,
    new_book_id,
    parse_fields,
    read_corrections,
    remove_correction,
    store_correction,
)
from selling import in_shop


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def version(home: Home) -> int:
    return in_shop(home, lambda c: c.execute("select version from shop_version").fetchone()[0])


def test_a_correction_is_kept_replaced_and_removed(home: Home) -> None:
    first = BookCorrection("0441172717", title="Dune", year=UNKNOWN_YEAR)
    second = BookCorrection("0441172717", author="Herbert", series="Dune", series_number=1.5)
    before = version(home)
    in_shop(home, lambda c: store_correction(c, first))
    assert in_shop(home, read_corrections) == {"0441172717": first}
    in_shop(home, lambda c: store_correction(c, second))
    assert in_shop(home, read_corrections) == {"0441172717": second}
    assert version(home) == before + 2, "pages that caches keep depend on the version"
    assert in_shop(home, lambda c: remove_correction(c, "0441172717"))
    assert in_shop(home, read_corrections) == {}
    assert not in_shop(home, lambda c: remove_correction(c, "0441172717"))


def test_an_empty_correction_removes_the_one_before(home: Home) -> None:
    in_shop(home, lambda c: store_correction(c, BookCorrection("A", title="x")))
    in_shop(home, lambda c: store_correction(c, BookCorrection("A")))
    assert in_shop(home, read_corrections) == {}


def test_fields_are_read_as_they_are_typed() -> None:
    parsed = parse_fields(
        {"title": "  Đất  rừng ", "year": "", "series": "Dune", "series_number": "2,5"}
    )
    assert (parsed.title, parsed.year, parsed.author) == ("Đất rừng", UNKNOWN_YEAR, None)
    assert (parsed.series, parsed.series_number) == ("Dune", 2.5)
    assert parse_fields({"description": " a \n b "}).description == "a\nb"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("title", " "),
        ("title", "x" * 301),
        ("author", "a\x00b"),
        ("year", "9999"),
        ("year", "19a5"),
        ("year", "²"),
        ("series_number", "two"),
        ("series_number", "nan"),
    ],
)
def test_a_text_that_its_field_does_not_take_is_refused_by_name(field: str, text: str) -> None:
    with pytest.raises(FieldRefused) as refused:
        parse_fields({"series": "S", field: text})
    assert refused.value.field == field


def test_an_added_book_has_an_id_in_its_one_spelling() -> None:
    assert new_book_id(" 978-0-8044-2957-3 ") == "080442957X"
    assert new_book_id("vh/00013") == "VH/00013"
    for text in ("", "2221????????"):
        with pytest.raises(FieldRefused):
            new_book_id(text)
