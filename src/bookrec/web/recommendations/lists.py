"""Every list: its source, the books that are filtered out of it, and the reasons for each book.

A list passes one chain: source → the visit (`Visit.follow`) → no hidden work, stock, one edition of a
work (`pass_chain`) → diversity, for a reader's own list (`diversify`) → reasons. The visit comes early
because it brings books in.
Sources of a reader's list, in this order: the snapshot's stored list (``precomputed``); for a reader
without one, the live list that the ranker made from their history (``live``); for a reader without a
history, popular books of their age band (``popular``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Final

import msgspec

from bookrec.ages import AGE_BANDS, age_band
from bookrec.inference.diversity import CANDIDATES
from bookrec.shop.experiments.list_settings import ListSettings
from bookrec.shop.experiments.team_draft import team_draft
from bookrec.shop.owner.day_counts import LIST_SOURCE
from bookrec.shop.selling.shop_settings import IGNORE
from bookrec.topk import first_of_each
from bookrec.web.accounts.accounts import Account
from bookrec.web.experiments.arm_snapshots import ArmSnapshots, list_of_arm
from bookrec.web.recommendations.diversity import diversify, diversity_of
from bookrec.web.recommendations.live_lists import LiveLists, known_age
from bookrec.web.recommendations.reasons import Reason, find_reasons
from bookrec.web.recommendations.visits import Visit
from bookrec.web.selling.front import FrontWatch, ShopFront
from bookrec.web.selling.stock_rule import prefer_buyable, with_buyable_editions
from bookrec.web.store.catalogue import (
    EVERYONE,
    CatalogueBook,
    ListedBook,
    popular_books,
    similar_books,
    stored_list,
)
from bookrec.web.store.database import ShopDatabase
from bookrec.web.store.day_tally import DayTally
from bookrec.web.store.languages import books_in_language, codes_of_language
from bookrec.web.store.reader_history import (
    INTERACTIONS_QUERY,
    SHELF_QUERY,
    ReaderHistory,
    build_history,
)
from bookrec.web.store.rejections import NONE, REJECTIONS_QUERY, Rejections
from bookrec.web.store.snapshot_reader import Snapshot

_MOST_SIMILAR: Final = 100
"""Similar books that the stock rule looks at."""
_MOST_FOLLOWED: Final = 50
"""Popular books that stand in for the list of somebody whose visit is all that is known of them."""
_MOST_POPULAR: Final = 500
"""Length of the snapshot's popular lists; a reader may have seen hundreds of their books."""


class RecommendedBook(msgspec.Struct, frozen=True):
    """A place in a reader's list."""

    rank: int
    score: float
    book: CatalogueBook
    because: list[Reason]
    """Up to two books of the reader's that are the reason for it, of one relation."""
    topped_up: bool
    """True for a popular book that fills a list which ran out; its score is that of popular books."""
    team: str = ""
    """Arm that picked the book for a list which mixes two; '' elsewhere."""


class Recommendations(msgspec.Struct, frozen=True):
    """A reader's list and its source."""

    source: str
    """``precomputed``, ``live`` or ``popular``."""
    segment: str
    """Segment of the popular books: an age band, or ``all``."""
    items: list[RecommendedBook]


