"""Search of the whole catalogue: words, ISBNs, filters and orders.

Words are folded like the index (`fold`), so accents, case and punctuation do not matter. Nothing a
reader types can be FTS5 syntax: folding leaves letters, digits and spaces only, and each word is
quoted besides. Every word must occur in title, author or ISBN; the last word may be a prefix.
"""

from __future__ import annotations

from typing import Final

import msgspec

from bookrec.isbn import id_spellings
from bookrec.text import fold
from bookrec.web.store.catalogue import BOOK_COLUMNS, EVERYONE, CatalogueBook
from bookrec.web.store.rows import NamedParameters, Row
from bookrec.web.store.snapshot_reader import Snapshot

SORTS: Final = ("relevance", "popular", "rating", "newest", "title")

_PRIOR_RATINGS: Final = 10
"""Ratings of the catalogue's mean that the shrunk mean adds to each book, so that a single 10 does
not lead: (10 · mean of all ratings + sum of the book's ratings) / (10 + number of its ratings)."""

_SHORTEST_NUMBER: Final = 8
"""Digits of the shortest number that is an ISBN, two zeros being lost."""

_TITLE_ORDER: Final = (
    "(select f.title from book_search f where f.rowid = book.book_id), book.book_id"
)
_ORDERS: Final = {
    # An exact title comes first. Then bm25 (negative, less is better), where a book of many readers
    # counts up to twice: among editions and companions with the word, the best known one leads.
    "relevance": "book_search.title <> :title, bm25(book_search, 10.0, 6.0, 1.0)"
    " * (1.0 + book.reader_count / (book.reader_count + 20.0)), book.book_id",
    "rating": "book.rating_mean is null, (:prior * :mean + book.rating_mean * book.rating_count)"
    " / (:prior + book.rating_count) desc, book.reader_count desc, book.book_id",
    "newest": "book.year is null, book.year desc, book.reader_count desc, book.book_id",
    "title": _TITLE_ORDER,
}


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


class SearchResult(msgspec.Struct, frozen=True):
    """One page of the hits, and the number of all hits."""

    items: list[CatalogueBook]
    total: int


def search(snapshot: Snapshot, query: SearchQuery) -> SearchResult:
    """Run a search. It takes milliseconds on a large catalogue, so call it in a worker thread."""
    condition, parameters = _condition(snapshot, query)
    source = "book join book_search on book_search.rowid = book.book_id"
    ranked = "book_search match" in condition
    if not ranked:
        source = "book"
    sort = query.sort if ranked or query.sort != "relevance" else "popular"
    ((total,),) = snapshot.slow_rows(
        f"select count(*) from {source} where {condition}",  # noqa: S608
        parameters,
    )
    if sort == "popular":
        rows = _by_popularity(snapshot, source, condition, parameters, query)
        return SearchResult([CatalogueBook(*row) for row in rows], total)
    if sort == "relevance":
        parameters = {**parameters, "title": fold(query.q)}
    elif sort == "rating":
        parameters = {**parameters, "prior": _PRIOR_RATINGS, "mean": _mean_rating(snapshot)}
    rows = snapshot.slow_rows(
        f"select {BOOK_COLUMNS} from {source} where {condition}"  # noqa: S608
        f" order by {_ORDERS[sort]} limit :limit offset :offset",
        {**parameters, "limit": query.page_size, "offset": _offset(query)},
    )
    return SearchResult([CatalogueBook(*row) for row in rows], total)


def _offset(query: SearchQuery) -> int:
    return (query.page - 1) * query.page_size


def _by_popularity(
    snapshot: Snapshot,
    source: str,
    condition: str,
    parameters: NamedParameters,
    query: SearchQuery,
) -> list[Row]:
    """Return a page of the hits: those in the popular list of all readers, then the most read.

    The popular list leaves out what many have and few like. One query for each part reads little more
    than the page; an order over both parts would sort the catalogue.
    """
    offset = _offset(query)
    parameters = {**parameters, "everyone": EVERYONE, "limit": query.page_size, "offset": offset}
    # Materialised: popular_top has no index by book.
    popular = (
        "with popular as materialized"
        " (select book_id, rank from popular_top where segment = :everyone) "
    )
    listed = f"from {source} join popular on popular.book_id = book.book_id where {condition}"
    rows = snapshot.slow_rows(
        f"{popular} select {BOOK_COLUMNS} {listed} order by popular.rank"
        " limit :limit offset :offset",
        parameters,
    )
    missing = query.page_size - len(rows)
    if missing:
        ((count,),) = snapshot.slow_rows(f"{popular} select count(*) {listed}", parameters)
        rows += snapshot.slow_rows(
            f"select {BOOK_COLUMNS} from {source} where {condition} and book.book_id not in"  # noqa: S608
            " (select book_id from popular_top where segment = :everyone)"
            " order by book.reader_count desc, book.book_id limit :limit offset :offset",
            {**parameters, "limit": missing, "offset": max(0, offset - int(count))},
        )
    return rows


def _condition(snapshot: Snapshot, query: SearchQuery) -> tuple[str, NamedParameters]:
    """Return the ``where`` clause of a query and its parameters."""
    conditions = ["true"]
    parameters: NamedParameters = {}
    isbns = _known_isbns(snapshot, query.q)
    if isbns:
        marks = ", ".join(f":isbn{i}" for i in range(len(isbns)))
        conditions.append(f"book.isbn in ({marks})")
        parameters |= {f"isbn{i}": isbn for i, isbn in enumerate(isbns)}
    match = match_expression("" if isbns else query.q, query.author)
    if match:
        conditions.append("book_search match :match")
        parameters["match"] = match
    elif (query.q.strip() and not isbns) or query.author.strip():
        conditions.append("false")  # nothing but punctuation matches no title
    if query.publisher.strip():
        conditions.append("book.publisher = :publisher collate nocase")
        parameters["publisher"] = query.publisher.strip()
    if query.year_from is not None:
        conditions.append("book.year >= :year_from")
        parameters["year_from"] = query.year_from
    if query.year_to is not None:
        conditions.append("book.year <= :year_to")
        parameters["year_to"] = query.year_to
    return " and ".join(conditions), parameters


def match_expression(q: str, author: str) -> str:
    """Return the FTS5 expression for words anywhere and words of the author's name; '' for none.

    >>> match_expression("C++ prim", "")
    '"c" AND "prim"*'
    """
    words = fold(q).split()
    parts = [f'"{word}"' for word in words]
    if parts:
        parts[-1] += "*"
    parts += [f'author : "{word}"' for word in fold(author).split()]
    return " AND ".join(parts)


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


def _mean_rating(snapshot: Snapshot) -> float:
    """Return the mean of all explicit ratings; 0 when there are none."""
    ((mean,),) = snapshot.slow_rows(
        "select coalesce(sum(rating_mean * rating_count) / sum(rating_count), 0.0) from book"
    )
    return float(mean)
