"""Book-Crossing layouts: the files of the 2020s and of 2005, with equal columns."""

from __future__ import annotations

from typing import Final

from bookrec.offline.data.sources.csv_rows import Dialect
from bookrec.offline.data.sources.layout import RawTables, SourceLayout
from bookrec.offline.data.sources.raw_files import RawSource
from bookrec.offline.data.sources.raw_tables import read_table

_READERS: Final = {"user_id": ("User-ID",), "location": ("Location",), "age": ("Age",)}
_BOOKS: Final = {
    "isbn": ("ISBN",),
    "title": ("Book-Title", "Title"),
    "author": ("Book-Author", "Author"),
    "year": ("Year-Of-Publication", "Year"),
    "publisher": ("Publisher",),
    "image_url": ("Image-URL-M", "Image-URL-L", "Image-URL-S"),
}
_RATINGS: Final = {
    "user_id": ("User-ID",),
    "isbn": ("ISBN",),
    "rating": ("Book-Rating", "Rating"),
    "timestamp": ("Timestamp",),
}


def _read(source: RawSource, layout: SourceLayout, dialect: Dialect) -> RawTables:
    readers, books, ratings = layout.find_files(source)
    return RawTables(
        readers=read_table(readers, dialect, _READERS, required=["user_id"]),
        books=read_table(books, dialect, _BOOKS, required=["isbn", "title", "author"]),
        ratings=read_table(ratings, dialect, _RATINGS, required=["user_id", "isbn", "rating"]),
    )


def _read_2020s(source: RawSource) -> RawTables:
    return _read(source, BOOK_CROSSING, Dialect(","))


def _read_2005(source: RawSource) -> RawTables:
    # Resaved copies of these files are UTF-8. Latin-1 text is hardly ever valid UTF-8 by chance.
    dialect = Dialect(";", encodings=("utf-8-sig", "latin-1"), escape="\\")
    return _read(source, BOOK_CROSSING_2005, dialect)


_CITATION: Final = (
    "Book-Crossing: C.-N. Ziegler, S. M. McNee, J. A. Konstan, G. Lausen, 'Improving "
    "recommendation lists through topic diversification', WWW 2005."
)

BOOK_CROSSING: Final = SourceLayout(
    name="book-crossing",
    files=(("Users.csv",), ("Books.csv",), ("Ratings.csv",)),
    rating_max=10,
    read=_read_2020s,
    id_prefix="bx",
    citation=_CITATION,
)
BOOK_CROSSING_2005: Final = SourceLayout(
    name="book-crossing-2005",
    files=(
        ("BX-Users.csv", "BX_Users.csv"),
        ("BX-Books.csv", "BX_Books.csv"),
        ("BX-Book-Ratings.csv", "BX_Book_Ratings.csv", "BX-Ratings.csv"),
    ),
    rating_max=10,
    read=_read_2005,
    id_prefix="bx2005",
    citation=_CITATION,
)
