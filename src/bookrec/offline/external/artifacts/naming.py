"""Column names in the names of model inputs, files and scaler columns."""

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
    ("category", frozenset({"category", "categories", "genre", "genres"})),
    ("language", frozenset({"language", "languages", "lang"})),
    ("title", frozenset({"title", "titles", "name"})),
)


def words_of(name: str) -> frozenset[str]:
    """Split a name into words in lower case, at underscores, capitals and digits.

    >>> sorted(words_of("userId_encoded"))
    ['encoded', 'id', 'user']
    """
    return frozenset(word.lower() for word in _WORD.findall(name))


def column_named(name: str) -> str | None:
    """Return the column of `artifacts.columns` that a name stands for; None if it names none.

    >>> column_named("user_id_encoded"), column_named("avg_rating_scaled"), column_named("input_2")
    ('user_id', 'rating_mean', None)
    """
    words = words_of(name)
    is_reader = bool(words & _READER)
    for column, known in _DIRECT:
        if words & known:
            return column
    if words & _MEAN:
        return "reader_rating_mean" if is_reader else "rating_mean"
    if words & _COUNT and (words & _RATING or not is_reader) and not words & {"id"}:
        return "reader_rating_count" if is_reader else "rating_count"
    if is_reader:
        return "user_id"
    return "isbn" if words & _BOOK else None


def is_scaled_name(name: str) -> bool:
    """Whether a name is that of scaled numbers, e.g. ``avg_rating_scaled``."""
    return bool(words_of(name) & _SCALED)


def is_column_list_name(name: str) -> bool:
    """Whether a name is that of a list of column names, e.g. ``feature_columns``."""
    return bool(words_of(name) & _COLUMNS)
