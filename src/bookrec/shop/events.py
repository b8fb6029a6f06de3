"""Events (a book opened, a search, a click, a rating …) and impressions (lists shown).

Rows are only added; two things change one: the seconds of a view grow while the page is open, and
`thin_events` turns old rows into counts of a day. An event is of a reader (``user_id``) or of a visitor
who consented (``visitor``).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

Kind = Literal[
    "view", "search", "click", "rate", "like", "comment", "want", "cart", "buy", "dismiss"
]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
PASSIVE: Final[frozenset[Kind]] = frozenset({"view", "search", "click"})
"""Kinds that may be lost when more arrive than can be written; the others are what somebody did."""
MOST_SECONDS: Final = 7_200
"""A page that is open for longer is not being read."""
MOST_QUERY: Final = 200
"""Characters of a search that are kept."""
_CLICK_WITHIN_S: Final = 6 * 3_600
"""A list shown longer ago than this has no clicks: its page was left."""
_LATEST_LISTS: Final = 200
"""Lists of an actor among which a click's is looked for: about forty pages."""
_FOLLOWS_CLICK_S: Final = 7 * 86_400
"""Time after a click in which an act with the book counts for the list of the click."""


@dataclass(frozen=True)
class Actor:
    """A reader, or a visitor who consented; exactly one field is set."""

    user_id: str | None = None
    visitor: str | None = None
    """Digest of the consent cookie, see `bookrec.web.events.consent`."""

    @property
    def column(self) -> str:
        """Column that names the actor."""
        return "visitor" if self.user_id is None else "user_id"

    @property
    def key(self) -> str:
        """Value of that column."""
        return self.visitor or self.user_id or ""


@dataclass(frozen=True)
class Event:
    """An event. Times are whole seconds since 1970, UTC."""

    actor: Actor
    kind: Kind
    created_at: int
    isbn: str | None = None
    """None for a search."""
    client_id: str | None = None
    """Name that its sender gave it; a second event of the actor with this name adds no row."""
    list_id: str | None = None
    shelf: str | None = None
    position: int | None = None
    """1-based place in the list ``list_id``."""
    seconds: int | None = None
    rating: int | None = None
    query: str | None = None
    hits: int | None = None
    arm: str | None = None
    """Arm of an experiment that the actor is in."""
    came_from: str | None = None
    """Path and query of the page whose link was followed; `write_batch` finds the list by it."""


@dataclass(frozen=True)
class Impression:
    """A list as it was shown once."""

    actor: Actor
    list_id: str
    shelf: str
    """``yours``, ``similar``, ``popular``, ``because``, ``authors``, ``series``, ``opened``, ``new``,
    ``by_author``, ``search``, ``live`` (on stage of a live session) or ``api``."""
    page: str
    """Path and query of the page; '' for an answer of the API."""
    isbns: tuple[str, ...]
    created_at: int
    arm: str | None = None
    teams: tuple[str, ...] = ()
    """Arm that picked the book of each place, '' for none; () for a list that mixes no arms."""


_INSERT_EVENT: Final = (
    "insert into events (user_id, visitor, client_id, kind, isbn, list_id, shelf, position, seconds,"
    " rating, query, hits, arm, created_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " on conflict (coalesce(user_id, visitor), client_id) where client_id is not null do update"
    " set seconds = max(coalesce(seconds, 0), excluded.seconds)"
    " where kind = 'view' and excluded.kind = 'view' and excluded.seconds is not null"
    " and isbn = excluded.isbn"
)
_INSERT_IMPRESSION: Final = (
    "insert into impressions (user_id, visitor, list_id, shelf, page, isbns, size, arm, created_at,"
    " teams) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def write_batch(
    connection: sqlite3.Connection, events: Sequence[Event], impressions: Sequence[Impression]
) -> None:
    """Write events and impressions, in one transaction of the caller's.

    Those of readers who left or switched the recording off meanwhile are left out.

    A view whose link stood in a list shown to its actor becomes a click on that list as well; what is
    done with a book after a click on it belongs to the list of that click.
    """
    actors = {event.actor for event in events} | {shown.actor for shown in impressions}
    recorded = _recorded(connection, actors)
    rows = [_impression_row(item) for item in impressions if item.actor in recorded]
    connection.executemany(_INSERT_IMPRESSION, rows)
    for event in events:
        if event.actor not in recorded:
            continue
        placed = _placed(connection, event)
        if placed.kind == "view" and placed.list_id and not event.list_id:
            click_id = f"{placed.list_id}.{placed.position}"
            click = replace(placed, kind="click", client_id=click_id, seconds=None)
            connection.execute(_INSERT_EVENT, _event_row(click))
        connection.execute(_INSERT_EVENT, _event_row(placed))


def _recorded(connection: sqlite3.Connection, actors: set[Actor]) -> set[Actor]:
    """Return the visitors, and the readers whose account is there and records events."""
    user_ids = [actor.user_id for actor in actors if actor.user_id is not None]
    marks = ",".join("?" * len(user_ids))
    rows = connection.execute(
        f"select user_id from account where user_id in ({marks}) and records_events = 1",  # noqa: S608
        user_ids,
    )
    known = {user_id for (user_id,) in rows}
    return {actor for actor in actors if actor.user_id is None or actor.user_id in known}


