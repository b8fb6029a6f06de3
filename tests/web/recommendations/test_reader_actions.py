"""Actions of a reader: each writes to the shop's database and refreshes the live list once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bookrec.settings import Home
from bookrec.snapshot import current_snapshot
from bookrec.web.accounts.accounts import Account, NewAccount
from bookrec.web.events.recorder import EventRecorder
from bookrec.web.experiments.arm_snapshots import ArmSnapshots
from bookrec.web.kit.metrics import Metrics
from bookrec.web.recommendations.lists import ReaderLists
from bookrec.web.recommendations.live import LiveInference
from bookrec.web.recommendations.live_lists import LiveLists
from bookrec.web.recommendations.reader_actions import ReaderActions
from bookrec.web.selling.front import FrontWatch
from bookrec.web.store.catalogue import CatalogueBook, find_book
from bookrec.web.store.database import ShopDatabase, opened
from bookrec.web.store.day_tally import DayTally
from bookrec.web.store.rows import Row
from bookrec.web.store.snapshot_reader import Snapshot

EMMA, CARRIE = "0141439580", "0743412281"


class CountedLiveLists(LiveLists):
    """Live lists that count their refreshes."""

    def __init__(self, database: ShopDatabase, live: LiveInference) -> None:
        super().__init__(database, live)
        self.refreshes = 0

    async def refresh(self, snapshot: Snapshot, account: Account) -> None:
        self.refreshes += 1
        await super().refresh(snapshot, account)


class Shop:
    """A shop over the small snapshot, and its reader anna."""

    def __init__(
        self, snapshot: Snapshot, database: ShopDatabase, live: LiveInference, fronts: FrontWatch
    ) -> None:
        self.snapshot = snapshot
        self.database = database
        self.live_lists = CountedLiveLists(database, live)
        arms = ArmSnapshots(Path(), 0.0)
        self.lists = ReaderLists(database, self.live_lists, fronts, DayTally(database), arms)
        recorder = EventRecorder(database, Metrics())
        self.actions = ReaderActions(database, self.lists, self.live_lists, recorder)

    def book(self, isbn: str) -> CatalogueBook:
        book = find_book(self.snapshot, isbn)
        assert book is not None
        return book

    async def register(self, *liked: str) -> Account:
        new = NewAccount("anna", "no-hash", liked_isbns=liked)
        return await self.actions.register(self.snapshot, new)

    async def interactions(self) -> list[Row]:
        return await self.database.rows("select isbn, kind, rating from shop_interaction")

    async def live_books(self, account: Account) -> list[str]:
        listed = await self.live_lists.stored(self.snapshot, account)
        return [item.book.isbn for item in listed or []]


@pytest.fixture
def scenario(home: Home, snapshot_id: str) -> Callable[[Callable[[Shop], Awaitable[None]]], None]:
    """Run a coroutine with the shop."""

    def run(steps: Callable[[Shop], Awaitable[None]]) -> None:
        async def with_shop() -> None:
            live = LiveInference(Metrics())
            try:
                async with opened(home.shop_database) as database:
                    snapshot = Snapshot(current_snapshot(home.snapshots))
                    with contextlib.closing(FrontWatch(home.shop_database)) as fronts:
                        await steps(Shop(snapshot, database, live, fronts))
            finally:
                live.close()

        asyncio.run(with_shop())

    return run


def test_a_rating_is_stored_and_the_live_list_made_again(scenario) -> None:
    async def steps(shop: Shop) -> None:
        account = await shop.register()
        assert shop.live_lists.refreshes == 0
        await shop.actions.rate(shop.snapshot, account, shop.book(CARRIE), 9)
        assert await shop.interactions() == [(CARRIE, "rating", 9)]
        assert shop.live_lists.refreshes == 1
        listed = await shop.live_books(account)
        assert listed
        assert CARRIE not in listed

    scenario(steps)


def test_unrating_leaves_a_tombstone_and_an_unseen_book_nothing(scenario) -> None:
    async def steps(shop: Shop) -> None:
        account = await shop.register(CARRIE)
        assert shop.live_lists.refreshes == 1
        await shop.actions.unrate(shop.snapshot, account, shop.book(EMMA))
        assert await shop.interactions() == [(CARRIE, "like", None)]
        assert shop.live_lists.refreshes == 1
        await shop.actions.unrate(shop.snapshot, account, shop.book(CARRIE))
        assert await shop.interactions() == [(CARRIE, "deleted", None)]
        assert shop.live_lists.refreshes == 2
        assert await shop.live_books(account) == []

    scenario(steps)


def test_an_age_is_stored_and_removed(scenario) -> None:
    async def steps(shop: Shop) -> None:
        account = await shop.register()
        for refreshes, age in enumerate((34, None), start=1):
            await shop.actions.set_age(shop.snapshot, account, age)
            assert await shop.database.row("select age from account") == (age,)
            assert shop.live_lists.refreshes == refreshes

    scenario(steps)
