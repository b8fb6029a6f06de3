"""Facets of the small snapshot: each count is that of the list it leads to."""

from __future__ import annotations

import pytest

from bookrec.web.catalogue_search.facets import find_facets, price_bounds
from bookrec.web.catalogue_search.filters import narrowed
from bookrec.web.catalogue_search.search import SearchQuery, search
from bookrec.web.store.offer_table import NO_OFFERS, OfferTable
from bookrec.web.store.snapshot_reader import Snapshot

OFFERS = OfferTable(
    "facets",
    {
        "0141439580": (85_000, True),  # Emma
        "0441172717": (120_000, False),  # Dune
        "0345806786": (45_000, True),
        "0743412281": (150_000, True),
        "0141439513": (60_000, False),  # Pride and Prejudice, the edition read more
        "0553213105": (310_000, True),  # the other one
    },
)


@pytest.mark.parametrize("offers", [NO_OFFERS, OFFERS], ids=["", "selling"])
@pytest.mark.parametrize(
    "query",
    [
        SearchQuery(),
        SearchQuery(works=True),
        SearchQuery(q="pride", works=True),
        SearchQuery(q="the"),
        SearchQuery(q="stephn kng"),
        SearchQuery(by="Stephen King"),
        SearchQuery(publisher="penguin books", year_from=2003),
    ],
)
def test_counts_are_those_of_the_narrowed_lists(
    small_snapshot: Snapshot, query: SearchQuery, offers: OfferTable
) -> None:
    facets = find_facets(small_snapshot, query, offers)
    assert facets
    for facet in facets:
        assert len(facet.values) > 1 or facet.name == "stock"
        for value in facet.values:
            result = search(small_snapshot, narrowed(query, facet.name, value.text), offers)
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


def test_prices_and_stock_have_facets_where_the_shop_sells(small_snapshot: Snapshot) -> None:
    facets = {f.name: f.values for f in find_facets(small_snapshot, SearchQuery(), OFFERS)}
    assert [(v.text, v.count) for v in facets["stock"]] == [("1", 4)]
    prices = {value.text: value.count for value in facets["price"]}
    assert sum(prices.values()) == len(OFFERS.offers)
    assert next(iter(prices)).startswith("-"), "the lowest class has no lower end"
    in_stock = find_facets(small_snapshot, SearchQuery(in_stock=True), OFFERS)
    assert "stock" not in {facet.name for facet in in_stock}


def test_bounds_of_prices_are_round() -> None:
    assert price_bounds([899, 1_299, 1_599, 2_499]) == [1_000, 2_000]
    assert price_bounds([86_000]) == [90_000]
