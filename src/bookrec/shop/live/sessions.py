"""Live sessions: an evening on which a host shows books to an audience."""

from __future__ import annotations

import secrets
import sqlite3
from dataclasses import dataclass
from typing import Final, Literal, get_args

Rule = Literal["fair", "average", "least misery"]
RULES: Final[tuple[Rule, ...]] = get_args(Rule)
"""Rules of `bookrec.inference.audience_choice`, the default first."""
MOST_NAME: Final = 120
"""Characters of a session's name."""
CODE_LENGTH: Final = 8
_LETTERS: Final = "23456789abcdefghjkmnpqrstuvwxyz"
"""Characters of a code: none that is taken for another when somebody types it."""
_COLUMNS: Final = "session_id, code, name, user_id, rule, started_at, ended_at"
BY_CODE: Final = f"select {_COLUMNS} from live_session where code = ?"  # noqa: S608
"""Query of the session of a link; its row makes a `LiveSession`."""


@dataclass(frozen=True)
class LiveSession:
    """A live session. Times are whole seconds since 1970, UTC."""

    session_id: int
    code: str
    """Text by which members join; whoever has the link is invited."""
    name: str
    user_id: str | None
    """Host; None when the account is gone."""
    rule: Rule
    started_at: int
    ended_at: int | None
    """None while it is open."""

    @property
    def is_open(self) -> bool:
        """Whether members can join and react."""
        return self.ended_at is None


def new_code() -> str:
    """Return a code that cannot be guessed: 31 letters to the power of 8."""
    return "".join(secrets.choice(_LETTERS) for _ in range(CODE_LENGTH))


def name_problem(name: str) -> str | None:
    """Return None for a name of a session, else the reason why it is refused."""
    if not name.strip():
        return "a session has a name"
    return f"at most {MOST_NAME} characters" if len(name.strip()) > MOST_NAME else None


def create_session(
    connection: sqlite3.Connection, name: str, user_id: str, rule: Rule, now: int
) -> LiveSession:
    """Open a session; its name was checked by `name_problem`."""
    cursor = connection.execute(
        "insert into live_session (code, name, user_id, rule, started_at) values (?, ?, ?, ?, ?)",
        (new_code(), " ".join(name.split()), user_id, rule, now),
    )
    session = find_session(connection, cursor.lastrowid or 0)
    assert session is not None
    return session


def find_session(connection: sqlite3.Connection, session_id: int) -> LiveSession | None:
    """Return a session by its number; None without it."""
    row = connection.execute(
        f"select {_COLUMNS} from live_session where session_id = ?",  # noqa: S608
        (session_id,),
    ).fetchone()
    return LiveSession(*row) if row else None


def list_sessions(connection: sqlite3.Connection, limit: int = 50) -> list[LiveSession]:
    """Return the latest sessions: open ones first, each part the latest first."""
    rows = connection.execute(
        f"select {_COLUMNS} from live_session"  # noqa: S608
        " order by ended_at is not null, started_at desc, session_id desc limit ?",
        (limit,),
    )
    return [LiveSession(*row) for row in rows]


def end_session(connection: sqlite3.Connection, session_id: int, now: int) -> bool:
    """Close a session; False for one that is closed already."""
    cursor = connection.execute(
        "update live_session set ended_at = ? where session_id = ? and ended_at is null",
        (now, session_id),
    )
    return cursor.rowcount > 0
