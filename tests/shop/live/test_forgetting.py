"""Retention of live sessions: names and texts go, numbers stay."""

from __future__ import annotations

import sqlite3

from bookrec.shop.live.forgetting import forget_members
from bookrec.shop.live.live_events import LiveEvent, append
from bookrec.shop.live.members import join, members_of
from bookrec.shop.live.report import report_of
from bookrec.shop.live.sessions import create_session, find_session

DAY_S = 86_400


def test_old_sessions_lose_names_and_texts(shop: sqlite3.Connection) -> None:
    now = 100 * DAY_S
    old = create_session(shop, "old", "u", "fair", 9 * DAY_S).session_id
    new = create_session(shop, "new", "u", "fair", 11 * DAY_S).session_id
    for session in (old, new):
        member, _ = join(shop, session, 0, user_id="anna")
        join(shop, session, 0, visitor="v")
        append(
            shop,
            [
                LiveEvent(0, session, None, "staged", "111"),
                LiveEvent(0, session, member.member_id, "question", "111", "Why?"),
                LiveEvent(0, session, member.member_id, "like", "111"),
            ],
        )
    assert forget_members(shop, 90, now) == 2
    assert forget_members(shop, 90, now) == 0
    assert {(m.user_id, m.visitor) for m in members_of(shop, old)} == {(None, None)}
    assert [(m.user_id, m.visitor) for m in members_of(shop, new)] == [("anna", None), (None, "v")]
    ended, still_open = find_session(shop, old), find_session(shop, new)
    assert ended is not None
    assert still_open is not None
    assert ended.ended_at == now
    assert still_open.is_open
    report = report_of(shop, ended, now)
    assert (report.joined, report.served, report.questions) == (2, 1, [])
    assert (report.shown[0].likes, report.shown[0].questions) == (1, 1)
    assert report_of(shop, still_open, now).questions == [("111", "Why?")]
