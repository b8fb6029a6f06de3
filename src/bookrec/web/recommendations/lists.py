"""A reader's list: where it comes from, what is filtered out of it, and why each book is on it.

In this order: the stored list of the snapshot (``precomputed``); for readers it has none for, the
stored live list, made by the ranker from their history (``live``); for those of whom nothing is
known, popular books of their age band (``popular``).
"""

from __future__ import annotations

import time
from typing import Final

import msgspec

from bookrec.ages import AGE_BANDS, age_band
from bookrec.web.accounts.accounts import Account
from bookrec.web.recommendations.live import LiveInference
from bookrec.web.recommendations.reasons import find_reasons
from bookrec.web.store.catalogue import (
    EVERYONE,
    CatalogueBook,
    ListedBook,
    books_by_id,
    popular_books,
    stored_list,
)
from bookrec.web.store.catalogue import books_by_isbn as find_books
from bookrec.web.store.database import Row, ShopDatabase, Transaction
from bookrec.web.store.reader_history import INTERACTIONS_QUERY, ReaderHistory, build_history
from bookrec.web.store.snapshot_reader import Snapshot

_MOST_TRIES: Final = 3
_POPULAR_LOOKED_AT: Final = 500
"""As deep as the snapshot's popular lists are: readers may have hundreds of their books."""


class RecommendedBook(msgspec.Struct, frozen=True):
    """A place in a reader's list."""

    rank: int
    score: float
    book: CatalogueBook
    because: list[CatalogueBook]
    """Up to two of the reader's own books that speak for it."""
    topped_up: bool
    """A popular book filling up a list that ran out; its score is the share of readers."""


class Recommendations(msgspec.Struct, frozen=True):
    """A reader's list and where it came from."""

    source: str
    """``precomputed``, ``live`` or ``popular``."""
    segment: str
    """Whose popular books the popular ones are: an age band, or ``all``."""
    items: list[RecommendedBook]


class ShopKnowledge(msgspec.Struct, frozen=True):
    """What the shop knows of a reader, and a live list is made from."""

    interactions: list[Row]
    """See `INTERACTIONS_QUERY`."""
    age: int | None


