"""Members of live sessions: readers by their account, visitors by a cookie of the session."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bookrec.errors import ShopError

MOST_MEMBERS: Final = 1_000
"""Members of one session."""
_COLUMNS: Final = "member_id, session_id, user_id, visitor, joined_at, seen_at"
FIND: Final = (
    f"select {_COLUMNS} from live_member"  # noqa: S608
    " where session_id = ?1 and (user_id = ?2 or visitor = ?3)"
)
"""Query of the member of a session that a reader, or a visitor, is; the other parameter is null."""


class SessionFull(ShopError):
    """A session that takes no more members."""

    def __init__(self) -> None:
        super().__init__(f"This session is full: {MOST_MEMBERS:,} people have joined.")


@dataclass(frozen=True)
class LiveMember:
    """A member of one session."""

    member_id: int
    session_id: int
    user_id: str | None
    visitor: str | None
    """Digest of the cookie of a visitor; None for a reader, like ``user_id`` for a visitor."""
    joined_at: int
    seen_at: int
    """Seconds since 1970; a few seconds late."""


def visitor_digest(session_id: int, token: str) -> str:
    """Return the name under which the visitor of a cookie is stored; the cookie is not."""
    return hashlib.sha256(f"live {session_id}:{token}".encode()).hexdigest()[:32]


def join(
    connection: sqlite3.Connection,
    session_id: int,
    now: int,
    *,
    user_id: str | None = None,
    visitor: str | None = None,
) -> tuple[LiveMember, bool]:
    """Return the member of a reader or a visitor, and whether they are new.

    Raises:
        SessionFull: `MOST_MEMBERS` have joined before.
    """
    known = find_member(connection, session_id, user_id, visitor)
    if known is not None:
        return known, False
    (count,) = connection.execute(
        "select count(*) from live_member where session_id = ?", (session_id,)
    ).fetchone()
    if count >= MOST_MEMBERS:
        raise SessionFull
    connection.execute(
        "insert into live_member (session_id, user_id, visitor, joined_at, seen_at)"
        " values (?, ?, ?, ?, ?)",
        (session_id, user_id, visitor, now, now),
    )
    member = find_member(connection, session_id, user_id, visitor)
    assert member is not None
    return member, True


def find_member(
    connection: sqlite3.Connection, session_id: int, user_id: str | None, visitor: str | None
) -> LiveMember | None:
    """Return the member of a reader or a visitor; None for somebody who has not joined."""
    row = connection.execute(FIND, (session_id, user_id, visitor)).fetchone()
    return LiveMember(*row) if row else None


def members_of(connection: sqlite3.Connection, session_id: int) -> list[LiveMember]:
    """Return the members of a session in the order of joining."""
    rows = connection.execute(
        f"select {_COLUMNS} from live_member where session_id = ? order by member_id",  # noqa: S608
        (session_id,),
    )
    return [LiveMember(*row) for row in rows]


def touch(connection: sqlite3.Connection, member_ids: Iterable[int], now: int) -> None:
    """Store that members are there."""
    connection.executemany(
        "update live_member set seen_at = ? where member_id = ?",
        [(now, member_id) for member_id in member_ids],
    )
