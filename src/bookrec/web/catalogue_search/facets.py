"""Facets of a search: the values by which its hits can be narrowed, with the number of each."""

from __future__ import annotations

from collections.abc import Iterable
from math import floor, log10
from typing import Final

import msgspec
from msgspec.structs import replace

from bookrec.search.words import first_name_first
from bookrec.web.catalogue_search.search_hits import SearchQuery, find_hits
from bookrec.web.store.offer_table import NO_OFFERS, OfferTable
from bookrec.web.store.snapshot_reader import Snapshot

_MOST_VALUES: Final = 8
_PRICE_CLASSES: Final = 4
RATINGS: Final = (9, 8, 7, 6)
"""Lowest mean ratings to narrow by."""


class FacetValue(msgspec.Struct, frozen=True):
    """A value of a facet."""

    text: str
    """The value; a decade is its first year, a rating the lowest mean, a price class ``FROM-BELOW`` in
    minor units, either of them '' at the ends, and the stock '1'."""
    count: int
    """Hits that have it; works where the search lists works."""


class Facet(msgspec.Struct, frozen=True):
    """Values of one property of books, the most frequent first; decades the newest first."""

    name: str
    """'by' (author), 'publisher', 'decade', 'language', 'category', 'rating', 'price', 'stock'."""
    values: list[FacetValue]


def find_facets(
    snapshot: Snapshot, query: SearchQuery, offers: OfferTable = NO_OFFERS
) -> list[Facet]:
    """Return the facets of a search that leave a choice; call it in a worker thread."""
    query = replace(query, sort="relevance", page=1, page_size=1, languages=())
    key = ("facets", query, offers.version)
    return snapshot.keep(key, lambda: _facets(snapshot, query, offers))


_GROUPS: Final = {
    "by": ("author", "author_key", "author_key <> ''"),
    "publisher": ("publisher", "publisher collate nocase", "publisher <> ''"),
    "category": ("category", "category", "category <> ''"),
    "language": ("language", "language", "language <> ''"),
    "decade": ("year / 10 * 10", "year / 10", "year is not null"),
}
"""Facet → its value, what is grouped, which books have any. The value is the most read book's."""
_COLUMNS: Final = (
    *("author", "author_key", "publisher", "category", "language", "year"),
    *("rating_mean", "place", "work_id"),
)


def _facets(snapshot: Snapshot, query: SearchQuery, offers: OfferTable) -> list[Facet]:
    hits = find_hits(snapshot, query, offers)
    count = "count(distinct work_id)" if query.works else "count(*)"
    parts = [*_group_parts(query, count), *_class_parts(query, count, offers)]
    if not parts:
        return []
    columns = ", ".join(f"book.{name}" for name in _COLUMNS)
    source = hits.source
    if offers.offers:
        columns += ", offer.price, offer.available"
        source += " left join temp.offer on offer.place = book.place"
    rows = hits.rows(
        f"with hits as materialized (select {columns} from {source}"  # noqa: S608
        f" where {hits.condition}) {' union all '.join(parts)}"
    )
    values: dict[str, list[FacetValue]] = {}
    for name, value, number, _ in rows:
        text = first_name_first(value) if name == "by" else str(value)
        if number:
            values.setdefault(name, []).append(FacetValue(text, number))
    if "decade" in values:
        values["decade"].sort(key=lambda decade: -int(decade.text))
    return [
        Facet(name, facet)
        for name, facet in values.items()
        if len(facet) > 1 or (name == "stock" and facet[0].count < hits.total)
    ]


def _group_parts(query: SearchQuery, count: str) -> list[str]:
    """Statements that count the most frequent values of texts and years."""
    chosen = {
        "by": bool(query.by or query.author),
        "publisher": bool(query.publisher),
        "category": bool(query.category),
        "language": bool(query.language),
        "decade": query.year_from is not None or query.year_to is not None,
    }
    return [
        f"select * from (select '{name}', {value}, {count}, min(place) from hits where {known}"  # noqa: S608
        f" group by {group} order by {count} desc, min(place) limit {_MOST_VALUES})"
        for name, (value, group, known) in _GROUPS.items()
        if not chosen[name]
    ]


def _class_parts(query: SearchQuery, count: str, offers: OfferTable) -> list[str]:
    """Statements that count the classes of ratings and prices, and what is in stock."""
    conditions: list[tuple[str, str, str]] = []
    if query.rating_from is None:
        conditions += [("rating", str(mean), f"rating_mean >= {mean}") for mean in RATINGS]
    if offers.offers and query.price_from is None and query.price_below is None:
        bounds = price_bounds(price for price, _ in offers.offers.values())
        conditions += [
            ("price", f"{lowest or ''}-{below or ''}", _between(lowest, below))
            for lowest, below in zip((None, *bounds), (*bounds, None), strict=True)
        ]
    if offers.offers and not query.in_stock:
        conditions.append(("stock", "1", "available"))
    return [
        f"select '{name}', '{text}', {count}, 0 from hits where {condition}"  # noqa: S608
        for name, text, condition in conditions
    ]


def _between(lowest: int | None, below: int | None) -> str:
    bounds = [f"price >= {lowest}"] if lowest else ["price is not null"]
    return " and ".join([*bounds, f"price < {below}"] if below else bounds)


def price_bounds(prices: Iterable[int]) -> list[int]:
    """Return round prices between classes of about equally many books, lowest first.

    >>> price_bounds([42_000, 55_000, 61_000, 78_000, 99_000, 120_000, 180_000, 260_000])
    [60000, 100000, 200000]
    """
    ordered = sorted(prices)
    quantiles = [
        ordered[len(ordered) * part // _PRICE_CLASSES] for part in range(1, _PRICE_CLASSES)
    ]
    return sorted({_round_price(price) for price in quantiles if price > 0})


def _round_price(price: int) -> int:
    """Nearest price with one digit and zeros."""
    unit = 10 ** floor(log10(price))
    return int(max(1, round(price / unit)) * unit)
