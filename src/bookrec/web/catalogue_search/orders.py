"""Orders of hits other than relevance: one page of them at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bookrec.web.catalogue_search.search_hits import Hits, SearchQuery
from bookrec.web.store.catalogue import BOOK_COLUMNS, EVERYONE
from bookrec.web.store.rows import NamedParameters, Row

_ORDERS: Final = {
    "rating": "book.rating_place",
    "newest": "book.year desc, book.place",
    "title": "book.title_place",
}
_PAGE: Final = "limit :limit offset :offset"


@dataclass(frozen=True)
class _Part:
    """The hits that come first, and the order of all."""

    order: str
    others: str
    """Condition of the rest."""
    others_order: str
    join: str = ""
    """Joined to the hits; those without a partner belong to the rest."""
    source: str = ""
    """Tables in place of hits and join, for hits without words: in the order of the part."""
    condition: str = "true"
    """Condition of the first, beside the join."""
    before: str = ""
    """Common table expressions that ``join`` names."""


def page_of_hits(hits: Hits, query: SearchQuery, sort: str) -> list[Row]:
    """Return a page of the hits in an order, as columns of `BOOK_COLUMNS`.

    ``popular`` has the popular books of all readers first, which leaves out what many have and few
    like, ``price`` and ``price_high`` the books that have a price, ``newest`` those in the languages of
    the query, if it has any.
    """
    page: NamedParameters = {"limit": query.page_size, "offset": query.offset}
    if sort == "popular":
        return _in_two_parts(hits, query, _POPULAR, {"everyone": EVERYONE})
    if sort in ("price", "price_high"):
        return _in_two_parts(hits, query, _PRICED[sort], {})
    if sort == "newest" and query.languages:
        marks = ", ".join(f":first{number}" for number in range(len(query.languages)))
        names = {f"first{number}": name for number, name in enumerate(query.languages)}
        order = _ORDERS["newest"]
        part = _Part(
            order=order,
            others=f"book.language not in ({marks})",
            others_order=order,
            condition=f"book.language in ({marks})",
        )
        return _in_two_parts(hits, query, part, names)
    return hits.select(BOOK_COLUMNS, f"order by {_ORDERS[sort]} {_PAGE}", page)


_POPULAR: Final = _Part(
    order="popular.rank",
    others="book.book_id not in (select book_id from popular_top where segment = :everyone)",
    others_order="book.place",
    join="join popular on popular.book_id = book.book_id",
    # Materialised: popular_top has no index by book.
    before="with popular as materialized"
    " (select book_id, rank from popular_top where segment = :everyone) ",
)
_UNPRICED: Final = "not exists (select 1 from temp.offer where place = book.place)"
_PRICED: Final = {
    sort: _Part(
        order=order,
        others=_UNPRICED,
        others_order="book.place",
        join="join temp.offer on offer.place = book.place",
        source="temp.offer cross join book on book.place = offer.place",
    )
    for sort, order in (
        ("price", "offer.price, offer.place"),
        ("price_high", "offer.price desc, offer.place desc"),
    )
}


def _in_two_parts(
    hits: Hits, query: SearchQuery, part: _Part, parameters: NamedParameters
) -> list[Row]:
    """Return a page of the hits that a part joins, in its order, then of all others.

    One query for each part reads little more than the page; an order over both parts would sort the
    catalogue.
    """
    size, offset = query.page_size, query.offset
    source = part.source if part.source and not hits.ranked else f"{hits.source} {part.join}"
    first = f"from {source} where {hits.listed} and {part.condition}"
    rows = hits.rows(
        f"{part.before}select {BOOK_COLUMNS} {first} order by {part.order} {_PAGE}",
        {**parameters, "limit": size, "offset": offset},
    )
    missing = size - len(rows)
    if missing:
        ((count,),) = hits.rows(f"{part.before}select count(*) {first}", parameters)
        rows += hits.select(
            BOOK_COLUMNS,
            f"and {part.others} order by {part.others_order} {_PAGE}",
            {**parameters, "limit": missing, "offset": max(0, offset - int(count))},
        )
    return rows
