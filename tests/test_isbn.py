"""ISBNs: check digits, conversion both ways, junk, and what must be left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookrec.isbn import (
    choose_book_id,
    id_problem,
    id_spellings,
    is_isbn10,
    is_isbn13,
    is_usable_id,
    isbn10_check_digit,
    isbn_forms,
    made_book_id,
    normalise_isbn,
    other_book_id,
    repair_code,
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


JUNK = st.text("0123456789xX-.,>?'=\"/~ eE+\u00a0\u200b\u0660\uff11", max_size=20)


@given(st.one_of(st.text(max_size=20), JUNK))
def test_normalising_twice_changes_nothing_more(text):
    once = normalise_isbn(text)
    assert normalise_isbn(once) == once


@given(st.text("0123456789ABCDEFZ", min_size=1, max_size=7))
def test_other_ids_survive(text):
    if text not in ("NA", "NAN"):
        assert normalise_isbn(text) == text
        assert is_usable_id(text)


SPELLINGS = [
    lambda isbn: isbn.lower(),
    lambda isbn: f"\u200b{isbn}\u00a0",
    lambda isbn: f'="{isbn}"',
    lambda isbn: f"'{isbn}",
    lambda isbn: f"{isbn[:1]}-{isbn[1:5]}-{isbn[5:9]}-{isbn[9:]}",
    lambda isbn: f"{isbn[:1]} {isbn[1:5]} {isbn[5:9]} {isbn[9:]}",
    lambda isbn: f"\ufeff{isbn[:4]}\u00ad{isbn[4:]}",
    lambda isbn: isbn.translate({ord("0") + d: 0xFF10 + d for d in range(10)}),
    lambda isbn: isbn.translate({ord("0") + d: 0x0660 + d for d in range(10)}),
    to_isbn13,
    lambda isbn: f"{to_isbn13(isbn)[:3]}-{to_isbn13(isbn)[3:]}",
    lambda isbn: f"{to_isbn13(isbn)}.0",
    lambda isbn: f"{isbn}; {to_isbn13(isbn)}",
    lambda isbn: f"{to_isbn13(isbn)[0]}.{to_isbn13(isbn)[1:]}E12",
]


@given(NINE_DIGITS, st.sampled_from(SPELLINGS))
def test_all_spellings_of_an_isbn_are_one_id(first_nine, spelling):
    isbn = first_nine + isbn10_check_digit(first_nine)
    assert normalise_isbn(spelling(isbn)) == isbn
    assert is_usable_id(isbn)


@pytest.mark.parametrize(
    ("text", "isbn", "rule"),
    [
        (
            "\u0660\u0663\u0660\u0666\u0664\u0660\u0666\u0661\u0665\u0662",
            "0306406152",
            "unicode_digits",
        ),
        ('="0393040025"', "0393040025", "spreadsheet_formula_removed"),
        ('=""', "", "spreadsheet_formula_removed"),
        ("9786041234563.0", "9786041234563", "decimal_point_removed"),
        ("978-604-1-23456-3", "9786041234563", "isbn_junk_stripped"),
        ("0-306-40615-3", "0306406153", "isbn_junk_stripped"),
        ("12-34567890", "12-34567890", ""),
        ("306406152.0", "0306406152", "decimal_point_removed"),
        ("306406152", "0306406152", "isbn_leading_zeros_restored"),
        ("20101001", "20101001", ""),
        ("30640615X", "30640615X", ""),
        ("123456788", "123456788", ""),
        ("8935086851234.0", "8935086851234", "decimal_point_removed"),
        ("\u200b0306406152", "0306406152", "invisible_characters_removed"),
        ("9.786041234563E+12", "9786041234563", "decimal_point_removed"),
        ("ISBN 0 306 40615 2", "0306406152", "isbn_junk_stripped"),
        ("ISBN-13: 978-0-306-40615-7", "0306406152", "isbn_junk_stripped"),
        ("ISBN 0306406152", "0306406152", "isbn_junk_stripped"),
        ("N/A", "", "placeholder_unknown"),
        ("VH  00012 ", "VH 00012", "isbn_upper_cased"),
        ("VH/00013", "VH/00013", ""),
        ("vh-14", "VH-14", "isbn_upper_cased"),
        ("#15", "#15", ""),
        ("Đ-17", "Đ-17", ""),
        ("SA\u0301CH01", "SÁCH01", "unicode_composed"),
        ("sách01", "SÁCH01", "isbn_upper_cased"),
        ("MS:16", "MS:16", ""),
        ("ms:16", "MS:16", "isbn_upper_cased"),
        ("GB:12", "gb:12", "isbn_lower_cased"),
        ("00018", "00018", ""),
        ("18", "18", ""),
        ("0306406152~2", "0306406152~2", ""),
    ],
)
def test_repairs_of_damaged_ids_and_codes_of_shops(text, isbn, rule):
    assert repair_isbn(text) == (isbn, rule)
    assert id_problem(isbn) == ("" if isbn else "no_isbn")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no_isbn"),
        ('=""', "no_isbn"),
        ("2221????????", "isbn_unusable"),
        ("-", "isbn_unusable"),
        ("..", "isbn_unusable"),
        ("AB\x07C", "isbn_unusable"),
        ("x" * 65, "isbn_unusable"),
        ("034545104X / 0553256564", "isbn_unusable"),
        ("978-0-306-40615-7, 0-14-044913-2", "isbn_unusable"),
        ("9.78604E+12", "isbn_ruined_by_spreadsheet"),
        ("9,78604e+12", "isbn_ruined_by_spreadsheet"),
        ("9.78604E12", "isbn_ruined_by_spreadsheet"),
        ("1E+13", "isbn_ruined_by_spreadsheet"),
    ],
)
def test_what_cannot_name_a_book_has_a_reason(text, reason):
    assert id_problem(normalise_isbn(text)) == reason


@pytest.mark.parametrize("code", ["a/b", "CARD#651", "0 14 02", "Ö1", "x" * 40, "5E12", "50%"])
def test_codes_of_shops_can_name_a_book(code):
    assert is_usable_id(normalise_isbn(code))


@pytest.mark.parametrize(
    ("columns", "chosen"),
    [
        (["", "9780306406157"], "0306406152"),
        (["0140449132", "9780140449136"], "0140449132"),
        (["140449132", "9.78014E+12"], "0140449132"),
        (["9.78014E+12", "VH1"], "VH1"),
        (["VH1", "9780306406157"], "0306406152"),
        (["9.78014E+12", " "], "9.78014E+12"),
        (["", ' =""'], ""),
        ([], ""),
    ],
)
def test_the_first_valid_id_of_a_row_counts(columns, chosen):
    assert choose_book_id(columns)[0] == chosen


def test_the_id_of_a_book_without_a_code_lasts_and_is_usable():
    made = made_book_id("Đất rừng phương Nam", "Đoàn Giỏi")
    assert made == made_book_id("  ĐẤT RỪNG Phương Nam!", "Đoàn giỏi", "")
    assert made != made_book_id("Đất rừng phương Nam", "Đoàn Giỏi", "Kim Đồng")
    assert made != made_book_id("Đất rừng", "phương Nam Đoàn Giỏi")
    assert made_book_id(" ", "Đoàn Giỏi") == ""
    assert made.startswith("made:")
    assert len(made) == len("made:") + 12
    assert normalise_isbn(made) == normalise_isbn(made.upper()) == made
    assert is_usable_id(made)


def test_another_book_of_an_isbn_has_an_id_of_its_own():
    other = other_book_id("0306406152", 2)
    assert normalise_isbn(other) == other == "0306406152~2"
    assert is_usable_id(other)


def test_a_typed_id_means_its_text_its_normal_form_and_the_other_form():
    assert id_spellings("978-0-14-143951-8") == ["978-0-14-143951-8", "0141439513", "9780141439518"]
    assert id_spellings(" vh 1") == ["vh 1", "VH 1"]
    assert id_spellings(" ") == []


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


@pytest.mark.parametrize(
    ("text", "code", "rule"),
    [
        ("306406152", "code:306406152", "code_looks_like_isbn"),
        ("306406153", "306406153", ""),
        ("0306406152", "code:0306406152", "code_looks_like_isbn"),
        ("KD 0306406152", "code:kd 0306406152", "code_looks_like_isbn"),
        ("kd 0306406153", "KD 0306406153", "isbn_upper_cased"),
        ("978-0-306-40615-7", "0306406152", "isbn13_to_isbn10"),
        ("8934567890123", "8934567890123", ""),
        ("012345678905", "012345678905", ""),
        ("306406152.0", "code:306406152", "code_looks_like_isbn"),
        ("Chưa có", "", "placeholder_unknown"),
        ("", "", ""),
    ],
)
def test_a_code_is_no_isbn(text: str, code: str, rule: str) -> None:
    assert repair_code(text) == (code, rule)


@given(st.text("0123456789X-:. code", max_size=16) | st.text(max_size=12) | NINE_DIGITS)
def test_the_id_of_a_code_is_left_alone_at_every_door(text: str) -> None:
    code, _ = repair_code(text)
    assert repair_code(code)[0] == code
    assert repair_isbn(code)[0] == code
    assert not code or code in id_spellings(text)
