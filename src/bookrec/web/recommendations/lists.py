"""A reader's list: its source, the books filtered out of it, and the reasons for each book.

Sources, in this order: the snapshot's stored list (``precomputed``); for a reader without one, the
live list that the ranker made from their history (``live``); for a reader without a history, popular
books of their age band (``popular``).
"""

from __future__ import annotations

from typing import Final

import msgspec

from bookrec.ages import AGE_BANDS, age_band
from bookrec.shop.selling.shop_settings import IGNORE
from bookrec.topk import first_of_each
from bookrec.web.accounts.accounts import Account
from bookrec.web.recommendations.live_lists import LiveLists, known_age
from bookrec.web.recommendations.reasons import find_reasons
from bookrec.web.selling.front import FrontWatch, ShopFront
from bookrec.web.selling.stock_rule import prefer_buyable
from bookrec.web.store.catalogue import (
    EVERYONE,
    CatalogueBook,
    ListedBook,
    popular_books,
    similar_books,
    stored_list,
)
from bookrec.web.store.database import ShopDatabase
from bookrec.web.store.reader_history import INTERACTIONS_QUERY, ReaderHistory, build_history
from bookrec.web.store.snapshot_reader import Snapshot

_MOST_SIMILAR: Final = 100
"""Similar books that the stock rule looks at."""
_MOST_POPULAR: Final = 500
"""Length of the snapshot's popular lists; a reader may have seen hundreds of their books."""


class RecommendedBook(msgspec.Struct, frozen=True):
    """A place in a reader's list."""

    rank: int
    score: float
    book: CatalogueBook
    because: list[CatalogueBook]
    """Up to two seen books that are the reason for it."""
    topped_up: bool
    """True for a popular book that fills a list which ran out; its score is that of popular books."""


class Recommendations(msgspec.Struct, frozen=True):
    """A reader's list and its source."""

    source: str
    """``precomputed``, ``live`` or ``popular``."""
    segment: str
    """Segment of the popular books: an age band, or ``all``."""
    items: list[RecommendedBook]


class ReaderLists:
    """Histories and recommendations of the readers behind accounts."""

    def __init__(self, database: ShopDatabase, live_lists: LiveLists, fronts: FrontWatch) -> None:
        self._database = database
        self._live_lists = live_lists
        self._fronts = fronts

    async def history(self, snapshot: Snapshot, account: Account) -> ReaderHistory:
        """Return the reader's seen books."""
        rows = await self._database.rows(INTERACTIONS_QUERY, (account.user_id,))
        return build_history(snapshot, account.user_id, rows)

    async def recommend(
        self, snapshot: Snapshot, account: Account, history: ReaderHistory, limit: int
    ) -> Recommendations:
        """Return the best ``limit`` books for a reader, no seen work, one edition of a work."""
        source, listed = await self._best(snapshot, account, history)
        works, front = history.works, self._fronts.current()
        chosen = pass_chain(front, listed, works, limit)
        works |= {item.book.work_id for item in chosen}
        segment = popular_segment(snapshot, known_age(snapshot, account, history))
        popular = popular_for(snapshot, front, segment, works, limit - len(chosen))
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

    async def _best(
        self, snapshot: Snapshot, account: Account, history: ReaderHistory
    ) -> tuple[str, list[ListedBook]]:
        """Source and unfiltered list; ``popular`` and [] without a list of the reader's own."""
        if history.reader_id is not None:
            listed = stored_list(snapshot, history.reader_id)
            if listed:
                return "precomputed", listed
        if not history.books:
            return "popular", []
        live = await self._live_lists.stored(snapshot, account)
        if live is None:
            await self._live_lists.refresh(snapshot, account)
            live = await self._live_lists.stored(snapshot, account)
        return ("live", live) if live else ("popular", [])


def popular_segment(snapshot: Snapshot, age: int | None) -> str:
    """Age band of an age if the snapshot has popular books of it, else ``all``."""
    band = age_band(age)
    if band == 0:
        return EVERYONE
    known = snapshot.row("select 1 from popular_top where segment = ?", (AGE_BANDS[band],))
    return AGE_BANDS[band] if known else EVERYONE


def popular_for(
    snapshot: Snapshot, front: ShopFront, segment: str, without_works: set[int], limit: int
) -> list[ListedBook]:
    """Popular books of an age band, then of everyone, without some works."""
    if limit <= 0:
        return []
    popular = popular_books(snapshot, segment, _MOST_POPULAR)
    popular += popular_books(snapshot, EVERYONE, _MOST_POPULAR)
    return pass_chain(front, popular, without_works, limit)


def popular_shelf(snapshot: Snapshot, front: ShopFront, limit: int) -> list[ListedBook]:
    """Return the best popular books of everyone by the shop's stock rule."""
    # All of the list only where a book far down may come first.
    depth = limit if front.rule == IGNORE else _MOST_POPULAR
    return pass_chain(front, popular_books(snapshot, EVERYONE, depth), set(), limit)


def similar_shelf(
    snapshot: Snapshot, front: ShopFront, book: CatalogueBook, limit: int
) -> tuple[str, list[ListedBook]]:
    """Return the source of a book's similar books, and the best of them by the shop's stock rule."""
    source, listed = similar_books(snapshot, book, max(limit, _MOST_SIMILAR))
    return source, pass_chain(front, listed, set(), limit)


def pass_chain(
    front: ShopFront, listed: list[ListedBook], works: set[int], limit: int
) -> list[ListedBook]:
    """Return the first ``limit`` books of a list that pass the chain, which is the same for every list.

    Works that are in ``works`` go out; the shop's stock rule orders or filters the rest, so that of a
    work the edition that can be bought stands first; then one edition of a work.
    """
    fresh = [item for item in listed if item.book.work_id not in works]
    fresh = prefer_buyable(front, fresh)
    return [fresh[place] for place in first_of_each([item.book.work_id for item in fresh], limit)]
