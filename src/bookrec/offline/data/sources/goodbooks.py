"""The goodbooks-10k layout: restored ISBNs, readers named by ratings only."""

from __future__ import annotations

from typing import Final

import pandas as pd

from bookrec.errors import DataError
from bookrec.isbn import is_isbn10
from bookrec.offline.data.sources.csv_rows import Dialect
from bookrec.offline.data.sources.layout import RawTables, SourceLayout
from bookrec.offline.data.sources.raw_files import RawFile, RawSource
from bookrec.offline.data.sources.raw_tables import RawTable, read_table

_BOOKS: Final = {
    "key": ("book_id",),
    "isbn": ("isbn",),
    "title": ("title", "original_title"),
    "author": ("authors",),
    "year": ("original_publication_year",),
    "image_url": ("image_url",),
}
_RATINGS: Final = {
    "user_id": ("user_id",),
    "isbn": ("book_id",),
    "rating": ("rating",),
    "timestamp": ("timestamp",),
}
_NO_PHOTO: Final = "/nophoto/"
"""Part of the address of Goodreads' placeholder picture."""


def _read(source: RawSource) -> RawTables:
    dialect = Dialect(",")
    ratings_file = _ratings_file(source)
    (books_file,) = GOODBOOKS_10K.find_files(source)
    books = read_table(books_file, dialect, _BOOKS, required=["key", "title", "author"])
    ratings = read_table(ratings_file, dialect, _RATINGS, required=["user_id", "isbn", "rating"])
    ids = _book_ids(books)
    frame = books.frame
    images = frame["image_url"].mask(frame["image_url"].str.contains(_NO_PHOTO, regex=False), "")
    books.frame = frame.assign(isbn=ids, publisher="", image_url=images).drop(columns="key")
    id_of_key = dict(zip(frame["key"].str.strip(), ids, strict=True))
    keys = ratings.frame["isbn"].str.strip()
    ratings.frame["isbn"] = keys.map(id_of_key).fillna("gb:" + keys)
    return RawTables(readers=None, books=books, ratings=ratings)


def _ratings_file(source: RawSource) -> RawFile:
    """Find ``ratings.csv``, or else the only file of the source named ``ratings*.csv``."""
    stems = {name[: name.index(".csv") + 4] for name in source.names if ".csv" in name}
    candidates = sorted(stem for stem in stems if stem.startswith("ratings"))
    unclear = "ratings.csv" in candidates or len(candidates) != 1
    chosen = "ratings.csv" if unclear else candidates[0]
    file = source.find(chosen)
    if file is None:
        several = f"there are several ({', '.join(candidates)}); keep one"
        problem = several if candidates else "there is none"
        raise DataError(
            f"{source.path}: of 'ratings*.csv' {problem}; the layout needs exactly one."
        )
    return file


def _book_ids(books: RawTable) -> pd.Series:
    """ISBN of each book where it is certain, else ``gb:<book_id>``.

    The published file went through a spreadsheet. ISBNs lost their leading zeros, which are restored
    where the check digit then fits; ISBN-13s are rounded floats and useless.
    """
    stripped = books.frame["isbn"].str.strip().str.upper()
    restored = stripped.str.zfill(10)
    certain = restored.map(is_isbn10) & ~restored.duplicated(keep=False) & (stripped != "")
    books.repair("isbn_leading_zeros_restored", int((certain & (stripped != restored)).sum()))
    books.repair("isbn_replaced_by_book_id", int((~certain).sum()))
    return restored.where(certain, "gb:" + books.frame["key"].str.strip())


GOODBOOKS_10K: Final = SourceLayout(
    name="goodbooks-10k",
    files=(("books.csv",),),
    rating_max=5,
    read=_read,
    id_prefix="gb",
    citation=(
        "goodbooks-10k: Z. Zajac, 'Goodbooks-10k: a new dataset for book recommendations', "
        "FastML, 2017."
    ),
)
