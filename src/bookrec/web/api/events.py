"""JSON API of events: what a reader or a consenting visitor did in another program's pages."""

from __future__ import annotations

import time
from typing import Annotated, Final

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.params import JSONBody
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from bookrec.isbn import MAX_LENGTH
from bookrec.shop.events import MOST_QUERY, MOST_SECONDS, Actor, Event, Kind
from bookrec.web.accounts.accounts import Account
from bookrec.web.api.me import bearer_token, provide_account
from bookrec.web.events.consent import caller_of, is_caller
from bookrec.web.kit.http_types import AnyRequest
from bookrec.web.request.page_request import private
from bookrec.web.request.problems import InvalidRequest
from bookrec.web.request.site import Site
from bookrec.web.store.catalogue import find_book
from bookrec.web.store.snapshot_reader import Snapshot

MOST_EVENTS: Final = 100
VISITOR_HEADER: Final = "bookrec-visitor"
"""Header with a random text of 16 to 64 characters that a program keeps for a visitor who agreed."""
_Name = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[0-9A-Za-z_.:-]+$")]


class EventRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An event. A search has ``query`` and ``hits``; every other kind has ``isbn``."""

    id: _Name
    """Chosen by the sender. An id that came before changes nothing, but that a view's seconds grow."""
    kind: Kind
    isbn: Annotated[str, Meta(min_length=1, max_length=MAX_LENGTH)] | None = None
    list_id: _Name | None = None
    """Id of the list that the book was in, as ``/me/recommendations`` names it."""
    position: Annotated[int, Meta(ge=1, le=1_000)] | None = None
    """1-based place in that list."""
    seconds: Annotated[int, Meta(ge=0, le=86_400)] | None = None
    """Seconds that the book was looked at; of a view only."""
    rating: Annotated[int, Meta(ge=1, le=10)] | None = None
    """Rating 1–10, of kind ``rate`` only. It stores no rating: ``PUT /me/ratings/{isbn}`` does."""
    query: Annotated[str, Meta(min_length=1, max_length=MOST_QUERY)] | None = None
    hits: Annotated[int, Meta(ge=0, le=100_000_000)] | None = None


class EventsAnswer(msgspec.Struct, frozen=True):
    """Number of events that were taken."""

    accepted: int
    """0 where nothing may be stored: no consent, the reader's switch, ``DNT`` or ``Sec-GPC``."""


async def provide_caller(request: AnyRequest, site: NamedDependency[Site]) -> Actor | None:
    """Return whose events a call sends; None when nothing may be stored.

    Raises:
        NotAuthorizedException: a token of no live session, or neither token nor visitor.
        InvalidRequest: the header of the visitor is malformed.
    """
    visitor = request.headers.get(VISITOR_HEADER, "")
    account: Account | None = None
    if bearer_token(request) or not visitor:
        account = await provide_account(request, site)
    elif not is_caller(visitor):
        raise InvalidRequest(VISITOR_HEADER, "16 to 64 letters, digits, _ and -")
    return caller_of(request.headers, visitor, account)


@post(
    "/events", summary="Send events", tags=["events"], status_code=202, opt={"items": EventRequest}
)
async def send_events(
    site: NamedDependency[Site],
    snapshot: NamedDependency[Snapshot],
    caller: NamedDependency[Actor | None],
    data: JSONBody[list[EventRequest]],
) -> Response[EventsAnswer]:
    """Send up to 100 events of the reader of the token, or of the visitor of ``Bookrec-Visitor``.

    They are written a second later. 429: more than 1,200 in a minute; 503: too many are waiting. Send
    the same events again after ``Retry-After``.
    """
    if len(data) > MOST_EVENTS:
        raise InvalidRequest("events", f"at most {MOST_EVENTS} in a call; there are {len(data)}")
    now = int(time.time())
    checked = [_checked(snapshot, place, event) for place, event in enumerate(data)]
    if caller is None or not checked:
        return Response(EventsAnswer(0), status_code=202, headers=private())
    recorder = site.recorder
    if not recorder.has_room(len(checked)):
        raise HTTPException(
            status_code=503,
            detail="Too many events are waiting; send these again.",
            headers={"retry-after": "2"},
        )
    if not recorder.allows(caller, len(checked)):
        raise HTTPException(
            status_code=429,
            detail="Too many events in a minute; send these again later.",
            headers={"retry-after": "60"},
        )
    recorder.take(_event(caller, event, isbn, now) for event, isbn in checked)
    return Response(EventsAnswer(len(checked)), status_code=202, headers=private())


def _checked(
    snapshot: Snapshot, place: int, event: EventRequest
) -> tuple[EventRequest, str | None]:
    """Return an event with the catalogue's id of its book.

    Raises:
        InvalidRequest: names the event's index and the field.
    """

    def refuse(field: str, reason: str) -> InvalidRequest:
        return InvalidRequest(f"[{place}].{field}", reason)

    searched = event.kind == "search"
    if (event.isbn is None) is not searched:
        raise refuse("isbn", "a search has none" if searched else f"a {event.kind} has one")
    if (event.query is None) is searched:
        raise refuse("query", "a search has one" if searched else f"a {event.kind} has none")
    if event.hits is not None and not searched:
        raise refuse("hits", f"a {event.kind} has none")
    if event.seconds is not None and event.kind != "view":
        raise refuse("seconds", f"a {event.kind} has none")
    if event.rating is not None and event.kind != "rate":
        raise refuse("rating", f"a {event.kind} has none")
    if event.isbn is None:
        return event, None
    book = find_book(snapshot, event.isbn)
    if book is None:
        raise refuse("isbn", f"the catalogue has no book {event.isbn}")
    return event, book.isbn


def _event(actor: Actor, event: EventRequest, isbn: str | None, now: int) -> Event:
    return Event(
        actor,
        event.kind,
        now,
        isbn,
        client_id=event.id,
        list_id=event.list_id,
        position=event.position,
        seconds=None if event.seconds is None else min(event.seconds, MOST_SECONDS),
        rating=event.rating,
        query=event.query,
        hits=event.hits,
    )


HANDLERS: Final[list[ControllerRouterHandler]] = [send_events]
