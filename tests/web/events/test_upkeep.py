"""Upkeep: old events are thinned once a day, by one worker, after the setting."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from pathlib import Path

from bookrec.shop.events import Actor, Event, write_batch
from bookrec.shop.selling.shop_settings import set_setting
from bookrec.web.events.upkeep import thin_if_due
from bookrec.web.store.database import opened

DAY = 86_400


def test_old_events_are_thinned_once_a_day(tmp_path: Path) -> None:
    now = int(time.time())

    def fill(shop: sqlite3.Connection) -> None:
        set_setting(shop, "event_days", "7")
        ages = (1, 6, 9, 40)
        views = [Event(Actor(visitor="an"), "view", now - age * DAY, isbn="A") for age in ages]
        write_batch(shop, views, [])

    async def body() -> list[int | None]:
        path = tmp_path / "shop.sqlite"
        async with opened(path) as one, opened(path) as other:
            await one.work(fill)
            return [await thin_if_due(one), await thin_if_due(other), await thin_if_due(one)]

    assert asyncio.run(body()) == [2, None, None]
