"""ISBNs: check digits, conversion both ways, junk, and what must be left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookrec.isbn import (
    is_isbn10,
    is_isbn13,
    is_usable_id,
    isbn10_check_digit,
    isbn_forms,
    normalise_isbn,
    repair_isbn,
    to_isbn10,
    to_isbn13,
)

NINE_DIGITS = st.text("0123456789", min_size=9, max_size=9)


@pytest.mark.parametrize(
    ("text", "isbn", "rule"),
    [
        ("034545104X", "034545104X", ""),
        ("034545104x", "034545104X", "isbn_upper_cased"),
        (" 9044922718", "9044922718", "isbn_upper_cased"),
        ("9780804429573", "080442957X", "isbn13_to_isbn10"),
        ("0-8044-2957-x", "080442957X", "isbn_junk_stripped"),
        ("978-0-8044-2957-3", "080442957X", "isbn_junk_stripped"),
        ("0553256564>>3", "0553256564", "isbn_junk_stripped"),
        ("01400.6477X", "014006477X", "isbn_junk_stripped"),
        ("902951227X/CI", "902951227X", "isbn_junk_stripped"),
        ("b00005wz75", "B00005WZ75", "isbn_upper_cased"),
        # A wrong check digit may still be how the catalogue spells the book.
        ("0345451041", "0345451041", ""),
        ("ASSORT00626", "ASSORT00626", ""),
        ("2221????????", "2221????????", ""),
        # 979 has no ISBN-10.
        ("9791032305690", "9791032305690", ""),
        ("gb:12", "gb:12", ""),
        ("ml:357", "ml:357", ""),
        ("", "", ""),
    ],
)
def test_known_spellings(text, isbn, rule):
    assert repair_isbn(text) == (isbn, rule)


def test_two_different_isbns_in_one_text_are_no_answer():
    assert normalise_isbn("034545104X / 0553256564") == "034545104X / 0553256564"


@given(NINE_DIGITS)
def test_isbn10_and_isbn13_of_a_book_lead_to_each_other(first_nine):
    isbn10 = first_nine + isbn10_check_digit(first_nine)
    isbn13 = to_isbn13(isbn10)
    assert is_isbn10(isbn10)
    assert is_isbn13(isbn13)
    assert to_isbn10(isbn13) == isbn10
    assert normalise_isbn(isbn13) == normalise_isbn(isbn10.lower()) == isbn10


@given(NINE_DIGITS, st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(first_nine, position, shift):
    isbn10 = first_nine + isbn10_check_digit(first_nine)
    wrong = str((int(isbn10[position]) + shift) % 10)
    assert not is_isbn10(isbn10[:position] + wrong + isbn10[position + 1 :])


@given(st.one_of(st.text(max_size=20), st.text("0123456789xX-.>? ", max_size=20)))
def test_normalising_twice_changes_nothing_more(text):
    once = normalise_isbn(text)
    assert normalise_isbn(once) == once


@given(st.text("0123456789ABCDEFXZ", min_size=1, max_size=9))
def test_other_ids_survive(text):
    assert normalise_isbn(text) == text
    assert is_usable_id(text)


@pytest.mark.parametrize("text", ["", "2221????????", "a/b", "CARD#651", "0 14 02", "x" * 40, "Ö1"])
def test_what_cannot_name_a_book(text):
    assert not is_usable_id(text)


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("080442957X", ["080442957X", "9780804429573"]),
        ("0-8044-2957-x", ["080442957X", "9780804429573"]),
        ("978-0-8044-2957-3", ["9780804429573", "080442957X"]),
        ("979-10-90636-07-1", ["9791090636071"]),
        ("1984", []),
        ("12345678901", []),
        ("not an isbn", []),
    ],
)
def test_isbn_forms(text: str, forms: list[str]):
    assert isbn_forms(text) == forms
