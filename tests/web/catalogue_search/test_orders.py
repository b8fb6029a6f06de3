"""Orders by price and language, and one edition of each work."""

from __future__ import annotations

import pytest

from bookrec.web.catalogue_search.search import SearchQuery, search
from bookrec.web.store.offer_table import NO_OFFERS, OfferTable
from bookrec.web.store.snapshot_reader import Snapshot

READ_MORE, OTHER = "0141439513", "0553213105"
"""Editions of Pride and Prejudice."""
PRICES = {"0141439580": 85_000, "0441172717": 120_000, "0345806786": 45_000}


def isbns(snapshot: Snapshot, query: SearchQuery, offers: OfferTable = NO_OFFERS) -> list[str]:
    return [book.isbn for book in search(snapshot, query, offers).items]


def table_of(offers: dict[str, tuple[int, bool]]) -> OfferTable:
    return OfferTable(object(), offers)


def offers(**available: bool) -> OfferTable:
    return table_of({name[1:]: (50_000, value) for name, value in available.items()})


@pytest.mark.parametrize("q", ["", "the"])
def test_priced_books_come_first_and_pages_go_on_with_the_rest(
    small_snapshot: Snapshot, q: str
) -> None:
    table = table_of({isbn: (price, True) for isbn, price in PRICES.items()})
    whole = isbns(small_snapshot, SearchQuery(q=q, sort="price", page_size=100), table)
    priced = [isbn for isbn in whole if isbn in PRICES]
    assert whole[: len(priced)] == sorted(priced, key=PRICES.__getitem__)
    assert len(whole) == len(set(whole))
    pages = [
        isbn
        for page in (1, 2, 3, 4, 5, 6)
        for isbn in isbns(
            small_snapshot, SearchQuery(q=q, sort="price", page=page, page_size=7), table
        )
    ]
    assert pages == whole
    highest = isbns(small_snapshot, SearchQuery(q=q, sort="price_high", page_size=100), table)
    assert highest[: len(priced)] == priced[::-1]


def test_filters_by_price_and_stock(small_snapshot: Snapshot) -> None:
    table = table_of({isbn: (price, price < 100_000) for isbn, price in PRICES.items()})
    within = SearchQuery(price_from=45_000, price_below=120_000)
    assert set(isbns(small_snapshot, within, table)) == {"0141439580", "0345806786"}
    assert set(isbns(small_snapshot, SearchQuery(price_from=85_001), table)) == {"0441172717"}
    assert "0441172717" not in isbns(small_snapshot, SearchQuery(in_stock=True), table)
    assert search(small_snapshot, SearchQuery(q="emma", in_stock=True), table).total == 1


@pytest.mark.parametrize("sort", ["relevance", "popular", "title", "newest"])
@pytest.mark.parametrize("q", ["pride and prejudice", ""])
def test_a_work_is_listed_by_the_edition_that_can_be_bought(
    small_snapshot: Snapshot, sort: str, q: str
) -> None:
    query = SearchQuery(q=q, sort=sort, page_size=100, works=True)

    def editions(table: OfferTable) -> list[str]:
        return [i for i in isbns(small_snapshot, query, table) if i in (READ_MORE, OTHER)]

    without = editions(NO_OFFERS)
    assert len(without) == 1
    other = OTHER if without == [READ_MORE] else READ_MORE
    assert editions(offers(**{f"i{other}": True})) == [other]
    # The stock changes, and so does the edition; the connections follow.
    assert editions(offers(**{f"i{other}": False, f"i{without[0]}": True})) == without
    assert editions(offers(**{f"i{other}": True, f"i{without[0]}": True})) == without
    assert editions(offers()) == without


def test_filters_choose_among_the_editions_that_pass_them(small_snapshot: Snapshot) -> None:
    query = SearchQuery(q="pride", publisher="Bantam", works=True)
    assert isbns(small_snapshot, query, offers(**{f"i{READ_MORE}": True})) == [OTHER]


def test_totals_count_works(small_snapshot: Snapshot) -> None:
    assert search(small_snapshot, SearchQuery(q="pride")).total == 2
    assert search(small_snapshot, SearchQuery(q="pride", works=True)).total == 1


def test_the_newest_in_a_language_come_first(small_snapshot: Snapshot) -> None:
    query = SearchQuery(sort="newest", year_to=2026, languages=("vi",), page_size=5)
    first = search(small_snapshot, query).items
    assert [book.language for book in first] == ["vi", "vi", "en", "en", "en"]
    assert [book.year for book in first[:2]] == [2020, 2019]
    years = [book.year for book in first[2:]]
    assert years == sorted(years, reverse=True)
