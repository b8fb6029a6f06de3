"""Actions that change a reader's list. Each writes to the shop's database and refreshes the live list.

Pages and API call them, so that neither can forget to refresh.
"""

from __future__ import annotations

import time

from bookrec.isbn import id_spellings
from bookrec.shop.events import Actor, Event, Kind
from bookrec.web.accounts import accounts
from bookrec.web.accounts.accounts import Account, NewAccount
from bookrec.web.events.recorder import EventRecorder
from bookrec.web.recommendations.lists import ReaderLists
from bookrec.web.recommendations.live_lists import LiveLists
from bookrec.web.store.catalogue import CatalogueBook, books_by_id
from bookrec.web.store.database import ShopDatabase, Transaction
from bookrec.web.store.reader_history import DELETED, DISMISSED, WANT
from bookrec.web.store.rejections import MOST, key_of
from bookrec.web.store.snapshot_reader import Snapshot


class TooManyRejections(Exception):
    """A reader rejects more than `MOST` values."""


class ReaderActions:
    """Rate, own, unrate, keep, dismiss, correct the taste, change of age, and registration."""

    def __init__(
        self,
        database: ShopDatabase,
        lists: ReaderLists,
        live_lists: LiveLists,
        recorder: EventRecorder,
    ) -> None:
        self._database = database
        self._recorder = recorder
        self._lists = lists
        self._live_lists = live_lists

    async def rate(
        self, snapshot: Snapshot, account: Account, book: CatalogueBook, rating: int
    ) -> None:
        """Store a rating (1–10); it overrides the data set's."""
        await self._put(account, book, "rating", rating)
        self._note(account, "rate", book.isbn, rating)
        await self._live_lists.refresh(snapshot, account)

    async def own(self, snapshot: Snapshot, account: Account, book: CatalogueBook) -> None:
        """Put a book among the reader's without a rating; a book that is there stays as it is."""
        history = await self._lists.history(snapshot, account)
        if book.book_id not in history.books:
            await self._put(account, book, "owned", None)
            await self._live_lists.refresh(snapshot, account)

    async def unrate(self, snapshot: Snapshot, account: Account, book: CatalogueBook) -> None:
        """Remove a book from the history, also one of the data set; a book not seen stays so."""
        history = await self._lists.history(snapshot, account)
        if book.book_id in history.books:
            await self._put(account, book, DELETED, None)
            await self._live_lists.refresh(snapshot, account)

    async def shelve(
        self,
        snapshot: Snapshot,
        account: Account,
        book: CatalogueBook,
        shelf: str,
        list_id: str | None = None,
    ) -> None:
        """Put a book on a shelf of the reader's own, `WANT` or `DISMISSED`, and off the other.

        A seen book cannot be wanted: it stays a seen book.

        Args:
            snapshot: has the reader's stored books.
            account: of the reader.
            book: to put there.
            shelf: `WANT` or `DISMISSED`.
            list_id: list that the book was in, where the caller knows it.
        """
        history = await self._lists.history(snapshot, account)
        if shelf == WANT and book.work_id in history.works:
            return
        if history.shelf_of(book.book_id) == shelf:
            return
        async with self._database.write() as transaction:
            await _take_off(transaction, account, book)
            await transaction.execute(
                "insert into shelf_book (user_id, isbn, shelf, created_at) values (?, ?, ?, ?)",
                (account.user_id, book.isbn, shelf, int(time.time())),
            )
        kind: Kind = "want" if shelf == WANT else "dismiss"
        self._note(account, kind, book.isbn, list_id=list_id)
        await self._live_lists.refresh(snapshot, account)

    async def unshelve(
        self, snapshot: Snapshot, account: Account, book: CatalogueBook, shelf: str
    ) -> None:
        """Take a book off a shelf; a book that is not on it stays where it is."""
        async with self._database.write() as transaction:
            if not await _take_off(transaction, account, book, shelf):
                return
        await self._live_lists.refresh(snapshot, account)

    async def last_dismissed(self, snapshot: Snapshot, account: Account) -> CatalogueBook | None:
        """Return the book that the reader dismissed last; None without one in the catalogue."""
        history = await self._lists.history(snapshot, account)
        latest = next(iter(history.dismissed), None)
        return None if latest is None else books_by_id(snapshot, [latest])[latest]

    async def reject(self, snapshot: Snapshot, account: Account, facet: str, label: str) -> None:
        """Note that a value of a facet is not the reader's taste; their lists follow at once.

        Args:
            snapshot: has the lists.
            account: of the reader.
            facet: one of `FACETS`.
            label: the value as the catalogue spells it, see `known_label`.

        Raises:
            TooManyRejections: there are `MOST` already.
        """
        async with self._database.write() as transaction:
            row = await transaction.row(
                "select count(*) from taste_correction where user_id = ?", (account.user_id,)
            )
            if row is not None and row[0] >= MOST:
                raise TooManyRejections
            await transaction.execute(
                "insert into taste_correction (user_id, facet, value, label, created_at)"
                " values (?, ?, ?, ?, ?) on conflict do nothing",
                (account.user_id, facet, key_of(facet, label), label, int(time.time())),
            )
        await self._live_lists.refresh(snapshot, account)

    async def take_back_rejection(
        self, snapshot: Snapshot, account: Account, facet: str, value: str
    ) -> None:
        """Let a value of a facet, in any spelling, be the reader's taste again."""
        async with self._database.write() as transaction:
            cursor = await transaction.execute(
                "delete from taste_correction where user_id = ? and facet = ? and value = ?",
                (account.user_id, facet, key_of(facet, value)),
            )
            if not cursor.rowcount:
                return
        await self._live_lists.refresh(snapshot, account)

    async def set_age(self, snapshot: Snapshot, account: Account, age: int | None) -> None:
        """Store an age in years (checked by `age_problem`); None removes it."""
        await accounts.store_age(self._database, account, age)
        await self._live_lists.refresh(snapshot, account)

    async def register(self, snapshot: Snapshot, new: NewAccount) -> Account:
        """Create the account of a new reader, and their first list from the books they like.

        Raises:
            UsernameTaken: the username is in use.
        """
        account = await accounts.create_account(self._database, new)
        for isbn in new.liked_isbns:
            self._note(account, "like", isbn)
        if new.liked_isbns:
            await self._live_lists.refresh(snapshot, account)
        return account

    def _note(
        self,
        account: Account,
        kind: Kind,
        isbn: str,
        rating: int | None = None,
        list_id: str | None = None,
    ) -> None:
        """Queue the event of what a reader did, whose row is written already."""
        if account.recorded:
            actor, now = Actor(account.user_id), int(time.time())
            self._recorder.note(Event(actor, kind, now, isbn, rating=rating, list_id=list_id))

    async def _put(
        self, account: Account, book: CatalogueBook, kind: str, rating: int | None
    ) -> None:
        async with self._database.write() as transaction:
            await transaction.execute(
                "insert into shop_interaction (user_id, isbn, kind, rating, created_at)"
                " values (?, ?, ?, ?, ?) on conflict (user_id, isbn) do update set"
                " kind = excluded.kind, rating = excluded.rating, created_at = excluded.created_at",
                (account.user_id, book.isbn, kind, rating, int(time.time())),
            )
            if kind != DELETED:
                await _take_off(transaction, account, book)


async def _take_off(
    transaction: Transaction, account: Account, book: CatalogueBook, shelf: str | None = None
) -> bool:
    """Remove a book from a shelf of the reader's (None: any), whatever the spelling of its ISBN."""
    spellings = id_spellings(book.isbn)
    cursor = await transaction.execute(
        "delete from shelf_book where user_id = ? and shelf in (?, ?)"  # noqa: S608
        f" and isbn in ({','.join('?' * len(spellings))})",
        (account.user_id, shelf or WANT, shelf or DISMISSED, *spellings),
    )
    return cursor.rowcount > 0
