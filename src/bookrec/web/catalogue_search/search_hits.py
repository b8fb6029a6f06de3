"""Hits of a search: the words, names and filters of a query as SQL over book and its index."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import msgspec

from bookrec.isbn import id_spellings
from bookrec.search.words import name_key, search_words, series_key
from bookrec.web.catalogue_search.query_reading import Query, read_query
from bookrec.web.store.offer_table import NO_OFFERS, OfferTable
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
    """A `filters.Sort`; ``relevance`` without words is ``popular``."""
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
    price_from: int | None = None
    """Lowest price, in minor units of the shop's currency."""
    price_below: int | None = None
    """Price that is too high already."""
    in_stock: bool = False
    """Whether only books count that can be bought now."""
    works: bool = False
    """Whether works are listed, by one edition each: one that can be bought, else the most read one."""
    languages: tuple[str, ...] = ()
    """Languages of the books that come first among the newest, as the catalogue writes them."""

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
    works: bool = False
    """Whether each work is listed by one of its editions among the hits."""
    offers: OfferTable = NO_OFFERS

    @property
    def source(self) -> str:
        """Tables of the hits, the index first."""
        if not self.ranked:
            return "book"
        return "book_search cross join book on book.place = book_search.rowid"

    @property
    def listed(self) -> str:
        """Condition of the hits that are listed: all, or one of each work."""
        return f"{self.condition} and not {self._better_edition}" if self.works else self.condition

    @property
    def _better_edition(self) -> str:
        """Whether a hit's work has another edition among the hits that is listed in its place."""
        # The planner keeps the matches as a table when it needs them at all: few works have editions.
        matches = f"other.place in (select rowid from book_search where {_MATCH})"  # noqa: S608
        others = self.condition.replace("book.", "other.").replace(_MATCH, matches)
        available, rather = "0", "other.place < book.place"
        if self.offers.offers:
            available = "coalesce((select available from temp.offer where place = {}.place), 0)"
            mine, its = available.format("book"), available.format("other")
            rather = f"({its}, -other.place) > ({mine}, -book.place)"
        return (
            "exists (select 1 from book other where other.work_id = book.work_id"  # noqa: S608
            f" and other.place <> book.place and {rather} and {others})"
        )

    @cached_property
    def total(self) -> int:
        """Number of hits that are listed."""
        what = "count(distinct book.work_id)" if self.works else "count(*)"
        if self.ranked and self.condition == _MATCH and not self.works:
            query = f"select count(*) from book_search where {_MATCH}"  # noqa: S608
        else:
            query = f"select {what} from {self.source} where {self.condition}"  # noqa: S608
        return int(self.rows(query)[0][0])

    def select(
        self, columns: str, rest: str, parameters: NamedParameters | None = None
    ) -> list[Row]:
        """Return columns of the listed hits; ``rest`` follows the condition."""
        return self.rows(
            f"select {columns} from {self.source} where {self.listed} {rest}",  # noqa: S608
            parameters,
        )

    def rows(self, query: str, parameters: NamedParameters | None = None) -> list[Row]:
        """Return the rows of a statement that names the hits' parameters."""
        return self.snapshot.slow_rows(
            query, {**self.parameters, **(parameters or {})}, self.offers
        )


_MATCH: Final = "book_search match :match"


def find_hits(snapshot: Snapshot, query: SearchQuery, offers: OfferTable = NO_OFFERS) -> Hits:
    """Read a query against the snapshot, and against the shop's offers."""
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
    return Hits(
        snapshot,
        words,
        " and ".join(conditions) or "true",
        parameters,
        ranked=bool(expression),
        works=query.works,
        offers=offers,
    )


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
    for column, operator, name, amount in (
        ("price", ">=", "price_from", query.price_from),
        ("price", "<", "price_below", query.price_below),
        ("available", "=", "available", 1 if query.in_stock else None),
    ):
        if amount is not None:
            offer = f"(select {column} from temp.offer where place = book.place)"  # noqa: S608
            conditions.append(f"{offer} {operator} :{name}")
            parameters[name] = amount


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
