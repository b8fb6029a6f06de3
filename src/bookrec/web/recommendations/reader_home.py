"""A reader's home page as lists: their own, the promoted books, and the shelves that differ."""

from __future__ import annotations

import asyncio
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
from bookrec.web.recommendations.visits import Visit
from bookrec.web.selling.front import ShopFront
from bookrec.web.store.catalogue import CatalogueBook, ListedBook
from bookrec.web.store.languages import codes_of_language
from bookrec.web.store.reader_history import ReaderHistory
from bookrec.web.store.snapshot_reader import Snapshot

SHELF_LENGTH: Final = 12
"""Books of the reader's own list."""


async def newest_in(snapshot: Snapshot, language: str) -> list[ListedBook]:
    """Return the newest books of the catalogue, those in a language first."""
    this_year = datetime.now(UTC).year
    codes = codes_of_language(snapshot, language)
    key = ("newest", this_year, codes)
    return await asyncio.to_thread(
        snapshot.keep, key, lambda: newest_books(snapshot, this_year, codes)
    )


def list_length(front: ShopFront) -> int:
    """Return the length of a reader's list from which the promoted books can be left out."""
    return SHELF_LENGTH + len(front.promoted)


def _without(recommended: Recommendations, promoted: HomeShelf | None) -> Recommendations:
    """Return the reader's list without the promoted books, which have a place of their own."""
    works = {book.work_id for book in promoted.books} if promoted else set()
    kept = [item for item in recommended.items if item.book.work_id not in works][:SHELF_LENGTH]
    items = [msgspec.structs.replace(item, rank=rank) for rank, item in enumerate(kept, start=1)]
    return msgspec.structs.replace(recommended, items=items)


class ReaderHome(msgspec.Struct, frozen=True):
    """Lists of a home page; no work is on it twice."""

    recommended: Recommendations
    promoted: HomeShelf | None
    shelves: list[HomeShelf]


def reader_home(
    snapshot: Snapshot,
    front: ShopFront,
    account: Account,
    history: ReaderHistory,
    recommended: Recommendations,
    newest: Sequence[ListedBook],
    opened: Sequence[CatalogueBook] = (),
    visit: Visit | None = None,
) -> ReaderHome:
    """Return the lists around a reader's own.

    Args:
        snapshot: has the lists.
        front: has the shop's stock and its promoted books.
        account: of the reader.
        history: the reader's books.
        recommended: the reader's own list, `list_length` long.
        newest: newest books of the catalogue, see `newest_in`.
        opened: books that the reader opened last, the latest first.
        visit: what the reader did lately; the shelves follow it.
    """
    segment = popular_segment(snapshot, known_age(snapshot, account, history))
    promoted = promoted_shelf(snapshot, front, history.kept_works, history.rejections)
    recommended = _without(recommended, promoted)
    shown = [item.book for item in recommended.items]
    shelves = reader_shelves(
        snapshot,
        front,
        history,
        [*shown, *(promoted.books if promoted else [])],
        opened,
        newest,
        # Popular books are the reader's own list already when nothing else is known of them.
        segment if recommended.source != "popular" else "",
        visit,
    )
    return ReaderHome(recommended, promoted, list(shelves))