class ReaderLists:
    """Histories and recommendations of the readers behind accounts."""

    def __init__(
        self,
        database: ShopDatabase,
        live_lists: LiveLists,
        fronts: FrontWatch,
        tally: DayTally,
        arm_snapshots: ArmSnapshots,
    ) -> None:
        self._database = database
        self._live_lists = live_lists
        self._fronts = fronts
        self._tally = tally
        self._arm_snapshots = arm_snapshots

    async def history(self, snapshot: Snapshot, account: Account) -> ReaderHistory:
        """Return the reader's seen books, books to read and dismissed books."""
        rows = await self._database.rows(INTERACTIONS_QUERY, (account.user_id,))
        shelves = await self._database.rows(SHELF_QUERY, (account.user_id,))
        rejections = await self._database.rows(REJECTIONS_QUERY, (account.user_id,))
        return build_history(snapshot, account.user_id, rows, shelves, rejections)

    async def recommend(
        self,
        snapshot: Snapshot,
        account: Account,
        history: ReaderHistory,
        limit: int,
        opened: Iterable[CatalogueBook] = (),
        visit: Visit | None = None,
    ) -> Recommendations:
        """Return the best ``limit`` books for a reader: no work that they keep or dismissed.

        Args:
            snapshot: has the stored lists.
            account: of the reader.
            history: the reader's books.
            limit: length of the list.
            opened: books that the reader opened last, for reasons.
            visit: what the reader did lately; the list follows it.
        """
        source, listed = await self._best(snapshot, account, history)
        self._tally.count(LIST_SOURCE, source)
        visit = Visit(snapshot) if visit is None else visit
        return self._listed(snapshot, account, history, limit, opened, source, listed, visit)

    async def preview(
        self, snapshot: Snapshot, account: Account, history: ReaderHistory, limit: int
    ) -> Recommendations:
        """Return the list that `recommend` would, without storing or counting anything."""
        source, listed = await self._best(snapshot, account, history, store=False)
        visit = Visit(snapshot)
        return self._listed(snapshot, account, history, limit, (), source, listed, visit)

    def _listed(
        self,
        snapshot: Snapshot,
        account: Account,
        history: ReaderHistory,
        limit: int,
        opened: Iterable[CatalogueBook],
        source: str,
        listed: list[ListedBook],
        visit: Visit,
    ) -> Recommendations:
        """Pass a source through the chain, fill it up, and find the reasons."""
        segment = popular_segment(snapshot, known_age(snapshot, account, history))
        if source == "popular" and visit.has_recent:
            listed = popular_books(snapshot, segment, _MOST_FOLLOWED)
        front = self._fronts.current()
        arms = front.lists_of(account.user_id)
        because: dict[int, CatalogueBook] = {}
        ranked = []
        for arm in arms:
            of_arm = self._list_of_arm(snapshot, account, arm, source, listed)
            followed, reasons_of_arm = visit.follow(
                of_arm, personal=source != "popular", visit_weight=arm.visit_weight
            )
            because = reasons_of_arm | because
            ranked.append(_ranked(snapshot, front, account, history, followed, arm, limit))
        chosen = _mixed(front, account.user_id, arms, ranked, limit)
        works = history.kept_works | {item.book.work_id for _, item in chosen}
        front = front.under(arms[0].shop)
        lacking, rejections = limit - len(chosen), history.rejections
        popular = popular_for(snapshot, front, segment, works, lacking, visit, rejections)
        if rejections.items and len(popular) < lacking:
            # Where nothing else is left, a full list is worth more than a correction.
            works |= {item.book.work_id for item in popular}
            popular += popular_for(snapshot, front, segment, works, lacking - len(popular), visit)
        shelf = [item.book for _, item in chosen]
        raised = visit.reasons(because, shelf, history)
        reasons = find_reasons(snapshot, history, shelf, opened, raised)
        items = [
            RecommendedBook(
                rank=rank,
                score=item.score,
                book=item.book,
                because=reasons.get(item.book.book_id, []),
                topped_up=rank > len(chosen) and source != "popular",
                team=team,
            )
            for rank, (team, item) in enumerate([*chosen, *(("", p) for p in popular)], start=1)
        ]
        return Recommendations(source, segment, items)

    def _list_of_arm(
        self,
        snapshot: Snapshot,
        account: Account,
        arm: ListSettings,
        source: str,
        listed: list[ListedBook],
    ) -> list[ListedBook]:
        """Return the reader's stored list of the arm's snapshot; ``listed`` where it has none."""
        if source != "precomputed" or arm.snapshot_id in ("", snapshot.snapshot_id):
            return listed
        other = self._arm_snapshots.of(arm.snapshot_id)
        return (list_of_arm(snapshot, other, account.user_id) if other else []) or listed

    async def _best(
        self, snapshot: Snapshot, account: Account, history: ReaderHistory, *, store: bool = True
    ) -> tuple[str, list[ListedBook]]:
        """Source and unfiltered list; ``popular`` and [] without a list of the reader's own."""
        if history.reader_id is not None and await self._live_lists.precomputed_suffices(
            snapshot, account, history
        ):
            return "precomputed", stored_list(snapshot, history.reader_id)
        if not history.has_evidence:
            return "popular", []
        live = await self._live_lists.stored(snapshot, account)
        if live is None and not store:
            live = await self._live_lists.ranked(snapshot, account, history)
        elif live is None:
            await self._live_lists.refresh(snapshot, account)
            live = await self._live_lists.stored(snapshot, account)
        if not live and history.rejected and history.reader_id is not None:
            # Without a ranker the chain alone heeds what the reader rejected.
            stored = stored_list(snapshot, history.reader_id)
            return ("precomputed", stored) if stored else ("popular", [])
        return ("live", live) if live else ("popular", [])


