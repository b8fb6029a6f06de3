"""Hub of a worker: the open rooms, the task that follows the table of events, the writes.

The table is the only way in: what this worker writes it reads back like the rows of other workers. A
write wakes the task at once; rows of others are read `POLL_S` later. Writes of a moment share one
transaction, so that three hundred reactions cost a few.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Iterator
from functools import partial
from typing import Any, Final

from bookrec.errors import NoSnapshot, ShopUnavailable, SnapshotError
from bookrec.shop.live.live_events import (
    AFTER,
    LiveEvent,
    append,
    session_events,
)
from bookrec.shop.live.members import members_of, touch
from bookrec.shop.live.sessions import find_session
from bookrec.web.kit.ending import told_of_end
from bookrec.web.kit.log import get_logger
from bookrec.web.live.room import VIEW_EVERY_S, Room
from bookrec.web.selling.front import FrontWatch
from bookrec.web.store.database import ShopDatabase
from bookrec.web.store.snapshot_reader import SnapshotWatch

logger = get_logger(__name__)

POLL_S: Final = 0.1
"""Seconds between two looks at the table while somebody follows a session."""
AWAY_S: Final = 45
"""Seconds without a sign of life after which a member is away."""
_SIGNS_S: Final = 10.0
"""Seconds between two writes of the signs of life."""
_QUIET_S: Final = 300.0
"""Seconds after which a room that nobody follows is closed."""
_RECENT: Final = 5_000
MOST_REACTIONS: Final = 30
"""Reactions of one member in `_WINDOW_S` seconds."""
_WINDOW_S: Final = 20.0


class LiveHub:
    """The live sessions that this worker has open."""

    def __init__(self, database: ShopDatabase, watch: SnapshotWatch, fronts: FrontWatch) -> None:
        self._database = database
        self._watch = watch
        self._fronts = fronts
        self._rooms: dict[int, Room] = {}
        self._used_at: dict[int, float] = {}
        self._opening = asyncio.Lock()
        self._reading = asyncio.Lock()
        self._event_id = 0
        """Number of the latest event that was read."""
        self._nudge = asyncio.Event()
        self._waiting: list[tuple[LiveEvent, asyncio.Future[int]]] = []
        self._writer: asyncio.Task[None] | None = None
        self._views: dict[int, asyncio.Task[None]] = {}
        self._streams: Counter[int] = Counter()
        """Open streams by member."""
        self._signs: set[int] = set()
        """Members with a sign of life that is not written yet."""
        self._reactions: Counter[int] = Counter()
        self._window_at = 0.0
        self._later: set[asyncio.Task[None]] = set()
        self.closing = False
        """Whether the site is about to end, and every stream with it."""

    async def room(self, session_id: int, *, newest: bool = True) -> Room | None:
        """Return the room of a session; None without such a session.

        Args:
            session_id: of the session.
            newest: up to date with the table; else as of the last look while somebody follows it.
        """
        room = self._rooms.get(session_id)
        if room is None:
            async with self._opening:
                room = self._rooms.get(session_id) or await self._open(session_id)
        if room is not None:
            self._used_at[session_id] = time.monotonic()
            if newest or not room.listeners:
                await self.follow()
        return room

    async def reach(self, event_id: int) -> None:
        """Read the rows up to an event, unless that is done."""
        if self._event_id < event_id:
            await self.follow()

    async def _open(self, session_id: int) -> Room | None:
        session = await self._database.read(lambda c: find_session(c, session_id))
        if session is None:
            return None
        room = Room(session, self._database, self._watch, self._fronts)
        async with self._reading:
            await self._meet(room)
            if not self._rooms:
                # Nothing was followed before; the room's own events are read right now.
                (latest,) = await self._database.row(
                    "select coalesce(max(event_id), 0) from live_event"
                ) or (0,)
                self._event_id = latest
            room.take(await self._database.read(lambda c: session_events(c, session_id)))
            await self._attend(room)
            self._rooms[session_id] = room
        return room

    async def append(self, event: LiveEvent) -> int:
        """Store an event; return its number, 0 when its session is over.

        Raises:
            ShopUnavailable: the database cannot be written.
        """
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append((event, future))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        return await future

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            events = [event for event, _ in batch]
            try:
                numbers = await self._database.work(partial(append, events=events))
            except Exception as error:
                for _, future in batch:
                    if not future.done():
                        future.set_exception(error)
                continue
            for (_, future), number in zip(batch, numbers, strict=True):
                if not future.done():
                    future.set_result(number)
            self._nudge.set()

    async def follow(self) -> None:
        """Read the rows that are new, and hand them to their rooms."""
        async with self._reading:
            while self._rooms:
                after = self._event_id
                rows = await self._database.rows(AFTER, (after, _RECENT))
                by_session: dict[int, list[LiveEvent]] = {}
                for row in rows:
                    event = LiveEvent(*row)
                    self._event_id = event.event_id
                    by_session.setdefault(event.session_id, []).append(event)
                for session_id, events in by_session.items():
                    if (room := self._rooms.get(session_id)) is not None:
                        await self._hand(room, events)
                if len(rows) < _RECENT:
                    return

    async def _hand(self, room: Room, events: list[LiveEvent]) -> None:
        if any(e.kind == "joined" and e.member_id not in room.user_ids for e in events):
            await self._meet(room)
        if any(e.kind == "ended" for e in events):
            session_id = room.session.session_id
            ended = await self._database.read(lambda c: find_session(c, session_id))
            room.session = ended or room.session
        stage = room.state.stage_id
        if room.take(events):
            if room.state.stage_id != stage:
                room.wake()
            self._make_view(room)

    async def _meet(self, room: Room) -> None:
        """Look up who the members of a room are."""
        session_id = room.session.session_id
        members = await self._database.read(lambda c: members_of(c, session_id))
        room.user_ids = {member.member_id: member.user_id for member in members}

    def _make_view(self, room: Room) -> None:
        """Have the view worked out for those who wait, unless that is on its way."""
        task = self._views.get(room.session.session_id)
        if room.listeners and room.outdated and (task is None or task.done()):
            self._views[room.session.session_id] = asyncio.create_task(self._view(room))

    async def _view(self, room: Room) -> None:
        while room.outdated:
            started = time.monotonic()
            try:
                await room.refresh()
            except (NoSnapshot, SnapshotError, ShopUnavailable) as error:
                logger.warning("live view waits", reason=str(error))
                await asyncio.sleep(1.0)
                continue
            except Exception:
                logger.exception("live view failed")
                return
            room.wake()
            await asyncio.sleep(max(0.0, started + VIEW_EVERY_S - time.monotonic()))

    @contextlib.contextmanager
    def listening(self, room: Room, member_id: int | None = None) -> Iterator[None]:
        """Count a stream of the host, or of a member, who is here as long as it is open."""
        room.listeners += 1
        if member_id is not None:
            self._streams[member_id] += 1
            self._signs.add(member_id)
        self._make_view(room)
        self._nudge.set()
        try:
            yield
        finally:
            room.listeners -= 1
            if member_id is not None:
                self._streams[member_id] -= 1
                if not self._streams[member_id]:
                    del self._streams[member_id]

    def wait_of(self, member_id: int) -> int:
        """Count a reaction of a member; return the seconds to wait when there were too many."""
        now = time.monotonic()
        if now - self._window_at >= _WINDOW_S:
            self._window_at = now
            self._reactions.clear()
        self._reactions[member_id] += 1
        left = math.ceil(self._window_at + _WINDOW_S - now)
        return max(left, 1) if self._reactions[member_id] > MOST_REACTIONS else 0

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Have something done after the answer; the end of the site waits for it."""
        task = asyncio.create_task(work)
        self._later.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._later.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("work after a reaction failed", exc_info=error)

    def sign(self, member_id: int) -> None:
        """Note that a member is there."""
        self._signs.add(member_id)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Follow the table in the background until the block ends, and end every stream then."""
        task = asyncio.create_task(self._run())
        try:
            with told_of_end(self.close):
                yield
        finally:
            self.close()
            task.cancel()
            for view in self._views.values():
                view.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            if self._writer is not None:
                await self._writer
            await asyncio.gather(*self._later, return_exceptions=True)

    def close(self) -> None:
        """End every stream."""
        self.closing = True
        for room in self._rooms.values():
            room.wake()

    async def _run(self) -> None:
        signs_at = time.monotonic()
        while True:
            listeners = any(room.listeners for room in self._rooms.values())
            self._nudge.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._nudge.wait(), POLL_S if listeners else _SIGNS_S)
            try:
                if listeners:
                    await self.follow()
                if time.monotonic() - signs_at >= _SIGNS_S:
                    signs_at = time.monotonic()
                    await self._look_round()
            except ShopUnavailable as error:
                logger.warning("live sessions wait", reason=str(error))
                await asyncio.sleep(1.0)
            except Exception:
                logger.exception("live sessions failed")
                await asyncio.sleep(1.0)

    async def _look_round(self) -> None:
        """Write the signs of life, see who is here, and close rooms that nobody follows."""
        signs, self._signs = self._signs | self._streams.keys(), set()
        if signs:
            now = int(time.time())
            await self._database.work(lambda c: touch(c, signs, now))
        for session_id, room in list(self._rooms.items()):
            if room.listeners:
                self._used_at[session_id] = time.monotonic()
            elif time.monotonic() - self._used_at[session_id] > _QUIET_S:
                del self._rooms[session_id]
                continue
            before = room.here
            await self._attend(room)
            if room.here != before:
                room.outdated = True
                self._make_view(room)

    async def _attend(self, room: Room) -> None:
        """See who has given a sign of life lately."""
        rows = await self._database.rows(
            "select member_id from live_member where session_id = ? and seen_at >= ?",
            (room.session.session_id, int(time.time()) - AWAY_S),
        )
        here = {row[0] for row in rows} | (self._streams.keys() & room.state.members.keys())
        room.here = frozenset(here & room.state.members.keys()) - room.state.gone
