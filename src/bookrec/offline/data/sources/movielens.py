"""The MovieLens-100K layout: films as books, with ids ``ml:N`` and no author."""

from __future__ import annotations

from typing import Final

from bookrec.offline.data.sources.csv_rows import Dialect
from bookrec.offline.data.sources.layout import RawTables, SourceLayout
from bookrec.offline.data.sources.raw_files import RawSource
from bookrec.offline.data.sources.raw_tables import read_headless_table

_LATIN1: Final = ("utf-8-sig", "latin-1")
_PIPES: Final = Dialect("|", encodings=_LATIN1, quoted=False)
_TABS: Final = Dialect("\t", encodings=_LATIN1, quoted=False)
_TITLE_AND_YEAR: Final = r"^(?P<title>.*?)\s*\((?P<year>\d{4})\)\s*$"


def _read(source: RawSource) -> RawTables:
    readers_file, books_file, ratings_file = MOVIELENS_100K.find_files(source)
    readers = read_headless_table(readers_file, _PIPES, {"user_id": 0, "age": 1}, 5)
    readers.frame["location"] = ""
    # Item: id, title (year), release date, video release date, URL, and 19 genre flags.
    books = read_headless_table(books_file, _PIPES, {"isbn": 0, "title": 1}, 24)
    parts = books.frame["title"].str.extract(_TITLE_AND_YEAR)
    books.frame = books.frame.assign(
        isbn="ml:" + books.frame["isbn"].str.strip(),
        title=parts["title"].fillna(books.frame["title"]),
        year=parts["year"].fillna(""),
        author="",
        publisher="",
        image_url="",
    )
    columns = {"user_id": 0, "isbn": 1, "rating": 2, "timestamp": 3}
    ratings = read_headless_table(ratings_file, _TABS, columns, 4)
    ratings.frame["isbn"] = "ml:" + ratings.frame["isbn"].str.strip()
    return RawTables(readers=readers, books=books, ratings=ratings)


MOVIELENS_100K: Final = SourceLayout(
    name="movielens-100k",
    files=(("u.user",), ("u.item",), ("u.data",)),
    rating_max=5,
    read=_read,
    id_prefix="ml",
    citation=(
        "MovieLens 100K: F. M. Harper, J. A. Konstan, 'The MovieLens datasets: history and "
        "context', ACM TiiS 5(4), 2015."
    ),
)
