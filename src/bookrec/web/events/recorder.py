"""Recorder of a worker: a bounded queue of events and impressions, written in batches by one task.

A page only appends to the queue. The task writes what has gathered every second, or as soon as 200
have, in one transaction off the event loop; afterwards it rests for as long as the transaction took, so
that a flood leaves the database to others half of the time. When the queue is full, views, searches,
clicks and impressions are dropped and counted; what somebody did has room for as much again.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Final

from bookrec.errors import ShopUnavailable
from bookrec.shop.events import PASSIVE, Actor, Event, Impression, write_batch
from bookrec.shop.experiments.tags import with_arms
from bookrec.shop.visitor_events import move_events
from bookrec.web.kit.log import get_logger
from bookrec.web.kit.metrics import Metrics
from bookrec.web.store.database import ShopDatabase

logger = get_logger(__name__)

WAITING: Final = 4_000
"""Most views, searches, clicks and impressions that wait; twice as many with what somebody did."""
BATCH: Final = 200
"""Most rows of one transaction."""
PER_MINUTE: Final = 1_200
"""Most events and impressions that are taken of one actor in a minute: a page makes five."""
_EVERY_S: Final = 1.0
_WINDOW_S: Final = 60.0


class EventRecorder:
    """Takes events and impressions, and writes them."""

    def __init__(self, database: ShopDatabase, metrics: Metrics) -> None:
        self._database = database
        self._metrics = metrics
        self._queue: deque[Event | Impression] = deque()
        self._writing: list[Event | Impression] = []
        self._of_actor: dict[str, list[Event]] = {}
        self._taken: Counter[str] = Counter()
        self._window_ends = 0.0
        self._enough = asyncio.Event()
        self._ending = False
        self._turn = asyncio.Lock()

    @property
    def waiting(self) -> int:
        """Number of events and impressions that are not written yet."""
        return len(self._queue)

    def pending(self, actor: Actor) -> list[Event]:
        """Return the events of an actor that are not written yet, the oldest first."""
        return list(self._of_actor.get(actor.key, ()))

    def note(self, *items: Event | Impression) -> bool:
        """Queue what one actor did or was shown; whether all of it was taken."""
        taken = [item for item in items if self._has_room(item)]
        self.take(taken)
        if dropped := len(items) - len(taken):
            self._metrics.count_events("dropped", dropped)
        return not dropped

    def take(self, items: Iterable[Event | Impression]) -> None:
        """Queue items for which there is room (`has_room`, `allows`)."""
        for item in items:
            self._queue.append(item)
            if isinstance(item, Event):
                self._of_actor.setdefault(item.actor.key, []).append(item)
        if len(self._queue) >= BATCH:
            self._enough.set()

    def drop(self, actor: Actor) -> None:
        """Forget what waits of an actor, who withdrew the consent."""
        self._queue = deque(item for item in self._queue if item.actor != actor)
        self._writing = [item for item in self._writing if item.actor != actor]
        self._of_actor.pop(actor.key, None)

    def has_room(self, count: int) -> bool:
        """Whether ``count`` more events would be taken."""
        return len(self._queue) + count <= WAITING

    def _has_room(self, item: Event | Impression) -> bool:
        active = isinstance(item, Event) and item.kind not in PASSIVE
        if len(self._queue) >= (2 * WAITING if active else WAITING):
            return False
        return active or self.allows(item.actor, 1)

    def allows(self, actor: Actor, count: int) -> bool:
        """Count items of an actor; whether they are within `PER_MINUTE`."""
        now = time.monotonic()
        if now >= self._window_ends:
            self._taken.clear()
            self._window_ends = now + _WINDOW_S
        if self._taken[actor.key] + count > PER_MINUTE:
            return False
        self._taken[actor.key] += count
        return True

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write in the background until the block ends, then what is left."""
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            # Not cancelled: a transaction that runs would be written, and its rows again.
            self._ending = True
            self._enough.set()
            await task
            with contextlib.suppress(ShopUnavailable):
                await self.write_all()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while not self._ending:
            if len(self._queue) < BATCH:
                self._enough.clear()
                await self._rest(_EVERY_S)
            started = loop.time()
            try:
                async with self._turn:
                    await self._write_batch()
            except ShopUnavailable as error:
                logger.warning("events wait", waiting=self.waiting, reason=str(error))
                self._enough.clear()
                await self._rest(_EVERY_S)
            except Exception:
                logger.exception("events failed")
                await self._rest(_EVERY_S)
            await asyncio.sleep(loop.time() - started)

    async def _rest(self, most_s: float) -> None:
        """Wait until a batch is full or the site ends, at most so many seconds."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._enough.wait(), most_s)

    async def write_all(self) -> None:
        """Write all that waits now.

        Raises:
            ShopUnavailable: the database cannot be written; what is left still waits.
        """
        async with self._turn:
            while self._queue:
                await self._write_batch()

    async def move(self, visitor: Actor, user_id: str) -> None:
        """Give what is noted of a visitor to the reader who has signed in (`shop.visitor_events`).

        Raises:
            ShopUnavailable: the database cannot be written.
        """
        await self.write_all()
        await self._database.work(lambda connection: move_events(connection, visitor, user_id))

    async def _write_batch(self) -> None:
        """Write one batch; on failure it waits on, unless its rows themselves are at fault."""
        if not self._queue:
            return
        self._writing = [self._queue.popleft() for _ in range(min(BATCH, len(self._queue)))]
        outcome = "written"
        try:
            await self._database.work(self._write)
        except ShopUnavailable:
            self._queue.extendleft(reversed(self._writing))
            self._writing = []
            raise
        except Exception:
            outcome = "failed"
            raise
        finally:
            self._metrics.count_events(outcome, len(self._writing))
            self._forget(self._writing)
            self._writing = []

    def _write(self, connection: sqlite3.Connection) -> None:
        """Write the batch as it is by now: somebody may have withdrawn the consent."""
        batch = with_arms(connection, self._writing)
        write_batch(
            connection,
            [item for item in batch if isinstance(item, Event)],
            [item for item in batch if isinstance(item, Impression)],
        )

    def _forget(self, items: Sequence[Event | Impression]) -> None:
        """Take events off the pending ones; they are the oldest of their actors."""
        events = (item for item in items if isinstance(item, Event))
        for key, count in Counter(event.actor.key for event in events).items():
            rest = self._of_actor.pop(key, [])[count:]
            if rest:
                self._of_actor[key] = rest
