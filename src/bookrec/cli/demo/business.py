"""A week of made-up business for the demo: orders, shelves shown, openings, searches, readers, nights.

All of it is drawn from one seed, belongs to simulated visitors and guests, and is marked: the owner's
pages say that it is made up. The lists of readers do not change.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from datetime import UTC, datetime
from random import Random
from typing import Final

from bookrec.settings import Home
from bookrec.shop.connections import in_transaction, opened
from bookrec.shop.events import Actor, Event, Impression, Kind, write_batch
from bookrec.shop.owner.business import SAMPLE
from bookrec.shop.owner.day_counts import (
    DELETION,
    DOWNLOAD,
    LIST_SOURCE,
    add_counts,
    today,
)
from bookrec.shop.owner.nightly_log import NOTHING_NEW, PUBLISHED, NightlyRun, append_run
from bookrec.shop.selling.order_states import move_order, require_order
from bookrec.shop.selling.orders import (
    Buyer,
    NotEnoughStock,
    OrderedBook,
    OrderRequest,
    place_order,
)
from bookrec.shop.selling.shop_settings import read_settings
from bookrec.snapshot import current_snapshot, open_database

_SEED: Final = 20
_DAYS: Final = 7
_DAY_S: Final = 86_400
_VISITS: Final = (26, 22, 24, 30, 34, 41, 28)
"""Visits of each day, the oldest first."""
_SHELVES: Final = (("yours", 18), ("popular", 12), ("because", 6), ("similar", 12), ("new", 6))
_OPENED: Final = {"yours": 0.17, "because": 0.14, "similar": 0.11, "popular": 0.06, "new": 0.05}
"""Share of opened books at the first place of each shelf."""
_MISSED: Final = (
    *("harry potter tiếng việt", "sách nấu ăn chay", "fourth wing", "nguyễn nhật ánh"),
    *("the midnight library", "lonely planet hanoi", "excel for beginners"),
)
_BUYERS: Final = ("Trần Minh", "Lê Thu Hà", "Nguyễn An", "Anna Bell", "Phạm Quang", "Đỗ Lan")

_Book = tuple[str, str, str]
"""ISBN, title and author."""


def store_sample_business(home: Home) -> bool:
    """Store the week; False where the shop has orders or such a week already."""
    with contextlib.closing(open_database(current_snapshot(home.snapshots))) as snapshot:
        books = [
            (row[0], row[1], row[2])
            for row in snapshot.execute(
                "select isbn, title, author from popular_top join book using (book_id)"
                " where segment = 'all' order by rank limit 200"
            )
        ]

    def store(connection: sqlite3.Connection) -> bool:
        if connection.execute("select exists (select 1 from shop_order)").fetchone()[0]:
            return False
        random, now = Random(_SEED), int(time.time())  # noqa: S311
        for back, visits in zip(range(_DAYS - 1, -1, -1), _VISITS, strict=True):
            moments = sorted(
                now - back * _DAY_S - random.randrange(3, 36_000) for _ in range(visits)
            )
            _store_day(connection, random, books, back, moments)
        connection.execute("insert or replace into shop_setting values (?, '1')", (SAMPLE,))
        return True

    with opened(home.shop_database) as connection:
        stored = in_transaction(connection, store)
    if stored:
        _append_nights(home)
    return stored


def _store_day(
    connection: sqlite3.Connection,
    random: Random,
    books: list[_Book],
    back: int,
    moments: list[int],
) -> None:
    for number, moment in enumerate(moments):
        actor = Actor(visitor=f"sample-{back}-{number}")
        events, impressions = _visit(random, actor, moment, books)
        write_batch(connection, events, impressions)
    # In the order of time, which that of the numbers follows.
    for moment in sorted(random.sample(moments, max(3, len(moments) // 5))):
        _order(connection, random, books, back, moment)
    day = today(datetime.fromtimestamp(moments[-1], UTC))
    counts = {
        (LIST_SOURCE, "precomputed"): 2 * len(moments) + random.randrange(9),
        (LIST_SOURCE, "live"): len(moments) // 3 + random.randrange(6),
        (LIST_SOURCE, "popular"): len(moments) // 5 + random.randrange(4),
    }
    if back in (2, 5):
        counts[DOWNLOAD, ""] = 1
    if back == 4:
        counts[DELETION, ""] = 1
    add_counts(connection, day, counts)
    for number in range(random.randrange(1, 4)):
        _reader(connection, f"sample-reader-{back}-{number}", random.choice(moments))


def _visit(
    random: Random, actor: Actor, moment: int, books: list[_Book]
) -> tuple[list[Event], list[Impression]]:
    """Books opened in a visit and what was done with them, and the shelves shown."""
    events: list[Event] = []
    impressions: list[Impression] = []
    for shelf, size in random.sample(_SHELVES, 2):
        shown = [book[0] for book in random.sample(books, size)]
        list_id = f"{actor.visitor}-{shelf}"
        impressions.append(Impression(actor, list_id, shelf, f"/{shelf}", tuple(shown), moment))
        for position, isbn in enumerate(shown, start=1):
            if random.random() < _OPENED[shelf] / (1 + 0.22 * (position - 1)):
                acts: list[Kind] = ["click"]
                if random.random() < 0.3:
                    acts.append(random.choice(("want", "cart", "cart")))
                if acts[-1] == "cart" and random.random() < 0.45:
                    acts.append("buy")
                events += [
                    Event(actor, kind, moment + 1, isbn, list_id=list_id, position=position)
                    for kind in acts
                ]
    if random.random() < 0.5:
        missed = random.random() < 0.35
        query = random.choice(_MISSED) if missed else random.choice(books)[1].lower()
        hits = 0 if missed else 1 + random.randrange(5)
        events.append(Event(actor, "search", moment + 2, query=query, hits=hits))
    return events, impressions


def _order(
    connection: sqlite3.Connection, random: Random, books: list[_Book], back: int, moment: int
) -> None:
    """Place an order in the past, and move it as far as its age allows."""
    chosen = random.sample(books[:120], random.choice((1, 1, 1, 2, 3)))
    buyer = Buyer(random.choice(_BUYERS), "0900000000", "", "pickup", "", "cash", "")
    ordered = [OrderedBook(isbn, title, author, 1) for isbn, title, author in chosen]
    request = OrderRequest(None, buyer, ordered, "vi", "")
    try:
        order_id = place_order(connection, read_settings(connection), request, ()).order_id
    except NotEnoughStock:
        return
    (number,) = connection.execute(
        "select number from shop_order where order_id = ?", (order_id,)
    ).fetchone()
    later = require_order(connection, number).next_states
    if back and later:
        state = random.choices(("done", "ready", "cancelled"), (0.8, 0.12, 0.08))[0]
        if back == 1:
            state = random.choice(("confirmed", "ready"))
        if state in later:
            move_order(connection, number, state)
    connection.execute(
        "update shop_order set created_at = ? where order_id = ?", (moment, order_id)
    )
    connection.execute(
        "update shop_order_state set at = ? + 5400 * (step - 1) where order_id = ?",
        (moment, order_id),
    )


def _reader(connection: sqlite3.Connection, username: str, moment: int) -> None:
    """Insert an account that nobody can sign in to, and that the nightly job leaves out."""
    connection.execute(
        "insert into account (user_id, username, username_folded, password_hash, created_at,"
        " disabled_at) values (?, ?, ?, '!', ?, ?)",
        (f"shop:{username}", username, username, moment, moment),
    )


def _append_nights(home: Home) -> None:
    """Append a made-up run for each night of the week."""
    random, now = Random(_SEED), int(time.time())  # noqa: S311
    for back in range(_DAYS, 0, -1):
        night = datetime.fromtimestamp(now - back * _DAY_S, UTC).replace(hour=2, minute=15)
        outcome = NOTHING_NEW if back == 3 else PUBLISHED
        seconds = 12.0 if back == 3 else 150.0 + random.randrange(60)
        run = NightlyRun(
            night.strftime("%Y-%m-%dT%H:%M:%SZ"), outcome, seconds, reason="made up for the demo"
        )
        append_run(home.nightly_log, run)
