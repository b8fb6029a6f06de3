"""Report of a live session, from its events, the orders and the shop's events, by hand."""

from __future__ import annotations

import sqlite3

from bookrec.shop.events import Actor, Event, Impression, write_batch
from bookrec.shop.live.live_events import LiveEvent, append
from bookrec.shop.live.members import join
from bookrec.shop.live.report import SALES_AFTER_S, ReportedBook, report_of
from bookrec.shop.live.sessions import create_session, end_session, find_session
from bookrec.shop.selling.offers import StatedOffer, store_offers
from bookrec.shop.selling.orders import place_order
from bookrec.shop.selling.shop_settings import read_settings
from selling import request

EMMA, DUNE, CARRIE = "0141439580", "0441172717", "0743412281"


def order(shop: sqlite3.Connection, at: int, **books: int) -> None:
    placed = place_order(
        shop, read_settings(shop), request({i[1:]: n for i, n in books.items()}, key=str(at)), []
    )
    shop.execute("update shop_order set created_at = ? where order_id = ?", (at, placed.order_id))


def test_a_session_is_reported(shop: sqlite3.Connection) -> None:
    session = create_session(shop, "a", "u", "fair", 100).session_id
    anna = join(shop, session, 110, user_id="anna")[0].member_id
    ben = join(shop, session, 111, visitor="b")[0].member_id
    carl = join(shop, session, 112, visitor="c")[0].member_id
    kinds = [
        (None, "staged", EMMA, "", 200),
        (anna, "dismiss", EMMA, "", 201),
        (anna, "like", EMMA, "", 202),
        (ben, "like", EMMA, "", 203),
        (ben, "like", EMMA, "", 204),
        (ben, "cart", EMMA, "", 205),
        (None, "staged", DUNE, "", 300),
        (ben, "question", DUNE, "Long?", 301),
        (carl, "want", DUNE, "", 302),
        (carl, "dismiss", DUNE, "", 303),
        (None, "staged", EMMA, "", 400),
    ]
    append(
        shop,
        [LiveEvent(0, session, m, k, i, t, at=at) for m, k, i, t, at in kinds],  # type: ignore[arg-type]
    )
    end_session(shop, session, 500)
    store_offers(shop, [StatedOffer(isbn, 1_000, None) for isbn in (EMMA, DUNE, CARRIE)], "VND")
    order(shop, 150, **{f"i{EMMA}": 1})
    order(shop, 210, **{f"i{EMMA}": 2, f"i{CARRIE}": 4})
    order(shop, 500 + SALES_AFTER_S, **{f"i{EMMA}": 3, f"i{DUNE}": 1})
    order(shop, 501 + SALES_AFTER_S, **{f"i{DUNE}": 5})
    stored = find_session(shop, session)
    assert stored is not None
    report = report_of(shop, stored, 10**9)
    assert (report.joined, report.readers, report.served) == (3, 1, 2)
    assert report.shown == [
        ReportedBook(EMMA, 200, likes=2, wants=0, dismissals=0, questions=0, carts=1, sold=5),
        ReportedBook(DUNE, 300, likes=0, wants=0, dismissals=1, questions=1, carts=0, sold=1),
    ]
    assert report.questions == [(DUNE, "Long?")]
    assert (report.learnt, report.learnt_people) == ({}, 0)


def test_events_of_the_shop_are_counted_by_their_list(shop: sqlite3.Connection) -> None:
    session = create_session(shop, "a", "u", "fair", 100)
    lists = [f"live.{session.session_id}.4", f"live.{session.session_id}0.4"]
    actors = [Actor(visitor="v"), Actor(visitor="w")]
    write_batch(
        shop,
        [
            Event(actors[0], "like", 10, EMMA, list_id=lists[0]),
            Event(actors[0], "like", 11, EMMA, list_id=lists[1]),
            Event(actors[1], "want", 12, EMMA, list_id=lists[0]),
            Event(actors[1], "like", 13, EMMA),
        ],
        [Impression(a, name, "live", "/live/x", (EMMA,), 9) for a in actors for name in lists],
    )
    report = report_of(shop, session, 1_000)
    assert (report.learnt, report.learnt_people) == ({"like": 1, "want": 1}, 2)
