"""A reader's home page as lists: their own, the promoted books, and the shelves that differ."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from bookrec.web.accounts.accounts import Account
from bookrec.web.recommendations.home_shelves import (
    HomeShelf,
    newest_books,
    promoted_shelf,
    reader_shelves,
)
from bookrec.web.recommendations.lists import Recommendations, popular_segment
from bookrec.web.recommendations.live_lists import known_age
from bookrec.web.selling.front import ShopFront
from bookrec.web.store.catalogue import CatalogueBook, ListedBook
from bookrec.web.store.per_snapshot import PerSnapshot
from bookrec.web.store.reader_history import ReaderHistory
from bookrec.web.store.snapshot_reader import Snapshot

SHELF_LENGTH: Final = 12
"""Books of the reader's own list."""


def _newest(snapshot: Snapshot) -> list[ListedBook]:
    return newest_books(snapshot, datetime.now(UTC).year)


newest_of: Final = PerSnapshot(_newest)
"""Newest books of a snapshot."""


class ReaderHome(msgspec.Struct, frozen=True):
    """Lists of a home page; no work is on it twice."""

    recommended: Recommendations
    promoted: HomeShelf | None
    shelves: list[HomeShelf]


async def reader_home(
    snapshot: Snapshot,
    front: ShopFront,
    account: Account,
    history: ReaderHistory,
    recommended: Recommendations,
    opened: Sequence[CatalogueBook] = (),
) -> ReaderHome:
    """Return the lists around a reader's own.

    Args:
        snapshot: has the lists.
        front: has the shop's stock and its promoted books.
        account: of the reader.
        history: the reader's books.
        recommended: the reader's own list.
        opened: books that the reader opened last, the latest first.
    """
    segment = popular_segment(snapshot, known_age(snapshot, account, history))
    shown = [item.book for item in recommended.items]
    works = history.kept_works | {book.work_id for book in shown}
    promoted = promoted_shelf(snapshot, front, works)
    shelves = reader_shelves(
        snapshot,
        front,
        history,
        [*shown, *(promoted.books if promoted else [])],
        opened,
        await newest_of.of(snapshot),
        # Popular books are the reader's own list already when nothing else is known of them.
        segment if recommended.source != "popular" else "",
    )
    return ReaderHome(recommended, promoted, list(shelves))
