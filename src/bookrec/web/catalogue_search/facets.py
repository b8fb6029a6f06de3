"""Facets of a search: the values by which its hits can be narrowed, with the number of each."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec.structs import replace

from bookrec.search.words import first_name_first
from bookrec.web.catalogue_search.search_hits import SearchQuery, find_hits
from bookrec.web.store.snapshot_reader import Snapshot

_MOST_VALUES: Final = 8
RATINGS: Final = (9, 8, 7, 6)
"""Lowest mean ratings to narrow by."""


class FacetValue(msgspec.Struct, frozen=True):
    """A value of a facet."""

    text: str
    """The value; a decade is its first year, a rating the lowest mean."""
    count: int
    """Hits that have it."""


class Facet(msgspec.Struct, frozen=True):
    """Values of one property of books, the most frequent first; decades the newest first."""

    name: str
    """'by' (author), 'publisher', 'decade', 'language', 'category', 'rating'."""
    values: list[FacetValue]


def find_facets(snapshot: Snapshot, query: SearchQuery) -> list[Facet]:
    """Return the facets of a search that leave a choice; call it in a worker thread."""
    query = replace(query, sort="relevance", page=1, page_size=1)
    return snapshot.keep(("facets", query), lambda: _facets(snapshot, query))


_GROUPS: Final = {
    "by": ("author", "author_key", "author_key <> ''"),
    "publisher": ("publisher", "publisher collate nocase", "publisher <> ''"),
    "category": ("category", "category", "category <> ''"),
    "language": ("language", "language", "language <> ''"),
    "decade": ("year / 10 * 10", "year / 10", "year is not null"),
}
"""Facet → its value, what is grouped, which books have any. The value is the most read book's."""


def _facets(snapshot: Snapshot, query: SearchQuery) -> list[Facet]:
    hits = find_hits(snapshot, query)
    chosen = {
        "by": bool(query.by or query.author),
        "publisher": bool(query.publisher),
        "category": bool(query.category),
        "language": bool(query.language),
        "decade": query.year_from is not None or query.year_to is not None,
    }
    parts = [
        f"select * from (select '{name}', {value}, count(*), min(place) from hits where {known}"  # noqa: S608
        f" group by {group} order by count(*) desc, min(place) limit {_MOST_VALUES})"
        for name, (value, group, known) in _GROUPS.items()
        if not chosen[name]
    ]
    if query.rating_from is None:
        parts += [
            f"select 'rating', {mean}, count(*), 0 from hits where rating_mean >= {mean}"  # noqa: S608
            for mean in RATINGS
        ]
    if not parts:
        return []
    columns = ", ".join(
        f"book.{name}"
        for name in (
            *("author", "author_key", "publisher", "category", "language", "year"),
            *("rating_mean", "place"),
        )
    )
    rows = snapshot.slow_rows(
        f"with hits as materialized (select {columns} from {hits.source}"  # noqa: S608
        f" where {hits.condition}) {' union all '.join(parts)}",
        hits.parameters,
    )
    values: dict[str, list[FacetValue]] = {}
    for name, value, count, _ in rows:
        text = first_name_first(value) if name == "by" else str(value)
        if count:
            values.setdefault(name, []).append(FacetValue(text, count))
    if "decade" in values:
        values["decade"].sort(key=lambda decade: -int(decade.text))
    return [Facet(name, facet) for name, facet in values.items() if len(facet) > 1]
