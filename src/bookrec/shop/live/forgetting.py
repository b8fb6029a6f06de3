"""Retention of live sessions: after it, members have no name and questions no text."""

from __future__ import annotations

import sqlite3

from bookrec.shop.event_counts import DAY_S


def forget_members(connection: sqlite3.Connection, keep_days: int, now: int) -> int:
    """Take names and texts off sessions that began more than ``keep_days`` ago; return the members.

    A session that nobody ended is ended. What is left are numbers: who reacted with which other
    reactions, without a name.
    """
    before = now - keep_days * DAY_S
    old = "session_id in (select session_id from live_session where started_at < ?)"
    connection.execute(
        "update live_session set ended_at = ? where ended_at is null and started_at < ?",
        (now, before),
    )
    connection.execute(
        f"update live_event set text = '' where text <> '' and {old}",  # noqa: S608
        (before,),
    )
    cursor = connection.execute(
        "update live_member set user_id = null, visitor = null"  # noqa: S608
        f" where (user_id is not null or visitor is not null) and {old}",
        (before,),
    )
    return cursor.rowcount
