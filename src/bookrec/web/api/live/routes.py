"""JSON API of live sessions: the host's side with a bearer token of an operator, and the audience's."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Annotated, Final

import msgspec
from litestar import Response, delete, get, post
from litestar.di import NamedDependency
from litestar.exceptions import ClientException, HTTPException, NotFoundException
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import ServerSentEvent, ServerSentEventMessage
from litestar.types import ControllerRouterHandler

from bookrec.shop.live.live_events import Kind
from bookrec.shop.live.members import LiveMember, SessionFull, visitor_digest
from bookrec.shop.live.report import report_of
from bookrec.shop.live.sessions import LiveSession, create_session, list_sessions, name_problem
from bookrec.web.accounts.accounts import Account
from bookrec.web.api.events import VISITOR_HEADER
from bookrec.web.api.live.schemas import (
    EventNumber,
    HostAction,
    HostAnswer,
    NewSessionRequest,
    ReactionRequest,
    ReportAnswer,
    SessionFacts,
    SessionList,
    Stage,
    event_json,
    host_answer,
    report_answer,
    session_facts,
)
from bookrec.web.api.me import bearer_token, provide_account
from bookrec.web.api.schemas import api_book
from bookrec.web.events.consent import caller_of, is_caller
from bookrec.web.kit.http_types import AnyRequest
from bookrec.web.live.feed import HEADERS, last_event_id, program_feed
from bookrec.web.live.host_view import HostView
from bookrec.web.request.live_session import (
    Person,
    direct,
    end,
    join_session,
    leave_session,
    member_of,
    react,
    room_of,
    session_of_code,
)
from bookrec.web.request.page_request import private
from bookrec.web.request.problems import InvalidRequest, require_book
from bookrec.web.request.site import Site
from bookrec.web.store.catalogue import find_book
from bookrec.web.store.snapshot_reader import Snapshot

_KINDS: Final[dict[str, Kind]] = {
    "stage": "staged",
    "queue": "queued",
    "move": "moved",
    "remove": "removed",
}
_After = Annotated[int, QueryParameter(ge=0, description="Number of the last event that you have.")]


def _require_host(account: Account) -> None:
    if not account.operator:
        raise HTTPException(status_code=403, detail="Live sessions are for operators' accounts.")


@get("/host", summary="Live sessions", tags=["live"])
async def sessions(
    site: NamedDependency[Site], account: NamedDependency[Account]
) -> Response[SessionList]:
    """List the latest sessions, open ones first."""
    _require_host(account)
    rows = await site.database.read(list_sessions)
    return Response(SessionList([session_facts(s) for s in rows]), headers=private())


@post("/host", summary="Open a live session", tags=["live"])
async def open_session(
    site: NamedDependency[Site],
    account: NamedDependency[Account],
    data: JSONBody[NewSessionRequest],
) -> Response[SessionFacts]:
    """Open a session; members join at ``/live/{code}``."""
    _require_host(account)
    if problem := name_problem(data.name):
        raise InvalidRequest("name", problem)
    now = int(time.time())
    session = await site.database.work(
        lambda c: create_session(c, data.name, account.user_id, data.rule, now)
    )
    return Response(session_facts(session), status_code=201, headers=private())


@get("/host/{session:int}", summary="Live session, for its host", tags=["live"])
async def get_session(
    site: NamedDependency[Site], account: NamedDependency[Account], session: FromPath[int]
) -> Response[HostAnswer]:
    """Get who is here, the stage, the next books, reactions and the queue."""
    _require_host(account)
    room = await room_of(site, session)
    return Response(host_answer(await room.refresh(), site.fronts.current()), headers=private())


@post("/host/{session:int}/actions", summary="Show a book, arrange the queue", tags=["live"])
async def act(
    site: NamedDependency[Site],
    snapshot: NamedDependency[Snapshot],
    account: NamedDependency[Account],
    session: FromPath[int],
    data: JSONBody[HostAction],
) -> Response[EventNumber]:
    """Show a book (``stage``), or ``queue``, ``move`` and ``remove`` it. 409: the session is over."""
    _require_host(account)
    if (data.place is None) is (data.action == "move"):
        raise InvalidRequest("place", "a move has one, other actions have none")
    book = find_book(snapshot, data.isbn)
    if book is None:
        raise InvalidRequest("isbn", f"the catalogue has no book {data.isbn}")
    room = await room_of(site, session)
    number = await direct(site, room, _KINDS[data.action], book, data.place)
    return Response(EventNumber(number), status_code=201, headers=private())


@delete("/host/{session:int}", summary="End a live session", tags=["live"])
async def end_session(
    site: NamedDependency[Site], account: NamedDependency[Account], session: FromPath[int]
) -> None:
    """End a session: nobody can join or react any more."""
    _require_host(account)
    await end(site, await room_of(site, session))


@get("/host/{session:int}/report", summary="Report of a live session", tags=["live"])
async def get_report(
    site: NamedDependency[Site], account: NamedDependency[Account], session: FromPath[int]
) -> Response[ReportAnswer]:
    """Get books shown, reactions, sales, and what went into the shop's events."""
    _require_host(account)
    room, now = await room_of(site, session), int(time.time())
    report = await site.database.read(lambda c: report_of(c, room.session, now))
    return Response(report_answer(report), headers=private())


