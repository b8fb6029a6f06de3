"""The stock rule on every list: a reader's, popular books, similar books."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bookrec.settings import Home
from bookrec.web.selling.front import FrontWatch
from bookrec.web.selling.stock_rule import prefer_buyable
from bookrec.web.store.catalogue import EVERYONE, popular_books
from bookrec.web.store.snapshot_reader import Snapshot
from selling import offer, settings
from site_testing import Client, register


@pytest.fixture
def fronts(home: Home, snapshot_id: str) -> Iterator[FrontWatch]:
    offer(home)
    watch = FrontWatch(home.shop_database)
    yield watch
    watch.close()


def test_the_rule_moves_or_leaves_out(home: Home, snapshot_id: str, fronts: FrontWatch) -> None:
    popular = popular_books(Snapshot(home.snapshots / snapshot_id), EVERYONE, 6)
    isbns = [item.book.isbn for item in popular]

    def order() -> list[int]:
        listed = prefer_buyable(fronts.current(), popular)
        return [isbns.index(item.book.isbn) for item in listed]

    assert order() == [0, 1, 2, 3, 4, 5]
    sold = {2: (5_000, 0), 3: (5_000, 4), 5: (5_000, None), 1: (None, 7)}
    offer(home, **{f"i{isbns[place]}": values for place, values in sold.items()})
    assert order() == [3, 5, 0, 1, 2, 4], "stock first, once prices are loaded"
    settings(home, stock_rule="only in stock")
    assert order() == [3, 5]
    settings(home, stock_rule="ignore")
    assert order() == [0, 1, 2, 3, 4, 5]
    settings(home, stock_rule="", currency="USD")
    assert order() == [0, 1, 2, 3, 4, 5], "no price in this currency"


def listed_isbns(client: Client, path: str, headers: dict[str, str] | None = None) -> list[str]:
    items = client.get(path, headers=headers).json()["items"]
    return [item["book"]["isbn"] for item in items]


def test_all_lists_pass_the_same_chain(client: Client, home: Home) -> None:
    headers = register(client, liked_isbns=["0345806786"])
    paths = {
        "/api/v1/books/popular?limit=100": None,
        "/api/v1/books/0345806786/similar?limit=100": None,
        "/api/v1/me/recommendations?limit=20": headers,
    }
    before = {path: listed_isbns(client, path, sent) for path, sent in paths.items()}
    for path, sent in paths.items():
        assert len(before[path]) >= 4, path
        last = before[path][-1]
        offer(home, **{f"i{last}": (50_000, 2)})
        after = listed_isbns(client, path, sent)
        assert after[0] == last, path
        assert sorted(after) == sorted(before[path]), path
        offer(home, **{f"i{last}": (None, 0)})
    settings(home, stock_rule="only in stock")
    assert listed_isbns(client, next(iter(paths))) == []
    assert client.get("/").status_code == 200


def test_a_short_shelf_looks_down_the_whole_list(client: Client, home: Home) -> None:
    whole = listed_isbns(client, "/api/v1/books/popular?limit=100")
    offer(home, **{f"i{whole[-1]}": (50_000, 2), f"i{whole[-2]}": (50_000, 0)})
    assert listed_isbns(client, "/api/v1/books/popular?limit=3") == [whole[-1], *whole[:2]]