def _ranked(
    snapshot: Snapshot,
    front: ShopFront,
    account: Account,
    history: ReaderHistory,
    listed: list[ListedBook],
    arm: ListSettings,
    limit: int,
) -> list[ListedBook]:
    """Pass a list through the chain and the diversity, by the settings of an arm or of the shop."""
    front, diversity = front.under(arm.shop), diversity_of(account, arm.shop)
    depth = max(limit, CANDIDATES) if diversity.changes_lists else limit
    chosen = pass_chain(
        snapshot, front, listed, history.kept_works, depth, rejections=history.rejections
    )
    if not diversity.changes_lists:
        return chosen
    # What can be bought stays before the rest, each part in its new order.
    return prefer_buyable(front, diversify(snapshot, history, chosen, diversity))[:limit]


def _mixed(
    front: ShopFront,
    user_id: str,
    arms: tuple[ListSettings, ...],
    ranked: list[list[ListedBook]],
    limit: int,
) -> list[tuple[str, ListedBook]]:
    """Return (team, book) pairs of one list, or of two as a team draft mixes them."""
    if len(ranked) == 1:
        return [("", item) for item in ranked[0]]
    first, second = ranked
    mixed = team_draft(
        (first, second), lambda item: item.book.work_id, front.coins_of(user_id), limit
    )
    return [("" if team is None else arms[team].arm, item) for team, item in mixed]


def popular_segment(snapshot: Snapshot, age: int | None) -> str:
    """Age band of an age if the snapshot has popular books of it, else ``all``."""
    band = age_band(age)
    if band == 0:
        return EVERYONE
    known = snapshot.row("select 1 from popular_top where segment = ?", (AGE_BANDS[band],))
    return AGE_BANDS[band] if known else EVERYONE


def popular_for(
    snapshot: Snapshot,
    front: ShopFront,
    segment: str,
    without_works: set[int],
    limit: int,
    visit: Visit | None = None,
    rejections: Rejections = NONE,
) -> list[ListedBook]:
    """Popular books of an age band, then of everyone, without some works and rejected values."""
    if limit <= 0:
        return []
    popular = popular_books(snapshot, segment, _MOST_POPULAR)
    if segment != EVERYONE:
        popular += popular_books(snapshot, EVERYONE, _MOST_POPULAR)
    return pass_chain(snapshot, front, popular, without_works, limit, visit, rejections)


def popular_shelf(
    snapshot: Snapshot,
    front: ShopFront,
    limit: int,
    without_works: Collection[int] = (),
    language: str = "",
) -> list[ListedBook]:
    """Return the best popular books of everyone by the shop's stock rule, without some works.

    Books in a visitor's language come first: the popular ones, then the most read others.
    """
    listed = _popular_source(snapshot, front, limit + len(without_works), language)
    return pass_chain(snapshot, front, listed, without_works, limit)


