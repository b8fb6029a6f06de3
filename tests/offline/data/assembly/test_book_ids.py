"""Ids of books: of several columns, of several spellings, of the shop itself."""

import pandas as pd
import pytest

from bookrec.offline.data.assembly.book_ids import BookKeys, identify_books, keys_of
from raw_tables import raw_table


def identified(columns, *rows, prefix=""):
    texts = {"title": "T", "author": "A", "publisher": ""}
    blank = {name: text for name, text in texts.items() if name not in columns}
    raw = raw_table(columns, *rows, **blank)
    identify_books(raw, prefix)
    return raw


def test_a_valid_isbn_of_any_column_counts_before_codes():
    raw = identified(
        "book_id book_id_2",
        ("K-7", "9780141439518"),
        ("080442957X", "K-8"),
        ("", "K-9"),
        ("0306406152", "9780140449136"),
    )
    assert raw.frame["isbn"].tolist() == ["0141439513", "080442957X", "K-9", "0306406152"]


def test_a_prefix_stands_before_codes_only():
    raw = identified("book_id", ("17",), ("0141439513",), prefix="ml:")
    assert raw.frame["isbn"].tolist() == ["ml:17", "0141439513"]


def test_ids_that_can_name_no_book_are_rejected_by_their_reason():
    raw = identified(
        "book_id title", ("9.78014E+12", "X"), ("2221????????", "Y"), ("", ""), ("A7", "Z")
    )
    assert raw.rejected()[["line", "reason"]].to_numpy().tolist() == [
        [2, "isbn_ruined_by_spreadsheet"],
        [3, "isbn_unusable"],
        [4, "no_isbn"],
    ]
    assert raw.frame["isbn"].tolist() == ["A7"]


def test_every_id_of_a_row_names_its_book():
    raw = identified("book_id book_id_2", ("K-7", "9780141439518"), ("K-8", ""))
    keys = keys_of(raw)
    catalogue = pd.Index(["0141439513", "K-8"])
    assert keys.positions(["K-7", "0141439513", "K-8", "K-9", ""], catalogue).tolist() == [
        *(0, 0, 1, -1, -1)
    ]


def test_lost_zeros_lead_to_the_one_code_that_had_them():
    keys = BookKeys()
    keys.add(["00027", "0031", "031", "45"], ["00027", "0031", "031", "45"])
    catalogue = pd.Index(["00027", "0031", "031", "45"])
    assert keys.positions(["27", "31", "45", "0045"], catalogue).tolist() == [0, -1, 3, -1]


def test_an_id_of_several_books_names_the_first_and_is_counted():
    keys = BookKeys()
    assert keys.add(["A", "B"], ["1", "2"]) == 0
    assert keys.add(["A", "B", "C"], ["3", "2", "3"]) == 1
    assert keys.isbn_of_key == {"A": "1", "B": "2", "C": "3"}


@pytest.mark.parametrize(
    ("columns", "chosen"),
    [
        (("", "9780306406157"), "0306406152"),
        (("0140449132", "9780140449136"), "0140449132"),
        (("140449132", "9.78014E+12"), "0140449132"),
        (("9.78014E+12", "VH1"), "VH1"),
        (("VH1", "9780306406157"), "0306406152"),
    ],
)
def test_the_first_valid_id_of_a_row_counts(columns, chosen):
    table = raw_table("book_id book_id_2", columns, title="Emma", author="", publisher="")
    identify_books(table, "")
    assert table.frame["isbn"].tolist() == [chosen]
