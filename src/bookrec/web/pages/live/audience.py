"""The audience's page: join, see the book on stage, react. It works without JavaScript.

A visitor joins without an account: a cookie of this session holds a random value, whose digest is in
the database. Pressing *join* is the consent to that.
"""

from __future__ import annotations

import re
import secrets
from typing import Final

from litestar import get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.exceptions import ClientException
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from bookrec.shop.live.live_events import MOST_TEXT, REACTIONS, Reaction
from bookrec.shop.live.members import LiveMember, SessionFull, visitor_digest
from bookrec.shop.live.sessions import LiveSession
from bookrec.shop.selling.carts import CartFull
from bookrec.web.kit.http_types import AnyResponse
from bookrec.web.live.room import Room
from bookrec.web.pages.account import text
from bookrec.web.pages.live.contexts import AudiencePage
from bookrec.web.pages.live.host import answer
from bookrec.web.pages.live.views import audience_parts
from bookrec.web.pages.selling.cart import cart_owner
from bookrec.web.request.live_session import (
    Person,
    SessionOver,
    join_session,
    leave_session,
    member_of,
    note_stage,
    react,
    room_of,
    session_of_code,
)
from bookrec.web.request.page_request import PageRequest
from bookrec.web.request.problems import require_book
from bookrec.web.store.catalogue import CatalogueBook

PATH: Final = "/live/{code:str}"
COOKIE: Final = "bookrec_live"
"""Random value of a visitor who joined; its path is that of the session."""
_TOKEN: Final = re.compile(r"[0-9A-Za-z_-]{22}")


def person_of(page_request: PageRequest, session: LiveSession) -> Person:
    """Return who is behind a request, in a session."""
    token = page_request.request.cookies.get(COOKIE, "")
    visitor = visitor_digest(session.session_id, token) if _TOKEN.fullmatch(token) else None
    return Person(page_request.account, visitor, page_request.consent.actor)


@get(PATH)
async def audience_page(
    page_request: NamedDependency[PageRequest], code: FromPath[str]
) -> AnyResponse:
    """Show the button that joins, or to a member the book on stage."""
    session = await session_of_code(page_request.site, code)
    if code != session.code:
        # The cookie of the session belongs to this address.
        return page_request.redirect(f"/live/{session.code}")
    return await _page(page_request, session)


async def _page(page_request: PageRequest, session: LiveSession, problem: str = "") -> AnyResponse:
    site, person = page_request.site, person_of(page_request, session)
    room = await room_of(site, session.session_id)
    member = await member_of(site, session, person)
    if member is not None:
        site.live.sign(member.member_id)
        note_staged(page_request, room, member, person)
    page = AudiencePage(
        code=session.code,
        name=session.name,
        joined=member is not None and member.member_id not in room.state.gone,
        problem=problem,
        recorded=person.actor is not None,
        parts=audience_parts(page_request, room, member.member_id if member else 0),
        after=room.state.stage_id,
    )
    return page_request.page(
        "live/audience.html", page, with_form=True, status=409 if problem else 200
    )


def note_staged(page_request: PageRequest, room: Room, member: LiveMember, person: Person) -> None:
    """Note that a member was shown the book on stage."""
    if room.state.on_stage is not None and not room.state.ended:
        note_stage(page_request.site, room, member, person, room.state.on_stage)


@post(f"{PATH}/join")
async def join(page_request: NamedDependency[PageRequest], code: FromPath[str]) -> AnyResponse:
    """Join the session, as the reader who is signed in or as a visitor."""
    session = await session_of_code(page_request.site, code)
    person = person_of(page_request, session)
    if person.account is None and person.visitor is None:
        token = secrets.token_urlsafe(16)
        person = Person(None, visitor_digest(session.session_id, token), person.actor)
        page_request.response_cookies.append(_cookie(page_request, session, token))
    try:
        await join_session(page_request.site, session, person)
    except SessionFull:
        page_request.response_cookies.clear()
        return await _page(page_request, session, "full")
    except SessionOver:
        page_request.response_cookies.clear()
    return page_request.redirect(f"/live/{session.code}")


def _cookie(page_request: PageRequest, session: LiveSession, token: str) -> Cookie:
    return Cookie(
        COOKIE,
        path=f"/live/{session.code}",
        value=token,
        httponly=True,
        secure=page_request.secure,
        samesite="lax",
    )


@post(f"{PATH}/react")
async def send_reaction(
    page_request: NamedDependency[PageRequest], code: FromPath[str]
) -> AnyResponse:
    """Store a reaction, as the button says; its value is the book's ISBN."""
    site, form = page_request.site, await page_request.request.form()
    session = await session_of_code(site, code)
    person, to = person_of(page_request, session), f"/live/{session.code}"
    member = await member_of(site, session, person)
    pressed: list[Reaction] = [name for name in REACTIONS if text(form, name)]
    if len(pressed) != 1:
        raise ClientException("The form names one reaction and one book.")
    (kind,), words = pressed, " ".join(text(form, "text").split())
    if kind == "question" and len(words) > MOST_TEXT:
        raise ClientException(f"A question has at most {MOST_TEXT} characters.")
    if member is None or (kind == "question" and not words):
        return page_request.redirect(to)
    room = await room_of(site, session.session_id, newest=False)
    book = require_book(page_request.snapshot, text(form, kind))
    if kind == "cart" and not await _into_cart(page_request, book):
        return answer(page_request, form, to)
    try:
        number = await react(site, page_request.snapshot, room, member, person, kind, book, words)
    except SessionOver:
        return page_request.redirect(to)
    await site.live.reach(number)
    parts = audience_parts(page_request, room, member.member_id)
    return answer(page_request, form, to, page_request.fragment("live/audience_parts.html", parts))


async def _into_cart(page_request: PageRequest, book: CatalogueBook) -> bool:
    """Put a copy into the cart; False when it cannot be bought or the cart is full."""
    offer = page_request.front.offer(book.isbn)
    if offer is None or not offer.available:
        return False
    try:
        await page_request.site.desk.add(cart_owner(page_request), book.isbn, 1)
    except CartFull:
        return False
    return True


@post(f"{PATH}/leave")
async def leave(page_request: NamedDependency[PageRequest], code: FromPath[str]) -> AnyResponse:
    """Leave the session."""
    session = await session_of_code(page_request.site, code)
    member = await member_of(page_request.site, session, person_of(page_request, session))
    if member is not None and session.is_open:
        await leave_session(page_request.site, session, member)
    return page_request.redirect(f"/live/{session.code}")


HANDLERS: Final[list[ControllerRouterHandler]] = [audience_page, join, send_reaction, leave]
