"""The file of a reader's own books."""

from __future__ import annotations

import csv
import io

from bookrec.web.history_import.entries import ABANDONED, READ, WANTED, read_entries
from bookrec.web.history_import.export import ExportedBook, goodreads_csv
from bookrec.web.store.catalogue import CatalogueBook
from catalogue_books import make_book


def book(isbn: str, title: str) -> CatalogueBook:
    return make_book(1, isbn=isbn, title=title, author="A, B", year=1999, rating_mean=7.0)


def test_what_is_written_is_read_again() -> None:
    text = goodreads_csv(
        [
            ExportedBook(book("0141439580", 'Emma, "a" novel'), 9, "read"),
            ExportedBook(book("0441172717", "Dune"), None, "read"),
            ExportedBook(book("0743412281", "Carrie"), None, "to-read", 1_700_000_000),
            ExportedBook(book("0345806786", "The Shining"), None, "did-not-finish"),
        ]
    )
    entries = read_entries(text.encode())
    assert [(e.title, e.rating, e.status) for e in entries] == [
        ('Emma, "a" novel', 9, READ),
        ("Dune", None, READ),
        ("Carrie", None, WANTED),
        ("The Shining", None, ABANDONED),
    ]
    assert entries[0].isbns == ("0141439580", "9780141439587")


def test_goodreads_finds_its_columns_and_stars() -> None:
    text = goodreads_csv([ExportedBook(book("0141439580", "Emma"), 9, "read", 1_700_000_000)])
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["ISBN"], row["ISBN13"]) == ('="0141439580"', '="9780141439587"')
    assert (row["My Rating"], row["Exclusive Shelf"]) == ("4.5", "read")
    assert row["Date Added"] == "2023/11/14"


def test_a_spreadsheet_takes_no_title_for_a_formula() -> None:
    text = goodreads_csv([ExportedBook(book("ml:357", "=HYPERLINK(1)"), None, "read")])
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["Title"] == "'=HYPERLINK(1)"
