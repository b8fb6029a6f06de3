"""Values that are worked out once for a snapshot, in a worker thread, and kept as long as it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from bookrec.web.store.snapshot_reader import Snapshot

Value = TypeVar("Value")


class PerSnapshot(Generic[Value]):
    """A function of a snapshot that is called once for each snapshot of this process."""

    def __init__(self, compute: Callable[[Snapshot], Value]) -> None:
        """Keep the values of ``compute``, which runs in a thread and uses `Snapshot.slow_rows` only."""
        self._compute = compute
        self._values: WeakKeyDictionary[Snapshot, Value] = WeakKeyDictionary()
        self._waiting: WeakKeyDictionary[Snapshot, asyncio.Task[Value]] = WeakKeyDictionary()

    async def of(self, snapshot: Snapshot) -> Value:
        """Return the value for a snapshot; requests that come meanwhile wait for the same one."""
        if snapshot in self._values:
            return self._values[snapshot]
        task = self._waiting.get(snapshot)
        if task is None:
            task = asyncio.create_task(asyncio.to_thread(self._compute, snapshot))
            self._waiting[snapshot] = task
        try:
            # Shielded: a request that goes away must not cancel what others wait for.
            self._values[snapshot] = await asyncio.shield(task)
        finally:
            if task.done():
                self._waiting.pop(snapshot, None)
        return self._values[snapshot]
