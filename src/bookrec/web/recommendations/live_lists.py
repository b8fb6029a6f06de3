"""Live lists, kept in the shop's database.

They are made for readers without a list in the snapshot; for those who brought a history along after
the snapshot was made, whose list knows too little of them; and for those who rejected a value of
books in their history, whose list knows too much.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import Final

import msgspec

from bookrec.web.accounts.accounts import Account
from bookrec.web.recommendations.live import TOP, LiveInference
from bookrec.web.store.catalogue import ListedBook, books_by_id, books_by_isbn
from bookrec.web.store.database import ShopDatabase, Transaction
from bookrec.web.store.reader_history import (
    INTERACTIONS_QUERY,
    SHELF_QUERY,
    ReaderHistory,
    build_history,
)
from bookrec.web.store.rejections import REJECTIONS_QUERY
from bookrec.web.store.rows import Row
from bookrec.web.store.snapshot_reader import Snapshot

_MOST_TRIES: Final = 3
_SPARE: Final = 5
"""Lists' lengths that are ranked where books of rejected values are dropped."""


class ShopReader(msgspec.Struct, frozen=True):
    """The shop's data of one reader that a live list depends on."""

    interactions: list[Row]
    """See `INTERACTIONS_QUERY`."""
    shelves: list[Row]
    """See `SHELF_QUERY`."""
    rejections: list[Row]
    """See `REJECTIONS_QUERY`."""
    age: int | None
    """In years; None when the account has none."""


class LiveLists:
    """The live lists of a shop's readers."""

    def __init__(self, database: ShopDatabase, live: LiveInference) -> None:
        self._database = database
        self._live = live

    async def stored(self, snapshot: Snapshot, account: Account) -> list[ListedBook] | None:
        """Return the stored live list, best first; None when there is none of this snapshot."""
        # One query, so that list and state are of one moment.
        rows = await self._database.rows(
            "select isbn, score from live_list_state left join live_list using (user_id)"
            " where user_id = ? and snapshot_id = ? order by rank",
            (account.user_id, snapshot.snapshot_id),
        )
        if not rows:
            return None
        ranked = [(isbn, score) for isbn, score in rows if isbn is not None]
        books = books_by_isbn(snapshot, [isbn for isbn, _ in ranked])
        return [ListedBook(books[isbn], score) for isbn, score in ranked if isbn in books]

    async def refresh(self, snapshot: Snapshot, account: Account) -> None:
        """Rank again for a reader without a precomputed list, after their history changed.

        The list is stored only if history and age are still those it was made from, else it is made
        again. So of two ratings sent at once neither is missed.
        """
        for _ in range(_MOST_TRIES):
            shop_reader = await _shop_reader(self._database, account)
            account = msgspec.structs.replace(account, age=shop_reader.age)
            history = build_history(
                snapshot,
                account.user_id,
                shop_reader.interactions,
                shop_reader.shelves,
                shop_reader.rejections,
            )
            if await self.precomputed_suffices(snapshot, account, history):
                return
            ranked: list[ListedBook] | None = []
            if history.has_evidence:
                ranked = await self.ranked(snapshot, account, history)
            if ranked is None or await self._store(snapshot, account, shop_reader, ranked):
                return

    async def ranked(
        self, snapshot: Snapshot, account: Account, history: ReaderHistory
    ) -> list[ListedBook] | None:
        """Rank for a history without storing anything; None without a ranker."""
        rejections, age = history.rejections, known_age(snapshot, account, history)
        top = TOP * _SPARE if rejections.items else TOP
        ranked = await self._live.rank(snapshot, history, age, top)
        if ranked is None:
            return None
        books = books_by_id(snapshot, [book_id for book_id, _ in ranked])
        listed = [ListedBook(books[book_id], score) for book_id, score in ranked]
        return [item for item in listed if not rejections.covers(item.book)][:TOP]

    async def precomputed_suffices(
        self, snapshot: Snapshot, account: Account, history: ReaderHistory
    ) -> bool:
        """Whether the snapshot has a list of the reader, made after any history they brought.

        One that was made from books of a rejected value does not suffice.
        """
        if (
            history.rejected
            or history.reader_id is None
            or not snapshot.row("select 1 from user_top where reader_id = ?", (history.reader_id,))
        ):
            return False
        row = await self._database.row(
            "select created_at from history_import where user_id = ?", (account.user_id,)
        )
        return row is None or row[0] <= _made_at(snapshot)

    async def _store(
        self,
        snapshot: Snapshot,
        account: Account,
        shop_reader: ShopReader,
        ranked: list[ListedBook],
    ) -> bool:
        """Store a live list unless the data it was made from has changed; whether it was stored."""
        async with self._database.write() as transaction:
            if await _shop_reader(transaction, account) != shop_reader:
                return False
            await transaction.execute("delete from live_list where user_id = ?", (account.user_id,))
            await transaction.execute_many(
                "insert into live_list (user_id, rank, isbn, score) values (?, ?, ?, ?)",
                [
                    (account.user_id, rank, item.book.isbn, item.score)
                    for rank, item in enumerate(ranked, start=1)
                ],
            )
            await transaction.execute(
                "insert or replace into live_list_state (user_id, snapshot_id, made_at)"
                " values (?, ?, ?)",
                (account.user_id, snapshot.snapshot_id, int(time.time())),
            )
        return True


async def _shop_reader(shop: ShopDatabase | Transaction, account: Account) -> ShopReader:
    interactions = await shop.rows(INTERACTIONS_QUERY, (account.user_id,))
    shelves = await shop.rows(SHELF_QUERY, (account.user_id,))
    rejections = await shop.rows(REJECTIONS_QUERY, (account.user_id,))
    row = await shop.row("select age from account where account_id = ?", (account.account_id,))
    return ShopReader(interactions, shelves, rejections, row[0] if row else None)


def _made_at(snapshot: Snapshot) -> float:
    """Time of the snapshot; 0 when its ``created_at`` is no time, so that nothing is older."""
    try:
        return datetime.fromisoformat(snapshot.meta.get("created_at", "")).timestamp()
    except ValueError:
        return 0.0


def known_age(snapshot: Snapshot, account: Account, history: ReaderHistory) -> int | None:
    """Age of the account, else the data set's."""
    if account.age is not None or history.reader_id is None:
        return account.age
    row = snapshot.row("select age from reader where reader_id = ?", (history.reader_id,))
    return row[0] if row else None