@get("/host/{session:int}/stream", summary="Events of a live session", tags=["live"])
async def stream(
    request: AnyRequest,
    site: NamedDependency[Site],
    account: NamedDependency[Account],
    session: FromPath[int],
    after: _After = 0,
) -> ServerSentEvent:
    """Follow a session by server-sent events.

    ``event`` has one event of the session and its number as id; ``state`` has the answer of
    ``GET /host/{session}`` after the events before it. ``Last-Event-ID`` or ``after`` names the last
    event that you have; nothing that followed is left out.
    """
    _require_host(account)
    room = await room_of(site, session)

    def write(view: HostView) -> str:
        return msgspec.json.encode(host_answer(view, site.fronts.current())).decode()

    feed: AsyncIterator[ServerSentEventMessage] = program_feed(
        site.live, room, last_event_id(request.headers, str(after)), event_json, write
    )
    return ServerSentEvent(feed, headers=HEADERS)


async def _member(
    request: AnyRequest, site: Site, code: str
) -> tuple[LiveSession, Person, LiveMember | None]:
    """Session of a code, and the reader of the token or the visitor of ``Bookrec-Visitor`` in it.

    Raises:
        NotAuthorizedException: neither token nor visitor.
        InvalidRequest: the header of the visitor is malformed.
    """
    session = await session_of_code(site, code)
    visitor, account = request.headers.get(VISITOR_HEADER, ""), None
    if bearer_token(request) or not visitor:
        account = await provide_account(request, site)
    elif not is_caller(visitor):
        raise InvalidRequest(VISITOR_HEADER, "16 to 64 letters, digits, _ and -")
    digest = None if account else visitor_digest(session.session_id, visitor)
    person = Person(account, digest, caller_of(request.headers, visitor, account))
    return session, person, await member_of(site, session, person)


@get("/live/{code:str}", summary="Book on stage", tags=["live"])
async def get_stage(
    request: AnyRequest,
    site: NamedDependency[Site],
    snapshot: NamedDependency[Snapshot],
    code: FromPath[str],
) -> Response[Stage]:
    """Get the book on stage, as the reader of the token or the visitor of ``Bookrec-Visitor``."""
    session, _, member = await _member(request, site, code)
    state = (await room_of(site, session.session_id)).state
    staged = None if state.ended else state.on_stage
    book = None if staged is None else find_book(snapshot, staged.isbn)
    mine: set[str] = set()
    if member is not None and staged is not None:
        mine = state.reactions[staged.isbn].of_member(member.member_id)
    answer = Stage(
        session=session.session_id,
        name=session.name,
        open=session.is_open and not state.ended,
        joined=member is not None and member.member_id not in state.gone,
        book=None if book is None else api_book(book, site.fronts.current()),
        reactions=sorted(mine),
    )
    return Response(answer, headers=private())


@post("/live/{code:str}/members", summary="Join a live session", tags=["live"], status_code=204)
async def join(request: AnyRequest, site: NamedDependency[Site], code: FromPath[str]) -> None:
    """Join, as the reader of the token or the visitor of ``Bookrec-Visitor``. 409: over, or full."""
    session, person, _ = await _member(request, site, code)
    try:
        await join_session(site, session, person)
    except SessionFull as full:
        raise HTTPException(status_code=409, detail=str(full)) from full


@delete("/live/{code:str}/members", summary="Leave a live session", tags=["live"])
async def leave(request: AnyRequest, site: NamedDependency[Site], code: FromPath[str]) -> None:
    """Leave; the reactions stay counted."""
    session, _, member = await _member(request, site, code)
    if member is None:
        raise NotFoundException("You have not joined this session.")
    await leave_session(site, session, member)


@post("/live/{code:str}/reactions", summary="React to a shown book", tags=["live"])
async def send_reaction(
    request: AnyRequest,
    site: NamedDependency[Site],
    snapshot: NamedDependency[Snapshot],
    code: FromPath[str],
    data: JSONBody[ReactionRequest],
) -> Response[EventNumber]:
    """React to a book that was on stage; ``PUT /cart`` sells it. 409: over; 429: too many reactions."""
    session, person, member = await _member(request, site, code)
    if member is None:
        raise ClientException("Join the session first: POST /api/v1/live/{code}/members.")
    if (data.kind == "question") is not bool(data.text.strip()):
        raise InvalidRequest("text", "a question has one, other reactions have none")
    room = await room_of(site, session.session_id, newest=False)
    book = require_book(snapshot, data.isbn)
    text = " ".join(data.text.split())
    number = await react(site, snapshot, room, member, person, data.kind, book, text)
    return Response(EventNumber(number), status_code=201, headers=private())


HANDLERS: Final[list[ControllerRouterHandler]] = [
    sessions,
    open_session,
    get_session,
    act,
    end_session,
    get_report,
    stream,
    get_stage,
    join,
    leave,
    send_reaction,
]
