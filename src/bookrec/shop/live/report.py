"""Report of a live session: books shown, reactions, sales, and what the shop's events keep of it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Final

from bookrec.shop.live.live_events import session_events
from bookrec.shop.live.sessions import LiveSession

SALES_AFTER_S: Final = 86_400
"""Seconds after the end of a session in which a sale of a shown book counts."""


@dataclass(frozen=True)
class ReportedBook:
    """A shown book: members by reaction, and copies that were sold."""

    isbn: str
    at: int
    """Time when it came on stage first."""
    likes: int
    wants: int
    dismissals: int
    questions: int
    carts: int
    sold: int
    """Copies that anybody ordered from then until `SALES_AFTER_S` after the end."""


@dataclass(frozen=True)
class SessionReport:
    """Figures of a session."""

    session: LiveSession
    joined: int
    readers: int
    """Members with an account; 0 once the retention is over."""
    served: int
    """Members who liked, wanted or bought a shown book."""
    shown: list[ReportedBook]
    """In the order of showing."""
    questions: list[tuple[str, str]]
    """ISBN and text, in order; the texts go with the retention."""
    learnt: dict[str, int]
    """Kind of the shop's events → number of those that came from this session."""
    learnt_people: int
    """Readers and visitors behind them."""


def report_of(connection: sqlite3.Connection, session: LiveSession, now: int) -> SessionReport:
    """Return the report of a session, over or not."""
    events = session_events(connection, session.session_id)
    shown: dict[str, int] = {}
    members: dict[tuple[str, str], set[int]] = {}
    for event in events:
        if event.kind == "staged":
            shown.setdefault(event.isbn, event.at)
        elif event.member_id is not None and event.isbn:
            members.setdefault((event.isbn, event.kind), set()).add(event.member_id)
            for other in {"like": ("dismiss",), "dismiss": ("like", "want")}.get(event.kind, ()):
                # The last word counts.
                members.get((event.isbn, other), set()).discard(event.member_id)
    until = (session.ended_at or now) + SALES_AFTER_S

    def count(isbn: str, kind: str) -> int:
        return len(members.get((isbn, kind), ()))

    joined, readers = connection.execute(
        "select count(*), count(user_id) from live_member where session_id = ?",
        (session.session_id,),
    ).fetchone()
    liked = [ids for (_, kind), ids in members.items() if kind in ("like", "want", "cart")]
    learnt, people = _learnt(connection, session.session_id)
    return SessionReport(
        session=session,
        joined=joined,
        readers=readers,
        served=len(set().union(*liked)),
        shown=[
            ReportedBook(
                isbn=isbn,
                at=at,
                likes=count(isbn, "like"),
                wants=count(isbn, "want"),
                dismissals=count(isbn, "dismiss"),
                questions=count(isbn, "question"),
                carts=count(isbn, "cart"),
                sold=_sold(connection, isbn, at, until),
            )
            for isbn, at in shown.items()
        ],
        questions=[(e.isbn, e.text) for e in events if e.kind == "question" and e.text],
        learnt=learnt,
        learnt_people=people,
    )


def _sold(connection: sqlite3.Connection, isbn: str, since: int, until: int) -> int:
    row = connection.execute(
        "select coalesce(sum(quantity), 0) from shop_order_line join shop_order using (order_id)"
        " where isbn = ? and created_at between ? and ? and state <> 'cancelled'",
        (isbn, since, until),
    ).fetchone()
    return int(row[0])


def _learnt(connection: sqlite3.Connection, session_id: int) -> tuple[dict[str, int], int]:
    """Events of the shop whose list was a book on stage, by kind, and the people behind them."""
    # From 'live.1.' to before 'live.1/': all lists of the session, by their ids.
    span = (f"live.{session_id}.", f"live.{session_id}/")
    condition = "shelf = 'live' and list_id >= ? and list_id < ?"
    rows = connection.execute(
        f"select kind, count(*) from events where {condition} group by kind order by kind",  # noqa: S608
        span,
    ).fetchall()
    (people,) = connection.execute(
        f"select count(distinct coalesce(user_id, visitor)) from events where {condition}",  # noqa: S608
        span,
    ).fetchone()
    return dict(rows), people
