"""Search of the whole catalogue: words, ISBNs, filters and orders.

Words are folded like the index, so accents, case and punctuation do not matter; where no book has the
words as they are typed, near ones count (`query_reading`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import msgspec

from bookrec.web.catalogue_search.orders import page_of_hits
from bookrec.web.catalogue_search.query_reading import Query, nearest_query
from bookrec.web.catalogue_search.relevance import IndexedBook, by_relevance
from bookrec.web.catalogue_search.search_hits import Hits, find_hits
from bookrec.web.catalogue_search.search_hits import SearchQuery as SearchQuery
from bookrec.web.store.catalogue import BOOK_COLUMNS, CatalogueBook, read_books
from bookrec.web.store.corrected_books import added_with_words, corrected_book
from bookrec.web.store.offer_table import NO_OFFERS, OfferTable
from bookrec.web.store.snapshot_reader import Snapshot

_WINDOW: Final = 120
"""Most read hits that are ordered by relevance; all others follow them, the most read first."""
_MOST_TITLES: Final = 60
"""Hits with the typed title that are ordered by relevance besides, however few have read them."""
_NEAREST: Final = 6
_HAS: Final = "select 1 from book where isbn = ?"


class SearchResult(msgspec.Struct, frozen=True):
    """One page of the hits, and the number of all hits."""

    items: list[CatalogueBook]
    total: int
    exact: bool = True
    """False where no book has all words as they were typed, and near ones are listed."""
    nearest: list[CatalogueBook] = []
    """The books that come nearest, where there are no hits at all and the query has words."""


def search(snapshot: Snapshot, query: SearchQuery, offers: OfferTable = NO_OFFERS) -> SearchResult:
    """Run a search. It takes milliseconds on a large catalogue, so call it in a worker thread.

    Args:
        snapshot: has the catalogue.
        query: words, filters, order and page.
        offers: prices and stock, for filters, orders and the edition of a work to list.
    """
    result = _search_snapshot(snapshot, query, offers)
    if not snapshot.corrections or query != SearchQuery(
        q=query.q, sort=query.sort, page_size=query.page_size, works=query.works
    ):
        return result
    # Books that the operator added since the snapshot; the next one has them in its index.
    known = {book.isbn for book in result.items}
    added = [b for b in added_with_words(snapshot.corrections, query.q) if b.isbn not in known]
    added = [b for b in added if not snapshot.slow_rows(_HAS, (b.isbn,))]
    if not added:
        return result
    items = added if not result.exact else [*added, *result.items]
    return SearchResult(items, len(added) + (result.total if result.exact else 0))


def _search_snapshot(snapshot: Snapshot, query: SearchQuery, offers: OfferTable) -> SearchResult:
    hits = find_hits(snapshot, query, offers)
    exact = hits.words is None or hits.words.exact
    total = hits.total
    if not total:
        return SearchResult([], 0, exact, _nearest(snapshot, hits))
    if query.sort == "relevance" and hits.words:
        return SearchResult(_most_relevant(hits, hits.words, query), total, exact)
    sort = "popular" if query.sort == "relevance" else query.sort
    return SearchResult(read_books(snapshot, page_of_hits(hits, query, sort)), total, exact)


def _most_relevant(hits: Hits, words: Query, query: SearchQuery) -> list[CatalogueBook]:
    """Return a page of the hits by relevance."""
    window, last = _window(hits, words)
    ordered = by_relevance(window, words)
    places = [book.place for book in ordered[query.offset : query.offset + query.page_size]]
    missing = query.page_size - len(places)
    if missing and last is not None:
        beyond = [book.place for book in window if book.place > last]
        outside = f"and book_search.rowid not in ({', '.join(map(str, beyond))})" if beyond else ""
        rows = hits.select(
            "book_search.rowid",
            f"and book_search.rowid > :last {outside} order by book_search.rowid"
            " limit :limit offset :offset",
            {
                "last": last,
                "limit": missing,
                "offset": max(0, query.offset - len(ordered)),
            },
        )
        places += [place for (place,) in rows]
    return _books_at(hits.snapshot, places)


def _window(hits: Hits, words: Query) -> tuple[list[IndexedBook], int | None]:
    """Return the hits that are ordered by relevance, and the last place of the most read ones.

    The place is None where these are all hits.
    """
    columns = (
        "book_search.rowid, book.title, book_search.title, book_search.author,"
        " book_search.isbn, book.reader_count"
    )
    rows = hits.select(columns, f"order by book_search.rowid limit {_WINDOW}")
    if len(rows) < _WINDOW:
        return [IndexedBook.of_row(*row) for row in rows], None
    last = rows[-1][0]
    keys = words.title_keys
    marks = ", ".join(f":key{number}" for number in range(len(keys)))
    rows += hits.select(
        columns,
        f"and book_search.rowid in (select place from title_key where key in ({marks})"  # noqa: S608
        f" and place > :last order by place limit {_MOST_TITLES})",
        {"last": last, **{f"key{number}": key for number, key in enumerate(keys)}},
    )
    return [IndexedBook.of_row(*row) for row in rows], last


def _books_at(snapshot: Snapshot, places: list[int]) -> list[CatalogueBook]:
    """Return the books at places, in that order."""
    marks = ", ".join(map(str, places))
    rows = snapshot.slow_rows(
        f"select place, {BOOK_COLUMNS} from book where place in ({marks})"  # noqa: S608
    )
    books = {place: corrected_book(snapshot.corrections, tuple(row)) for place, *row in rows}
    return [books[place] for place in places]


def _nearest(snapshot: Snapshot, hits: Hits) -> list[CatalogueBook]:
    """Return the books that have all words but one, or all that the catalogue knows."""
    words = nearest_query(snapshot, hits.words) if hits.words else None
    if words is None:
        return []
    near = replace(
        hits,
        words=words,
        condition="book_search match :match",
        parameters={"match": words.expression},
        ranked=True,
    )
    ordered = by_relevance(_window(near, words)[0], words)
    books = _books_at(snapshot, [book.place for book in ordered[: 4 * _NEAREST]])
    return list({book.work_id: book for book in reversed(books)}.values())[::-1][:_NEAREST]
