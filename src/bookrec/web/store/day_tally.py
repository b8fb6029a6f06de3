"""Tally of what happens in a worker, written to the shop's counts of days now and then.

A page must not wait for a commit to be counted; a worker that is killed loses the last minute's counts.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from typing import Final

from bookrec.errors import ShopUnavailable
from bookrec.shop.owner.day_counts import add_counts, today
from bookrec.web.store.database import ShopDatabase

_EVERY_S: Final = 60.0


class DayTally:
    """Counts of a worker that are not written yet."""

    def __init__(self, database: ShopDatabase) -> None:
        self._database = database
        self._counts: Counter[tuple[str, str, str]] = Counter()

    def count(self, kind: str, what: str = "") -> None:
        """Count something of a kind of `bookrec.shop.owner.day_counts` today."""
        self._counts[today(), kind, what] += 1

    async def write(self) -> None:
        """Write the counts; those of a locked database are kept for the next time."""
        counts, self._counts = self._counts, Counter()
        try:
            for day in sorted({day for day, _, _ in counts}):
                of_day = {(k, w): n for (d, k, w), n in counts.items() if d == day}
                await self._database.work(
                    lambda c, day=day, sums=of_day: add_counts(c, day, sums)  # type: ignore[misc]
                )
                counts = Counter({key: n for key, n in counts.items() if key[0] != day})
        except (ShopUnavailable, TimeoutError):
            self._counts.update(counts)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write every minute, and once more at the end."""

        async def write_again_and_again() -> None:
            while True:
                await asyncio.sleep(_EVERY_S)
                await self.write()

        task = asyncio.create_task(write_again_and_again())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            await self.write()