def visitor_shelf(
    snapshot: Snapshot,
    front: ShopFront,
    visit: Visit,
    limit: int,
    without_works: Collection[int] = (),
    language: str = "",
) -> tuple[list[ListedBook], dict[int, list[Reason]]]:
    """Return `popular_shelf` after a visitor's visit, with the similar books that it brings in.

    The reasons are by ``book_id``: the recent book for which each was raised, at most a quarter of the
    shelf for one book; the shelf's heading says the rest.
    """
    popular = _popular_source(snapshot, front, _MOST_FOLLOWED, language)
    listed, because = visit.follow(popular, personal=False)
    # Somebody who has just looked at a book need not be shown it.
    seen = {book.work_id for book in visit.books.values()} | visit.dismissed
    chosen = pass_chain(snapshot, front, listed, seen.union(without_works), limit)
    shelf = [item.book for item in chosen]
    reasons, uses = visit.reasons(because, shelf), Counter[int]()
    named: dict[int, list[Reason]] = {}
    for book in shelf:
        reason = reasons.get(book.book_id)
        if reason is not None and uses[reason.book.work_id] < max(1, limit // 4):
            uses[reason.book.work_id] += 1
            named[book.book_id] = [reason]
    return chosen, named


def _popular_source(
    snapshot: Snapshot, front: ShopFront, least: int, language: str
) -> list[ListedBook]:
    codes = codes_of_language(snapshot, language) if language else ()
    # All of the list only where a book far down may come first.
    short = front.rule == IGNORE and not codes
    depth = least if short else _MOST_POPULAR
    popular = popular_books(snapshot, EVERYONE, depth)
    first = [item for item in popular if item.book.language in codes]
    first += books_in_language(snapshot, codes, depth) if codes else []
    return [*first, *popular]


def similar_shelf(
    snapshot: Snapshot,
    front: ShopFront,
    book: CatalogueBook,
    limit: int,
    without_works: Collection[int] = (),
    visit: Visit | None = None,
    rejections: Rejections = NONE,
    *,
    sink: bool = False,
) -> tuple[str, list[ListedBook]]:
    """Return the source of a book's similar books, and the best of them that pass the chain.

    Books of rejected values are left out, or come last with ``sink``.
    """
    source, listed = similar_books(snapshot, book, max(limit, _MOST_SIMILAR))
    chosen = pass_chain(snapshot, front, listed, without_works, limit, visit, rejections)
    if sink and rejections.items and len(chosen) < limit:
        works = {item.book.work_id for item in chosen}.union(without_works)
        chosen += pass_chain(snapshot, front, listed, works, limit - len(chosen), visit)
    return source, chosen


def pass_chain(
    snapshot: Snapshot,
    front: ShopFront,
    listed: list[ListedBook],
    without_works: Collection[int],
    limit: int,
    visit: Visit | None = None,
    rejections: Rejections = NONE,
) -> list[ListedBook]:
    """Filter and order a list: the chain that every list of pages and API passes.

    Works to leave out and books of rejected values go first. A book that cannot be bought makes room
    for an edition of its work that can. The shop's stock rule orders or filters the rest; then one
    edition of a work.

    Args:
        snapshot: has the editions.
        front: has the shop's stock and its rule.
        listed: the source, best first.
        without_works: `ReaderHistory.kept_works` or `ReaderHistory.hidden_works`, and the works that
            the page shows already.
        limit: length of the result.
        visit: what the person did lately, after which the list is re-ordered; None for one that is in
            its order on purpose, or was re-ordered before.
        rejections: values that are not the reader's taste.
    """
    if visit is not None:
        listed = visit.reorder(listed)
    fresh = [item for item in listed if item.book.work_id not in without_works]
    fresh = _accepted(rejections, fresh)
    fresh = prefer_buyable(front, with_buyable_editions(snapshot, front, fresh))
    # An edition that can be bought may be in a language or of a decade that is rejected.
    fresh = _accepted(rejections, fresh)
    return [fresh[place] for place in first_of_each([item.book.work_id for item in fresh], limit)]


def _accepted(rejections: Rejections, listed: list[ListedBook]) -> list[ListedBook]:
    if not rejections.items:
        return listed
    return [item for item in listed if not rejections.covers(item.book)]
