"""Feed of a program: events in order, then a view that has them, never an older one."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from bookrec.shop.live.live_events import LiveEvent
from bookrec.shop.live.sessions import LiveSession
from bookrec.web.live.feed import Message, program_feed
from bookrec.web.live.host_view import HostView
from bookrec.web.live.hub import LiveHub
from bookrec.web.live.room import Room

SESSION = LiveSession(1, "code", "Friday", None, "fair", 0, None)


def view(event_id: int) -> HostView:
    return HostView(event_id, 0, 0, 0, 0, None, [], [], [], [], [], {}, ended=False)


def staged(number: int) -> LiveEvent:
    return LiveEvent(number, 1, None, "staged", f"book {number}", at=number)


class Program:
    """A program that follows a room whose views are made by hand."""

    def __init__(self, *, after: int, events: list[int], view_of: int) -> None:
        unused = cast(Any, None)
        self.hub = LiveHub(unused, unused, unused)
        self.room = Room(SESSION, unused, unused, unused)
        self.take(events, view_of)
        self.feed = program_feed(
            self.hub, self.room, after, lambda e: e.isbn, lambda v: f"as of {v.event_id}"
        )

    def take(self, events: list[int], view_of: int) -> None:
        self.room.take([staged(number) for number in events])
        self.room.view, self.room.outdated = view(view_of), False
        self.room.wake()

    async def next(self, number: int) -> list[tuple[str, str]]:
        """Kind and text of the next messages."""
        messages = [await anext(self.feed) for _ in range(number)]
        return [_shown(message) for message in messages]


def _shown(message: Message) -> tuple[str, str]:
    return message.event or "", str(message.data or message.comment)


def test_a_view_of_before_the_missed_events_is_not_sent() -> None:
    async def follow() -> None:
        program = Program(after=1, events=[1, 2, 3], view_of=1)
        assert await program.next(3) == [("", "open"), ("event", "book 2"), ("event", "book 3")]
        program.take([4], view_of=4)
        assert await program.next(2) == [("event", "book 4"), ("state", "as of 4")]

    asyncio.run(follow())


def test_the_view_comes_after_all_of_its_events() -> None:
    async def follow() -> None:
        program = Program(after=0, events=[1, 2], view_of=2)
        assert await program.next(4) == [
            ("", "open"),
            ("event", "book 1"),
            ("event", "book 2"),
            ("state", "as of 2"),
        ]

    asyncio.run(follow())


def test_who_missed_nothing_gets_the_view_at_once() -> None:
    async def follow() -> None:
        program = Program(after=2, events=[1, 2], view_of=2)
        assert await program.next(2) == [("", "open"), ("state", "as of 2")]

    asyncio.run(follow())
