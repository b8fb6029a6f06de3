"""Hits of a search: the words, names and filters of a query as SQL over book and its index."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import msgspec

from bookrec.isbn import id_spellings
from bookrec.search.words import name_key, search_words, series_key
from bookrec.web.catalogue_search.query_reading import Query, read_query
from bookrec.web.store.rows import NamedParameters, Row
from bookrec.web.store.snapshot_reader import Snapshot

_SHORTEST_NUMBER: Final = 8
"""Digits of the shortest number that is an ISBN, two zeros being lost."""


class SearchQuery(msgspec.Struct, frozen=True):
    """Words, filters, order and page of a search; '' and None filter nothing."""

    q: str = ""
    author: str = ""
    """Words that must all be in the author's name."""
    publisher: str = ""
    """Whole name of the publisher; the case of a-z does not matter."""
    year_from: int | None = None
    year_to: int | None = None
    sort: str = "relevance"
    """One of `SORTS`; ``relevance`` without words is ``popular``."""
    page: int = 1
    """1-based."""
    page_size: int = 24
    by: str = ""
    """Whole name of the author, in any spelling."""
    series: str = ""
    """Whole name of the series."""
    category: str = ""
    language: str = ""
    rating_from: int | None = None
    """Lowest mean rating."""

    @property
    def offset(self) -> int:
        """Hits before the page."""
        return (self.page - 1) * self.page_size


@dataclass(frozen=True)
class Hits:
    """The books that a query means, as parts of a statement."""

    snapshot: Snapshot
    words: Query | None
    """None where no words are searched for: there are none, or they are an ISBN."""
    condition: str
    parameters: NamedParameters
    ranked: bool
    """Whether the full-text index takes part."""

    @property
    def source(self) -> str:
        """Tables of the hits, the index first."""
        if not self.ranked:
            return "book"
        return "book_search cross join book on book.place = book_search.rowid"

    @cached_property
    def total(self) -> int:
        """Number of hits."""
        if self.ranked and self.condition == _MATCH:  # without the catalogue it is faster
            query = f"select count(*) from book_search where {_MATCH}"  # noqa: S608
        else:
            query = f"select count(*) from {self.source} where {self.condition}"  # noqa: S608
        return int(self.snapshot.slow_rows(query, self.parameters)[0][0])

    def select(
        self, columns: str, rest: str, parameters: NamedParameters | None = None
    ) -> list[Row]:
        """Return columns of the hits; ``rest`` follows the condition."""
        return self.snapshot.slow_rows(
            f"select {columns} from {self.source} where {self.condition} {rest}",  # noqa: S608
            {**self.parameters, **(parameters or {})},
        )


_MATCH: Final = "book_search match :match"


def find_hits(snapshot: Snapshot, query: SearchQuery) -> Hits:
    """Read a query against the snapshot."""
    conditions: list[str] = []
    parameters: NamedParameters = {}
    isbns = _known_isbns(snapshot, query.q)
    words = None
    if isbns:
        marks = ", ".join(f":isbn{i}" for i in range(len(isbns)))
        conditions.append(f"book.isbn in ({marks})")
        parameters |= {f"isbn{i}": isbn for i, isbn in enumerate(isbns)}
    elif query.q.strip():
        words = read_query(snapshot, query.q)
    names = search_words(query.author).split()
    expression = _expression(words, names)
    if expression:
        conditions.insert(0, _MATCH)
        parameters["match"] = expression
    if (words and not words.readings) or (query.author.strip() and not names):
        conditions.append("false")  # nothing but punctuation matches no title
    _add_filters(query, conditions, parameters)
    return Hits(snapshot, words, " and ".join(conditions) or "true", parameters, bool(expression))


def _expression(words: Query | None, names: list[str]) -> str:
    """FTS5 expression for words anywhere and words of the author's name; '' for none."""
    parts = [f"({words.expression})"] if words and words.readings else []
    parts += [f'author : "{name}"' for name in names]
    return " AND ".join(parts)


def _add_filters(query: SearchQuery, conditions: list[str], parameters: NamedParameters) -> None:
    publisher = query.publisher.strip()
    by, series = query.by.strip(), query.series.strip()
    for column, operator, name, value in (
        ("publisher collate nocase", "=", "publisher", publisher or None),
        ("author_key", "=", "by", (name_key(by) or by) if by else None),
        ("series_key", "=", "series", (series_key(series) or series) if series else None),
        ("category", "=", "category", query.category.strip() or None),
        ("language", "=", "language", query.language.strip() or None),
        ("year", ">=", "year_from", query.year_from),
        ("year", "<=", "year_to", query.year_to),
        ("rating_mean", ">=", "rating_from", query.rating_from),
    ):
        if value is not None:
            conditions.append(f"book.{column} {operator} :{name}")
            parameters[name] = value


def _known_isbns(snapshot: Snapshot, q: str) -> list[str]:
    """Return the catalogue's ids that ``q`` spells (`id_spellings`).

    A short number may be a title (``1984``) as well as a code, and so is looked up as a word.
    """
    if q.strip().isdecimal() and len(q.strip()) < _SHORTEST_NUMBER:
        return []
    candidates = id_spellings(q)
    marks = ",".join("?" * len(candidates))
    rows = snapshot.slow_rows(
        f"select isbn from book where isbn in ({marks})",  # noqa: S608
        tuple(candidates),
    )
    return [isbn for (isbn,) in rows]
