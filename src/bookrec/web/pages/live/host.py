"""The host's pages: sessions, one session and its audience, its end. They work without JavaScript."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.exceptions import ClientException
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from bookrec.shop.live.live_events import Kind
from bookrec.shop.live.sessions import RULES, create_session, list_sessions, name_problem
from bookrec.web.catalogue_search.search import SearchQuery, search
from bookrec.web.kit.http_types import AnyResponse
from bookrec.web.live.room import Room
from bookrec.web.pages.account import text
from bookrec.web.pages.cards import book_card
from bookrec.web.pages.live.contexts import HostPage, SessionRow, SessionsPage
from bookrec.web.pages.live.views import host_parts
from bookrec.web.request.live_session import direct, end, room_of
from bookrec.web.request.page_request import HTML, PageRequest, private, signed_in
from bookrec.web.request.problems import require_book
from bookrec.web.selling.vietqr import qr_svg
from bookrec.web.store.catalogue import CatalogueBook

OPERATOR: Final = {"operator": True}
PATH: Final = "/host/{session_id:int}"
_HITS: Final = 6
_MOST_TEXT: Final = 200
_ACTIONS: Final[dict[str, Kind]] = {
    "stage": "staged",
    "queue": "queued",
    "remove": "removed",
    "up": "moved",
    "down": "moved",
}
"""Kind of event by the name of the button; its value is the book's ISBN."""


@get("/host", opt=OPERATOR)
async def sessions_page(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Show the form that opens a session, and the latest sessions."""
    return await _sessions(page_request)


@post("/host", opt=OPERATOR)
async def open_session(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Open a session, and go to it."""
    form = await page_request.request.form()
    name, rule = text(form, "name"), text(form, "rule") or RULES[0]
    if rule not in RULES:
        raise ClientException("The rule is one of: " + ", ".join(RULES) + ".")
    if name_problem(name):
        return await _sessions(page_request, name, "name")
    host, now = signed_in(page_request), int(time.time())
    session = await page_request.site.database.work(
        lambda c: create_session(c, name, host.user_id, rule, now)
    )
    return page_request.redirect(f"/host/{session.session_id}")


async def _sessions(page_request: PageRequest, name: str = "", problem: str = "") -> AnyResponse:
    sessions = await page_request.site.database.read(list_sessions)
    rows = [SessionRow(s.session_id, s.name, s.started_at, s.is_open) for s in sessions]
    page = SessionsPage(rows, list(RULES), name, problem)
    return page_request.page("live/sessions.html", page, status=400 if problem else 200)


@get(PATH, opt=OPERATOR)
async def host_page(
    page_request: NamedDependency[PageRequest], session_id: FromPath[int]
) -> AnyResponse:
    """Show who is here, the stage, the next books, reactions and the queue."""
    room = await room_of(page_request.site, session_id)
    view = await room.refresh()
    q = page_request.request.query_params.get("q", "").strip()[:_MOST_TEXT]
    link = join_link(page_request, room)
    page = HostPage(
        session_id=session_id,
        name=room.session.name,
        rule=room.session.rule,
        link=link,
        qr=qr_svg(link, link),
        parts=host_parts(page_request, view, page_request.language),
        after=view.event_id,
        q=q,
        hits=[book_card(page_request, book) for book in await _hits(page_request, q)],
    )
    return page_request.page("live/host.html", page)


async def _hits(page_request: PageRequest, q: str) -> list[CatalogueBook]:
    if not q:
        return []
    query = SearchQuery(q=q, page_size=_HITS)
    result = await asyncio.to_thread(search, page_request.snapshot, query)
    return (result.items or result.nearest)[:_HITS]


def join_link(page_request: PageRequest, room: Room) -> str:
    """Return the address by which members join."""
    address = page_request.site.settings.address or str(page_request.request.base_url)
    return f"{address.rstrip('/')}/live/{room.session.code}"


@post(PATH, opt=OPERATOR)
async def direct_session(
    page_request: NamedDependency[PageRequest], session_id: FromPath[int]
) -> AnyResponse:
    """Show a book, or arrange the queue, as the button says."""
    form = await page_request.request.form()
    pressed = [name for name in _ACTIONS if text(form, name)]
    if len(pressed) != 1:
        raise ClientException("The form names one action and one book.")
    room = await room_of(page_request.site, session_id)
    book = require_book(page_request.snapshot, text(form, pressed[0]))
    place = _place(room, pressed[0], book)
    await direct(page_request.site, room, _ACTIONS[pressed[0]], book, place)
    return answer(page_request, form, f"/host/{session_id}")


def _place(room: Room, action: str, book: CatalogueBook) -> int | None:
    """Return the new place of a book in the queue."""
    queue = room.state.queue
    if action not in ("up", "down") or book.isbn not in queue:
        return None
    return max(queue.index(book.isbn) + (1 if action == "down" else -1), 0)


@post(f"{PATH}/end", opt=OPERATOR)
async def end_of_session(
    page_request: NamedDependency[PageRequest], session_id: FromPath[int]
) -> AnyResponse:
    """End a session, and go to its report."""
    await end(page_request.site, await room_of(page_request.site, session_id))
    return page_request.redirect(f"/host/{session_id}/report")


def answer(
    page_request: PageRequest, form: FormMultiDict, to: str, fragment: str = ""
) -> AnyResponse:
    """Answer a form: the page's script gets the parts that changed, a browser without it a redirect."""
    if text(form, "script"):
        cookies = page_request.response_cookies
        return Response(
            fragment, status_code=200, media_type=HTML, headers=private(), cookies=cookies
        )
    return page_request.redirect(to)


HANDLERS: Final[list[ControllerRouterHandler]] = [
    sessions_page,
    open_session,
    host_page,
    direct_session,
    end_of_session,
]