class ReaderLists:
    """Answers what to recommend to an account's reader."""

    def __init__(self, database: ShopDatabase, live: LiveInference) -> None:
        self._database = database
        self._live = live

    async def history(self, snapshot: Snapshot, account: Account) -> ReaderHistory:
        """The reader's own books."""
        rows = await self._database.rows(INTERACTIONS_QUERY, (account.user_id,))
        return build_history(snapshot, account.user_id, rows)

    async def recommend(
        self, snapshot: Snapshot, account: Account, history: ReaderHistory, limit: int
    ) -> Recommendations:
        """The best ``limit`` books for a reader, own works left out, one edition a work."""
        source, listed = await self._stored(snapshot, account, history)
        works = history.works
        chosen = _take(listed, works, limit)
        segment = popular_segment(snapshot, known_age(snapshot, account, history))
        popular = popular_for(snapshot, segment, works, limit - len(chosen))
        reasons = find_reasons(snapshot, history, [item.book for item in chosen])
        items = [
            RecommendedBook(
                rank=rank,
                score=item.score,
                book=item.book,
                because=reasons.get(item.book.book_id, []),
                topped_up=rank > len(chosen) and source != "popular",
            )
            for rank, item in enumerate([*chosen, *popular], start=1)
        ]
        return Recommendations(source, segment, items)

    async def refresh_live_list(self, snapshot: Snapshot, account: Account) -> None:
        """Rank anew for a reader without a precomputed list, after their history changed.

        The list is stored only if history and age are still those it was made from; else it is made
        again, so that of two ratings given at once neither is missed.
        """
        for _ in range(_MOST_TRIES):
            known = await _shop_knows(self._database, account)
            account = msgspec.structs.replace(account, age=known.age)
            history = build_history(snapshot, account.user_id, known.interactions)
            if _has_stored_list(snapshot, history):
                return
            ranked: list[tuple[int, float]] | None = []
            if history.books:
                age = known_age(snapshot, account, history)
                ranked = await self._live.rank(snapshot, history, age)
            if ranked is None or await self._store(snapshot, account, known, ranked):
                return

    async def _stored(
        self, snapshot: Snapshot, account: Account, history: ReaderHistory
    ) -> tuple[str, list[ListedBook]]:
        """Source and list, unfiltered; ``popular`` with no list when nothing is known."""
        if history.reader_id is not None:
            listed = stored_list(snapshot, history.reader_id)
            if listed:
                return "precomputed", listed
        if not history.books:
            return "popular", []
        listed_live = await self._live_list(snapshot, account)
        if listed_live is None:
            await self.refresh_live_list(snapshot, account)
            listed_live = await self._live_list(snapshot, account)
        return ("live", listed_live) if listed_live else ("popular", [])

    async def _live_list(self, snapshot: Snapshot, account: Account) -> list[ListedBook] | None:
        """The stored live list; None when there is none of this snapshot."""
        # One query, so that list and state are of one moment.
        rows = await self._database.rows(
            "select isbn, score from live_list_state left join live_list using (user_id)"
            " where user_id = ? and snapshot_id = ? order by rank",
            (account.user_id, snapshot.snapshot_id),
        )
        if not rows:
            return None
        ranked = [(isbn, score) for isbn, score in rows if isbn is not None]
        books = find_books(snapshot, [isbn for isbn, _ in ranked])
        return [ListedBook(books[isbn], score) for isbn, score in ranked if isbn in books]

    async def _store(
        self,
        snapshot: Snapshot,
        account: Account,
        made_from: ShopKnowledge,
        ranked: list[tuple[int, float]],
    ) -> bool:
        """Store a live list unless what it was made from has changed; whether it was stored."""
        books = books_by_id(snapshot, [book_id for book_id, _ in ranked])
        async with self._database.write() as transaction:
            if await _shop_knows(transaction, account) != made_from:
                return False
            await transaction.execute("delete from live_list where user_id = ?", (account.user_id,))
            await transaction.execute_many(
                "insert into live_list (user_id, rank, isbn, score) values (?, ?, ?, ?)",
                [
                    (account.user_id, rank, books[book_id].isbn, score)
                    for rank, (book_id, score) in enumerate(ranked, start=1)
                ],
            )
            await transaction.execute(
                "insert or replace into live_list_state (user_id, snapshot_id, made_at)"
                " values (?, ?, ?)",
                (account.user_id, snapshot.snapshot_id, int(time.time())),
            )
        return True


async def _shop_knows(shop: ShopDatabase | Transaction, account: Account) -> ShopKnowledge:
    interactions = await shop.rows(INTERACTIONS_QUERY, (account.user_id,))
    row = await shop.row("select age from account where account_id = ?", (account.account_id,))
    return ShopKnowledge(interactions, row[0] if row else None)


def known_age(snapshot: Snapshot, account: Account, history: ReaderHistory) -> int | None:
    """The age told at registration, else the data set's."""
    if account.age is not None or history.reader_id is None:
        return account.age
    row = snapshot.row("select age from reader where reader_id = ?", (history.reader_id,))
    return row[0] if row else None


def popular_segment(snapshot: Snapshot, age: int | None) -> str:
    """The age band of an age if the snapshot has popular books of it, else ``all``."""
    band = age_band(age)
    if band == 0:
        return EVERYONE
    known = snapshot.row("select 1 from popular_top where segment = ?", (AGE_BANDS[band],))
    return AGE_BANDS[band] if known else EVERYONE


def popular_for(
    snapshot: Snapshot, segment: str, without_works: set[int], limit: int
) -> list[ListedBook]:
    """Popular books of an age band, then of everyone, without some works."""
    if limit <= 0:
        return []
    popular = popular_books(snapshot, segment, _POPULAR_LOOKED_AT)
    popular += popular_books(snapshot, EVERYONE, _POPULAR_LOOKED_AT)
    return _take(popular, without_works, limit)


def _has_stored_list(snapshot: Snapshot, history: ReaderHistory) -> bool:
    return history.reader_id is not None and bool(
        snapshot.row("select 1 from user_top where reader_id = ?", (history.reader_id,))
    )


def _take(listed: list[ListedBook], works: set[int], limit: int) -> list[ListedBook]:
    """The first ``limit`` books of works not in ``works``, one a work; ``works`` takes them in."""
    taken: list[ListedBook] = []
    for item in listed:
        if len(taken) == limit:
            break
        if item.book.work_id not in works:
            works.add(item.book.work_id)
            taken.append(item)
    return taken
