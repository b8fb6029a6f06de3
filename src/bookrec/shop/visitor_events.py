"""Events of a visitor who turns out to be a reader: they go to the account at sign-in."""

from __future__ import annotations

import sqlite3
from typing import Final

from bookrec.shop.events import Actor

_LONGER_VIEWS: Final = (
    "update events as kept set seconds = max(coalesce(kept.seconds, 0), dropped.seconds)"
    " from events as dropped where kept.user_id = ? and dropped.visitor = ?"
    " and kept.client_id = dropped.client_id and kept.isbn = dropped.isbn"
    " and kept.kind = 'view' and dropped.kind = 'view' and dropped.seconds is not null"
)


def move_events(connection: sqlite3.Connection, visitor: Actor, user_id: str) -> int:
    """Give the events and impressions of a visitor to a reader whose account records visits.

    Times, lists and places stay. An event whose ``client_id`` the reader has already is dropped; a view
    of the same book leaves its seconds to the reader's where they are more, as when it is sent again.
    Nothing moves to an account that does not record, or is gone.

    Args:
        connection: to the shop's database, in a transaction.
        visitor: the visitor of this browser.
        user_id: the reader who has signed in.

    Returns:
        Number of events that moved.
    """
    records = connection.execute(
        "select 1 from account where user_id = ? and records_events = 1", (user_id,)
    ).fetchone()
    if records is None:
        return 0
    connection.execute(_LONGER_VIEWS, (user_id, visitor.visitor))
    moved = connection.execute(
        "update or ignore events set user_id = ?, visitor = null where visitor = ?",
        (user_id, visitor.visitor),
    ).rowcount
    connection.execute("delete from events where visitor = ?", (visitor.visitor,))
    connection.execute(
        "update impressions set user_id = ?, visitor = null where visitor = ?",
        (user_id, visitor.visitor),
    )
    return moved
