"""Books that go with a book."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from bookrec.shop.schema import migrate
from bookrec.snapshot import current_snapshot
from bookrec.web.profiles.book_company import (
    bought_together,
    opened_next,
    orders_together,
    similar_companions,
)
from bookrec.web.store.catalogue import find_book
from bookrec.web.store.snapshot_reader import Snapshot

DUNE, EMMA, CARRIE, DRACULA, SIGNET = (
    *("0441172717", "0141439580", "0743412281"),
    *("014143984X", "0451523377"),
)


@pytest.fixture(scope="module")
def snapshot(published_snapshot: Path) -> Snapshot:
    return Snapshot(current_snapshot(published_snapshot))


def test_orders_with_any_edition_count_once_and_cancelled_ones_never(
    snapshot: Snapshot, tmp_path: Path
) -> None:
    path = tmp_path / "shop.sqlite"
    migrate(path)
    orders = [
        ("new", [DRACULA, SIGNET, CARRIE]),
        ("done", [SIGNET, CARRIE, EMMA]),
        ("cancelled", [DRACULA, DUNE]),
        ("new", [DUNE, EMMA]),
        ("new", [DRACULA, "9999999999"]),
    ]
    with contextlib.closing(sqlite3.connect(path)) as shop:
        for number, (state, isbns) in enumerate(orders, start=1001):
            shop.execute(
                "insert into shop_order values (?, ?, null, ?, '', ?, 'VND', 5, 0, 5, 'A', '1', '',"
                " 'pickup', '', 'cash', '', 'en', 1)",
                (f"o{number}", number, f"k{number}", state),
            )
            shop.executemany(
                "insert into shop_order_line values (?, ?, 'T', '', 5, 1, 0)",
                [(f"o{number}", isbn) for isbn in isbns],
            )
        rows = orders_together(shop, [DRACULA, SIGNET])
    assert rows == [(CARRIE, 2), (EMMA, 1), ("9999999999", 1)]
    companions = bought_together(snapshot, rows)
    assert [(row.book.isbn, row.number) for row in companions] == [(CARRIE, 2), (EMMA, 1)]


def test_similar_books_come_from_readers_and_visits_from_their_table(snapshot: Snapshot) -> None:
    book = find_book(snapshot, DRACULA)
    assert book is not None
    source, similar = similar_companions(snapshot, book)
    assert source == "precomputed"
    assert similar[0].number > similar[-1].number
    assert opened_next(snapshot, book) == []
