"""Upkeep of events: once a day one worker of the site thins what is older than the setting."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import AsyncIterator
from typing import Final

from bookrec.errors import ShopUnavailable
from bookrec.shop.event_retention import is_due, thin_events
from bookrec.shop.live.forgetting import forget_members
from bookrec.shop.selling.shop_settings import read_settings
from bookrec.web.kit.log import get_logger
from bookrec.web.store.database import ShopDatabase

logger = get_logger(__name__)

_LOOK_EVERY_S: Final = 3_600.0
_BETWEEN_S: Final = 0.5
"""Rest between two transactions, so that others write in between."""


async def thin_if_due(database: ShopDatabase) -> int | None:
    """Thin old events and impressions if nobody has today; return the rows, None when it is not due.

    Raises:
        ShopUnavailable: the database cannot be written.
    """
    now = int(time.time())
    if not await database.work(lambda connection: is_due(connection, now)):
        return None

    def thin(connection: sqlite3.Connection) -> tuple[int, bool]:
        keep_days = read_settings(connection).event_days
        forget_members(connection, keep_days, now)
        thinned = thin_events(connection, keep_days, now)
        return thinned.events + thinned.impressions, thinned.complete

    rows, complete = await database.work(thin)
    while not complete:
        await asyncio.sleep(_BETWEEN_S)
        more, complete = await database.work(thin)
        rows += more
    return rows


@contextlib.asynccontextmanager
async def kept_up(database: ShopDatabase) -> AsyncIterator[None]:
    """Look every hour whether old events are to be thinned, until the block ends."""
    task = asyncio.create_task(_run(database))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _run(database: ShopDatabase) -> None:
    while True:
        # Not at once: a worker that starts has visitors to answer.
        await asyncio.sleep(_LOOK_EVERY_S / 60)
        try:
            if rows := await thin_if_due(database):
                logger.info("old events thinned", rows=rows)
        except ShopUnavailable as error:
            logger.warning("old events wait", reason=str(error))
        except Exception:
            logger.exception("old events not thinned")
        await asyncio.sleep(_LOOK_EVERY_S)
