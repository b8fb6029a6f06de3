"""Streams of the pages of a live session: parts of the page as HTML, whenever they change."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import ServerSentEvent
from litestar.types import ControllerRouterHandler

from bookrec.web.kit.http_types import AnyResponse
from bookrec.web.live.feed import HEADERS, host_feed, last_event_id, member_feed
from bookrec.web.live.host_view import HostView
from bookrec.web.live.room import Room
from bookrec.web.pages.live.audience import PATH as AUDIENCE
from bookrec.web.pages.live.audience import note_staged, person_of
from bookrec.web.pages.live.host import OPERATOR
from bookrec.web.pages.live.host import PATH as HOST
from bookrec.web.pages.live.views import audience_parts, host_parts
from bookrec.web.request.live_session import member_of, room_of, session_of_code
from bookrec.web.request.page_request import PageRequest, private


@get(f"{HOST}/stream", opt=OPERATOR)
async def host_stream(
    page_request: NamedDependency[PageRequest], session_id: FromPath[int]
) -> AnyResponse:
    """Send the parts of the host's page, at once after every reaction."""
    room, after = await room_of(page_request.site, session_id), _after(page_request)
    if _is_over(room, after):
        return _nothing_more()

    def render(view: HostView) -> str:
        parts = host_parts(_of_now(page_request), view, page_request.language)
        return page_request.fragment("live/host_parts.html", parts)

    return ServerSentEvent(host_feed(page_request.site.live, room, after, render), headers=HEADERS)


@get(f"{AUDIENCE}/stream")
async def audience_stream(
    page_request: NamedDependency[PageRequest], code: FromPath[str]
) -> AnyResponse:
    """Send the book on stage to a member whenever the host shows another."""
    site = page_request.site
    session = await session_of_code(site, code)
    person = person_of(page_request, session)
    member = await member_of(site, session, person)
    if member is None:
        raise NotFoundException("Join the session first.")
    room, after = await room_of(site, session.session_id), _after(page_request)
    if _is_over(room, after):
        return _nothing_more()

    def render() -> str:
        note_staged(page_request, room, member, person)
        key = (page_request.language, room.state.stage_id)
        if room.state.on_stage and member.member_id in room.reacted(room.state.on_stage.isbn):
            return _stage(page_request, room, member.member_id)
        if key not in room.fragments:
            # The same for everybody who has not reacted yet.
            room.fragments[key] = _stage(page_request, room, 0)
        return room.fragments[key]

    return ServerSentEvent(
        member_feed(site.live, room, after, member.member_id, render), headers=HEADERS
    )


def _stage(page_request: PageRequest, room: Room, member_id: int) -> str:
    parts = audience_parts(_of_now(page_request), room, member_id)
    return page_request.fragment("live/audience_parts.html", parts)


def _of_now(page_request: PageRequest) -> PageRequest:
    """Return the request with the snapshot, prices and stock of this moment."""
    site = page_request.site
    return replace(page_request, snapshot=site.watch.current(), front=site.fronts.current())


def _after(page_request: PageRequest) -> int:
    request = page_request.request
    return last_event_id(request.headers, request.query_params.get("after", ""))


def _is_over(room: Room, after: int) -> bool:
    return room.state.ended and after >= room.state.event_id


def _nothing_more() -> AnyResponse:
    # A browser that gets 204 does not come back.
    return Response(None, status_code=204, headers=private())


HANDLERS: Final[list[ControllerRouterHandler]] = [host_stream, audience_stream]
