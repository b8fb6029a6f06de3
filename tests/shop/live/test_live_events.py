"""Events of live sessions: numbered, in order, none after the end."""

from __future__ import annotations

import sqlite3

from bookrec.shop.live.live_events import AFTER, LiveEvent, append, session_events
from bookrec.shop.live.sessions import create_session, end_session


def test_events_have_numbers_in_order_and_are_read_after_one(shop: sqlite3.Connection) -> None:
    first = create_session(shop, "a", "u", "fair", 0).session_id
    second = create_session(shop, "b", "u", "fair", 0).session_id
    numbers = append(
        shop,
        [
            LiveEvent(0, first, None, "staged", "111", at=5),
            LiveEvent(0, second, 8, "joined", at=6),
            LiveEvent(0, first, 3, "question", "111", "Why?" + "x" * 400, at=7),
        ],
    )
    assert numbers == [1, 2, 3]
    later = session_events(shop, first, after=1)
    assert [(e.event_id, e.kind, e.text[:4], len(e.text)) for e in later] == [
        (3, "question", "Why?", 300)
    ]
    rows = [LiveEvent(*row) for row in shop.execute(AFTER, (1, 10))]
    assert [(e.session_id, e.kind, e.member_id) for e in rows] == [
        (second, "joined", 8),
        (first, "question", 3),
    ]


def test_a_session_that_is_over_takes_only_its_end(shop: sqlite3.Connection) -> None:
    session = create_session(shop, "a", "u", "fair", 0).session_id
    end_session(shop, session, 9)
    late = LiveEvent(0, session, 3, "like", "111", at=10)
    assert append(shop, [late, LiveEvent(0, session, None, "ended", at=10)]) == [0, 1]
    assert append(shop, [LiveEvent(0, session + 1, 3, "like", "111")]) == [0]
    assert [e.kind for e in session_events(shop, session)] == ["ended"]
