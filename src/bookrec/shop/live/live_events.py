"""Events of live sessions, in a table to which rows are only added.

Every worker of the site follows the table by ``event_id``, so it needs no message broker, and a browser
that comes back asks for what followed the last event that it has.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, get_args

Kind = Literal[
    "joined",
    "left",
    "like",
    "want",
    "dismiss",
    "question",
    "cart",
    "staged",
    "queued",
    "moved",
    "removed",
    "ended",
]
Reaction = Literal["like", "want", "dismiss", "question", "cart"]
REACTIONS: Final[tuple[Reaction, ...]] = get_args(Reaction)
MOST_TEXT: Final = 300
"""Characters of a question."""
_COLUMNS: Final = "event_id, session_id, member_id, kind, isbn, text, place, at"
AFTER: Final = f"select {_COLUMNS} from live_event where event_id > ? order by event_id limit ?"  # noqa: S608
"""Query of the events of all sessions after an event, in order; its rows make `LiveEvent`."""


@dataclass(frozen=True)
class LiveEvent:
    """An event of a live session."""

    event_id: int
    """0 before it is stored."""
    session_id: int
    member_id: int | None
    """None = the host."""
    kind: Kind
    isbn: str = ""
    text: str = ""
    place: int | None = None
    at: int = 0


def append(connection: sqlite3.Connection, events: Iterable[LiveEvent]) -> list[int]:
    """Add events in order, in the caller's transaction; return their numbers.

    An event of a session that is over is left out and has the number 0.
    """
    numbers = []
    for event in events:
        cursor = connection.execute(
            "insert into live_event (session_id, member_id, kind, isbn, text, place, at)"
            " select ?1, ?2, ?3, ?4, ?5, ?6, ?7 from live_session"
            " where session_id = ?1 and (ended_at is null or ?3 = 'ended')",
            (
                event.session_id,
                event.member_id,
                event.kind,
                event.isbn,
                event.text[:MOST_TEXT],
                event.place,
                event.at,
            ),
        )
        numbers.append(cursor.lastrowid or 0 if cursor.rowcount else 0)
    return numbers


def session_events(
    connection: sqlite3.Connection, session_id: int, after: int = 0, limit: int = -1
) -> list[LiveEvent]:
    """Return the events of a session after an event, in order (index ``live_event_by_session``)."""
    rows = connection.execute(
        f"select {_COLUMNS} from live_event where session_id = ? and event_id > ?"  # noqa: S608
        " order by event_id limit ?",
        (session_id, after, limit),
    )
    return [LiveEvent(*row) for row in rows]