def _placed(connection: sqlite3.Connection, event: Event) -> Event:
    """Return an event with the list that it came from, if one is known."""
    if event.isbn is None:
        return event
    if event.list_id:
        return _placed_by_list(connection, event)
    if event.kind == "view":
        return _placed_by_page(connection, event)
    if event.kind == "dismiss":
        return _with_team(connection, event)
    if event.kind in PASSIVE:
        return event
    row = connection.execute(
        # Index events_by_click.
        "select list_id, shelf, position, arm from events where coalesce(user_id, visitor) = ?"
        " and isbn = ? and created_at between ? and ? and kind = 'click'"
        " order by created_at desc limit 1",
        (event.actor.key, event.isbn, event.created_at - _FOLLOWS_CLICK_S, event.created_at),
    ).fetchone()
    if row is None:
        return event
    arm = row[3] if _mixes(event.arm) else event.arm
    return replace(event, list_id=row[0], shelf=row[1], position=row[2], arm=arm)


def _placed_by_list(connection: sqlite3.Connection, event: Event) -> Event:
    """Return an event with the shelf of the list that its sender named, and its place there."""
    row = connection.execute(
        # Index impressions_by_list.
        "select shelf, isbns, arm, teams from impressions"  # noqa: S608
        f" where list_id = ? and {event.actor.column} = ?",
        (event.list_id, event.actor.key),
    ).fetchone()
    listed = row[1].split("\n") if row else []
    if event.isbn not in listed:
        return replace(event, list_id=None, shelf=None, position=None)
    position = listed.index(event.isbn) + 1
    return replace(event, shelf=row[0], position=position, arm=_arm(event, position, *row[2:]))


def _placed_by_page(connection: sqlite3.Connection, event: Event) -> Event:
    """Return a view with the latest list of the page it came from that holds its book."""
    if event.came_from is None:
        return event
    rows = connection.execute(
        # Index impressions_by_reader or impressions_by_visitor.
        "select list_id, shelf, isbns, arm, teams from (select * from impressions"  # noqa: S608
        f" where {event.actor.column} = ? and created_at >= ?"
        " order by created_at desc, impression_id desc limit ?) where page = ?",
        (event.actor.key, event.created_at - _CLICK_WITHIN_S, _LATEST_LISTS, event.came_from),
    )
    for list_id, shelf, isbns, arm, teams in rows:
        listed = isbns.split("\n")
        if event.isbn in listed:
            position = listed.index(event.isbn) + 1
            arm = _arm(event, position, arm, teams)
            return replace(event, list_id=list_id, shelf=shelf, position=position, arm=arm)
    return event


def _with_team(connection: sqlite3.Connection, event: Event) -> Event:
    """Return a dismissal with the arm that picked its book for the latest mixed list that had it."""
    if not _mixes(event.arm):
        return event
    rows = connection.execute(
        # Index impressions_by_reader.
        f"select isbns, arm, teams from impressions where {event.actor.column} = ?"  # noqa: S608
        " and created_at >= ? and teams is not null"
        " order by created_at desc, impression_id desc limit ?",
        (event.actor.key, event.created_at - _FOLLOWS_CLICK_S, _LATEST_LISTS),
    )
    for isbns, arm, teams in rows:
        listed = isbns.split("\n")
        if event.isbn in listed:
            return replace(event, arm=_arm(event, listed.index(event.isbn) + 1, arm, teams))
    return event


def _mixes(arm: str | None) -> bool:
    """Whether an event's arm is that of a reader whose lists mix two, such as ``duel:a+b``."""
    return arm is not None and "+" in arm


def _arm(event: Event, position: int, arm: str | None, teams: str | None) -> str | None:
    """Arm of an event at a place of a list: the one that picked the book, where the list mixes two.

    Args:
        event: with the arm of its reader, if any.
        position: 1-based place.
        arm: of the list.
        teams: arms of the list's places, one a line; None for no mix.
    """
    reader_arm = event.arm or arm
    if teams is None or reader_arm != arm or not reader_arm:
        return reader_arm
    team = teams.split("\n")[position - 1]
    return f"{reader_arm.partition(':')[0]}:{team}" if team else reader_arm


def _event_row(event: Event) -> tuple[str | int | None, ...]:
    return (
        event.actor.user_id,
        event.actor.visitor,
        event.client_id,
        event.kind,
        event.isbn,
        event.list_id,
        event.shelf,
        event.position,
        None if event.seconds is None else min(event.seconds, MOST_SECONDS),
        event.rating,
        None if event.query is None else event.query[:MOST_QUERY],
        event.hits,
        event.arm,
        event.created_at,
    )


def _impression_row(impression: Impression) -> tuple[str | int | None, ...]:
    return (
        impression.actor.user_id,
        impression.actor.visitor,
        impression.list_id,
        impression.shelf,
        impression.page,
        "\n".join(impression.isbns),
        len(impression.isbns),
        impression.arm,
        impression.created_at,
        "\n".join(impression.teams) if impression.teams else None,
    )


def delete_recorded(connection: sqlite3.Connection, actor: Actor) -> None:
    """Delete all events and impressions of an actor, who withdrew the consent."""
    for table in ("events", "impressions"):
        connection.execute(f"delete from {table} where {actor.column} = ?", (actor.key,))  # noqa: S608
