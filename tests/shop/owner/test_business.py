"""Business of the last days, from orders, accounts and counts."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from bookrec.settings import Home
from bookrec.shop.owner.business import read_business
from bookrec.shop.owner.day_counts import COUNT_ONE, DELETION, LIST_SOURCE, today
from bookrec.shop.selling.order_states import cancel_as_buyer
from bookrec.shop.selling.orders import place_order
from bookrec.shop.selling.shop_settings import read_settings
from selling import in_shop, offer, request

DAY_S = 86_400


def order(home: Home, books: dict[str, int], days_ago: int) -> str:
    def place(connection: sqlite3.Connection) -> str:
        order_id = place_order(connection, read_settings(connection), request(books)).order_id
        connection.execute(
            "update shop_order set created_at = ? where order_id = ?",
            (int(time.time()) - days_ago * DAY_S, order_id),
        )
        return order_id

    return in_shop(home, place)


def test_orders_revenue_and_counts_by_day(tmp_path: Path) -> None:
    home = Home(tmp_path)
    offer(home, iA=(85_000, 9), iB=(20_000, None))
    order(home, {"A": 1}, days_ago=0)
    order(home, {"A": 2, "B": 1}, days_ago=2)
    order(home, {"A": 1}, days_ago=30)
    cancelled = order(home, {"B": 5}, days_ago=0)
    in_shop(home, lambda c: cancel_as_buyer(c, cancelled))
    in_shop(home, lambda c: c.execute(COUNT_ONE, (today(), LIST_SOURCE, "live")).rowcount)
    in_shop(home, lambda c: c.execute(COUNT_ONE, (today(), DELETION, "")).rowcount)

    business = in_shop(home, lambda c: read_business(c, 3))

    assert business.days[-1] == today()
    assert business.orders == [1, 0, 1]
    assert business.revenue == {"VND": [190_000, 0, 85_000]}
    assert business.sources == {"live": [0, 0, 1]}
    assert (business.downloads, business.deletions) == ([0, 0, 0], [0, 0, 1])
    assert business.states == {"new": 3, "cancelled": 1}
    assert not business.sample
