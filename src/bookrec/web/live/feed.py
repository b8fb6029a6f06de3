"""Feeds of a room as server-sent events: for the host, for a member, for programs.

A message has the number of the latest event in it as its id. A browser that comes back names the last
id that it has (``Last-Event-ID``) and gets what followed: the newest view, which holds everything, or
for programs each event. Nobody who is slow holds up the others or has a queue.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Final

from litestar.response import ServerSentEventMessage

from bookrec.shop.live.live_events import LiveEvent
from bookrec.web.live.host_view import HostView
from bookrec.web.live.hub import LiveHub
from bookrec.web.live.room import Room

HEARTBEAT_S: Final = 15.0
"""Seconds after which a comment is sent in a quiet session, so that no proxy ends the stream."""
_RETRY_MS: Final = 1_000
"""Time after which a browser comes back when its stream breaks."""
HEADERS: Final = {
    "cache-control": "private, no-store, no-transform",
    # A proxy passes messages on as they come.
    "x-accel-buffering": "no",
}

Message = ServerSentEventMessage


def last_event_id(headers: Mapping[str, str], parameter: str = "") -> int:
    """Return the event that a browser has: of the header when it comes back, else of the address."""
    text = headers.get("last-event-id", "") or parameter
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else 0


async def host_feed(
    hub: LiveHub, room: Room, after: int, render: Callable[[HostView], str]
) -> AsyncIterator[Message]:
    """Yield each newer view of a session, rendered; it ends with the session."""
    sent: HostView | None = None

    def news() -> list[Message]:
        nonlocal sent
        view, before = room.view, sent
        if view is None or view is before:
            return []
        sent = view
        if before is None and view.event_id <= after:
            return []
        return [Message(data=render(view), id=view.event_id)]

    async for message in _feed(hub, room, None, news, lambda: sent is not None and sent.ended):
        yield message


async def member_feed(
    hub: LiveHub, room: Room, after: int, member_id: int, render: Callable[[], str]
) -> AsyncIterator[Message]:
    """Yield each newer stage of a session, rendered; it ends with the session."""
    sent = after

    def news() -> list[Message]:
        nonlocal sent
        if room.state.stage_id <= sent:
            return []
        sent = room.state.stage_id
        return [Message(data=render(), id=sent)]

    async for message in _feed(hub, room, member_id, news, lambda: room.state.ended):
        yield message


async def program_feed(
    hub: LiveHub,
    room: Room,
    after: int,
    write_event: Callable[[LiveEvent], str],
    write_view: Callable[[HostView], str],
) -> AsyncIterator[Message]:
    """Yield every event after ``after`` as ``event``, and after them the newest view as ``state``."""
    cursor, sent = after, None

    def news() -> list[Message]:
        nonlocal cursor, sent
        new = room.events_after(cursor)
        cursor = new[-1].event_id if new else cursor
        messages = [Message(event="event", data=write_event(e), id=e.event_id) for e in new]
        view = room.view
        # A view of before these events is not sent: a newer one is on its way.
        if view is not None and view is not sent and view.event_id >= cursor:
            sent = view
            messages.append(Message(event="state", data=write_view(view)))
        return messages

    async for message in _feed(hub, room, None, news, lambda: room.state.ended):
        yield message


async def _feed(
    hub: LiveHub,
    room: Room,
    member_id: int | None,
    news: Callable[[], list[Message]],
    ends: Callable[[], bool],
) -> AsyncIterator[Message]:
    with hub.listening(room, member_id):
        yield Message(data=None, comment="open", retry=_RETRY_MS)
        while not hub.closing:
            version = room.version
            messages = news()
            for message in messages:
                yield message
            if ends():
                return
            if room.version == version and not await room.wait(HEARTBEAT_S):
                yield Message(data=None, comment="here")
