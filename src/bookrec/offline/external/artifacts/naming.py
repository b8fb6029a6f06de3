"""What names say: of a model's inputs, of files, of the columns of a scaler."""

from __future__ import annotations

import re
from typing import Final

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_READER: Final = frozenset(
    {
        "user",
        "users",
        "reader",
        "readers",
        "customer",
        "member",
        "uid",
        "userid",
    }
)
_BOOK: Final = frozenset(
    {
        "isbn",
        "isbns",
        "book",
        "books",
        "item",
        "items",
        "movie",
        "movies",
        "film",
        "films",
        "product",
        "products",
        "work",
        "bookid",
        "itemid",
        "movieid",
        "iid",
        "mid",
        "bid",
    }
)
_MEAN: Final = frozenset({"avg", "average", "mean"})
_COUNT: Final = frozenset({"num", "number", "count", "counts", "n", "total", "popularity"})
_RATING: Final = frozenset({"rating", "ratings", "score", "scores", "stars"})
_SCALED: Final = frozenset(
    {
        "scaled",
        "scaler",
        "normalized",
        "normalised",
        "standardized",
        "standardised",
        "norm",
    }
)
_COLUMNS: Final = frozenset({"column", "columns", "cols", "feature", "features", "names"})
_DIRECT: Final = (
    ("age", frozenset({"age", "ages", "agebin", "agegroup", "ageband", "agebinned"})),
    ("country", frozenset({"country", "countries"})),
    ("location", frozenset({"location", "locations", "city"})),
    ("author", frozenset({"author", "authors"})),
    ("publisher", frozenset({"publisher", "publishers"})),
    ("year", frozenset({"year", "years", "yop", "publicationyear"})),
    ("title", frozenset({"title", "titles", "name"})),
)


def words_of(name: str) -> frozenset[str]:
    """The words of a name, however they are joined.

    >>> sorted(words_of("userId_encoded"))
    ['encoded', 'id', 'user']
    """
    return frozenset(word.lower() for word in _WORD.findall(name))


def column_named(name: str) -> str | None:
    """The column of `artifacts.columns` that a name means; None where it says none.

    >>> column_named("user_id_encoded"), column_named("avg_rating_scaled"), column_named("input_2")
    ('user_id', 'rating_mean', None)
    """
    words = words_of(name)
    of_reader = bool(words & _READER)
    for column, known in _DIRECT:
        if words & known:
            return column
    if words & _MEAN:
        return "reader_rating_mean" if of_reader else "rating_mean"
    if words & _COUNT and (words & _RATING or not of_reader) and not words & {"id"}:
        return "reader_rating_count" if of_reader else "rating_count"
    if of_reader:
        return "user_id"
    return "isbn" if words & _BOOK else None


def says_scaled(name: str) -> bool:
    """Whether a name says that its numbers are scaled."""
    return bool(words_of(name) & _SCALED)


def says_columns(name: str) -> bool:
    """Whether a list of that name is one of column names."""
    return bool(
        words_of(name) & frozenset(["column", "columns", "cols", "feature", "features", "names"])
    )
