"""Delimited text of real data sets."""

import pytest

from bookrec.offline.data.files.read_tables import read_tables
from bookrec.offline.data.files.source_files import open_source
from requirements import require_shared_data

pytestmark = pytest.mark.shared_data


def tables(name):
    source = open_source([require_shared_data(name)])
    return {file.name: read_tables(file)[0] for file in source.files}


def test_book_crossing_of_2005():
    by_name = tables("book-crossing-2005")
    books, readers = by_name["BX-Books.csv"], by_name["BX-Users.csv"]
    assert (books.syntax.separator, books.syntax.escape) == (";", "\\")
    assert (len(books.columns), books.rows_read, books.unreadable) == (3090, 3090, [])
    assert books.columns.loc[books.columns[0] == "0805051732", 1].tolist() in (
        [],
        ['The Word "Desire"'],
    )
    assert readers.syntax.encoding == "cp1252"
    assert len(readers.columns) == readers.rows_read == 31696
    assert (readers.columns[1].str.contains("são paulo")).any()
    assert len(by_name["BX-Book-Ratings.csv"].columns) == 121_049


def test_book_crossing_of_the_2020s():
    by_name = tables("book-crossing")
    readers = by_name["Users.csv"]
    assert len(readers.columns) == readers.rows_read == 278_858
    assert readers.repaired == {"line_break_inside_field": 1}
    row = readers.columns.loc[readers.columns[0] == "275081"].iloc[0].tolist()
    assert row == ["275081", "cernusco s\n, milan, italy", ""]
    assert readers.last_line[-1] == 278_860
    assert len(by_name["Books.csv"].columns) == 55_949
    assert len(by_name["Ratings.csv"].columns) == 1_134_591


def test_movielens_has_no_headers():
    by_name = tables("ml-100k")
    assert {by_name[name].syntax.header_line for name in ("u.data", "u.item", "u.user")} == {0}
    assert len(by_name["u.data"].columns) == 100_000
    films = by_name["u.item"]
    assert (films.syntax.separator, films.columns.shape) == ("|", (1682, 24))
    assert films.columns[1].str.contains("é").any()
