"""Deeds of a live session, for pages and API: join, react, and what the host does.

A reaction is an event of the session. Of readers and visitors who are recorded, it becomes an event
of the shop as well, in a list of its own (shelf `SHELF`), so that their shelves follow. What a reader
wants or dismisses goes to their shelves, as everywhere in the shop.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from litestar.exceptions import HTTPException, NotFoundException

from bookrec.shop.events import Actor, Event, Impression, Kind
from bookrec.shop.live.live_events import Kind as LiveKind
from bookrec.shop.live.live_events import LiveEvent, Reaction
from bookrec.shop.live.members import FIND, LiveMember, join
from bookrec.shop.live.sessions import BY_CODE, LiveSession, end_session
from bookrec.web.accounts.accounts import Account
from bookrec.web.accounts.rate_limit import TooManyAttempts
from bookrec.web.live.room import Room
from bookrec.web.live.room_state import Staged
from bookrec.web.request.site import Site
from bookrec.web.store.catalogue import CatalogueBook
from bookrec.web.store.reader_history import DISMISSED, WANT
from bookrec.web.store.snapshot_reader import Snapshot

SHELF: Final = "live"
"""Shelf of the lists that live sessions show; see `bookrec.shop.events.Impression`."""
_NOTED_AS: Final[dict[Reaction, tuple[Kind, ...]]] = {
    "like": ("like",),
    "want": ("want",),
    "dismiss": ("dismiss",),
    # A click ties a later sale to the list.
    "cart": ("click", "cart"),
    "question": ("comment",),
}
"""Kinds of the shop's events for each reaction."""


@dataclass(frozen=True)
class Person:
    """Somebody in the audience: a reader, or a visitor of this session."""

    account: Account | None
    visitor: str | None
    """Digest of the visitor's cookie; None for a reader, and for somebody without one."""
    actor: Actor | None
    """Name under which the shop's events record them; None = they are not recorded."""


class SessionOver(HTTPException):
    """A deed in a session that the host has ended."""

    status_code = 409

    def __init__(self) -> None:
        super().__init__("This session is over; nobody can join or react any more.")


async def session_of_code(site: Site, code: str) -> LiveSession:
    """Return the session of a link.

    Raises:
        NotFoundException: there is none.
    """
    row = await site.database.row(BY_CODE, (code.strip().lower(),))
    if row is None:
        raise NotFoundException(f"There is no live session {code}; ask the host for the link.")
    return LiveSession(*row)


async def room_of(site: Site, session_id: int, *, newest: bool = True) -> Room:
    """Return a session's room; see `LiveHub.room`.

    Raises:
        NotFoundException: there is no such session.
    """
    room = await site.live.room(session_id, newest=newest)
    if room is None:
        raise NotFoundException(f"There is no live session {session_id}.")
    return room


async def member_of(site: Site, session: LiveSession, person: Person) -> LiveMember | None:
    """Return somebody's membership; None for somebody who has not joined."""
    user_id = None if person.account is None else person.account.user_id
    if user_id is None and person.visitor is None:
        return None
    key = (session.session_id, user_id, None if user_id else person.visitor)
    row = await site.database.row(FIND, key)
    return LiveMember(*row) if row else None


async def join_session(site: Site, session: LiveSession, person: Person) -> LiveMember:
    """Join, or come back.

    Raises:
        SessionOver: the host has ended it.
        SessionFull: too many have joined.
    """
    if not session.is_open:
        raise SessionOver
    user_id = None if person.account is None else person.account.user_id
    visitor, now = None if user_id else person.visitor, int(time.time())
    member, _ = await site.database.work(
        lambda c: join(c, session.session_id, now, user_id=user_id, visitor=visitor)
    )
    await _append(site, session, "joined", member=member)
    site.live.sign(member.member_id)
    return member


async def leave_session(site: Site, session: LiveSession, member: LiveMember) -> None:
    """Leave; the host sees one person less."""
    await _append(site, session, "left", member=member)


async def react(
    site: Site,
    snapshot: Snapshot,
    room: Room,
    member: LiveMember,
    person: Person,
    kind: Reaction,
    book: CatalogueBook,
    text: str = "",
) -> int:
    """Store a reaction to a shown book; return the number of its event.

    Raises:
        NotFoundException: the book was not on stage.
        SessionOver: the host has ended the session.
        TooManyAttempts: the member reacts too often.
    """
    staged = room.state.staged_as(book.isbn)
    if staged is None:
        # Another worker may have shown it just now.
        await site.live.follow()
        staged = room.state.staged_as(book.isbn)
    if staged is None:
        raise NotFoundException(f"The book {book.isbn} was not on stage in this session.")
    if wait_s := site.live.wait_of(member.member_id):
        raise TooManyAttempts(wait_s)
    number = await _append(site, room.session, kind, book.isbn, member=member, text=text)
    list_id = note_stage(site, room, member, person, staged)
    if person.actor is None:
        return number
    now, account = int(time.time()), person.account
    shelf = {"want": WANT, "dismiss": DISMISSED}.get(kind)
    if account is not None and shelf is not None:
        # The answer does not wait for the reader's list to be made anew.
        site.live.later(site.actions.shelve(snapshot, account, book, shelf, list_id))
    else:
        site.recorder.note(
            *(Event(person.actor, k, now, book.isbn, list_id=list_id) for k in _NOTED_AS[kind])
        )
    return number


def note_stage(
    site: Site, room: Room, member: LiveMember, person: Person, staged: Staged, page: str = ""
) -> str:
    """Note the book on stage as a list that the member was shown, once; return the list's id."""
    session = room.session
    list_id = f"live.{session.session_id}.{staged.event_id}"
    shown = (member.member_id, staged.event_id)
    if person.actor is not None and shown not in room.noted:
        room.noted.add(shown)
        site.recorder.note(
            Impression(
                person.actor,
                list_id,
                SHELF,
                page or f"/live/{session.code}",
                (staged.isbn,),
                int(time.time()),
            )
        )
    return list_id


async def direct(
    site: Site, room: Room, kind: LiveKind, book: CatalogueBook, place: int | None = None
) -> int:
    """Store what the host does with a book: ``staged``, ``queued``, ``moved``, ``removed``.

    Raises:
        SessionOver: the session is over.
    """
    return await _append(site, room.session, kind, book.isbn, place=place)


async def end(site: Site, room: Room) -> None:
    """End a session; a second time changes nothing."""
    session_id, now = room.session.session_id, int(time.time())
    if await site.database.work(lambda c: end_session(c, session_id, now)):
        await _append(site, room.session, "ended")


async def _append(
    site: Site,
    session: LiveSession,
    kind: LiveKind,
    isbn: str = "",
    *,
    member: LiveMember | None = None,
    text: str = "",
    place: int | None = None,
) -> int:
    number = await site.live.append(
        LiveEvent(
            0,
            session.session_id,
            None if member is None else member.member_id,
            kind,
            isbn,
            text,
            place,
            int(time.time()),
        )
    )
    if not number:
        raise SessionOver
    return number
