"""Facets of the small snapshot: each count is that of the list it leads to."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from bookrec.web.catalogue_search.facets import find_facets
from bookrec.web.catalogue_search.search import SearchQuery, search
from bookrec.web.store.snapshot_reader import Snapshot


def narrowed(query: SearchQuery, name: str, text: str) -> SearchQuery:
    if name == "decade":
        return replace(query, year_from=int(text), year_to=int(text) + 9)
    if name == "rating":
        return replace(query, rating_from=int(text))
    return replace(query, **{name: text})


@pytest.mark.parametrize(
    "query",
    [
        SearchQuery(),
        SearchQuery(q="the"),
        SearchQuery(q="stephn kng"),
        SearchQuery(by="Stephen King"),
        SearchQuery(publisher="penguin books", year_from=2003),
    ],
)
def test_counts_are_those_of_the_narrowed_lists(
    small_snapshot: Snapshot, query: SearchQuery
) -> None:
    facets = find_facets(small_snapshot, query)
    assert facets
    for facet in facets:
        assert len(facet.values) > 1
        for value in facet.values:
            result = search(small_snapshot, narrowed(query, facet.name, value.text))
            assert result.total == value.count, (facet.name, value)


def test_values_and_their_order(small_snapshot: Snapshot) -> None:
    facets = {facet.name: facet.values for facet in find_facets(small_snapshot, SearchQuery())}
    assert set(facets) == {"by", "publisher", "decade", "language", "category", "rating"}
    authors = [(value.text, value.count) for value in facets["by"]]
    assert ("Jane Austen", 4) in authors[:2]  # both spellings of the name
    assert ("Stephen King", 4) in authors[:2]
    decades = [int(value.text) for value in facets["decade"]]
    assert decades == sorted(decades, reverse=True)
    assert [(v.text, v.count) for v in facets["language"]] == [("en", 37), ("vi", 3)]


def test_a_filter_in_use_has_no_facet(small_snapshot: Snapshot) -> None:
    names = [
        f.name for f in find_facets(small_snapshot, SearchQuery(language="en", year_from=1900))
    ]
    assert "language" not in names
    assert "decade" not in names
    assert "by" in names
