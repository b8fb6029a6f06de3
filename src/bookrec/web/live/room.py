"""Room: an open live session in one worker, with everybody who waits for its changes.

Events are taken into the state at once. The view for the host is worked out in a thread, at most every
`VIEW_EVERY_S`, for all events that came meanwhile. Whoever waits learns that there is a newer view and
takes the newest, so nobody has a queue that could grow.
"""

from __future__ import annotations

import asyncio
import contextlib
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from bookrec.shop.live.live_events import LiveEvent
from bookrec.shop.live.sessions import LiveSession
from bookrec.web.live.audience import Audience
from bookrec.web.live.by_cosine import NEIGHBOURS, books_by_cosine, likers
from bookrec.web.live.candidates import Interests, KnownReader, find_candidates
from bookrec.web.live.host_view import HostView, facts_of, host_view
from bookrec.web.live.room_state import RoomState, liking
from bookrec.web.owner.audience import recommender_of
from bookrec.web.selling.front import FrontWatch, ShopFront
from bookrec.web.store.catalogue import (
    CatalogueBook,
    books_by_id,
    books_by_isbn,
    cosine_neighbours,
)
from bookrec.web.store.database import ShopDatabase
from bookrec.web.store.reader_history import INTERACTIONS_QUERY, SHELF_QUERY, build_history
from bookrec.web.store.rejections import REJECTIONS_QUERY
from bookrec.web.store.snapshot_reader import Snapshot, SnapshotWatch
from bookrec.web.store.visit_neighbours import visit_neighbours

VIEW_EVERY_S: Final = 0.1
"""Least seconds between two views."""
_AGE: Final = "select age from account where user_id = ?"


class Room:
    """A live session that somebody follows or looks at."""

    def __init__(
        self, session: LiveSession, database: ShopDatabase, watch: SnapshotWatch, fronts: FrontWatch
    ) -> None:
        self.session = session
        self.state = RoomState()
        self.view: HostView | None = None
        """The newest view for the host."""
        self.here: frozenset[int] = frozenset()
        """Members who are here, by their latest sign of life."""
        self.user_ids: dict[int, str | None] = {}
        """Reader behind each member; None for a visitor."""
        self.outdated = True
        """Whether the view lacks something."""
        self.version = 0
        """Number of changes that those who wait were told of."""
        self.fragments: dict[tuple[str, int], str] = {}
        """Book on stage as the audience sees it, by language and event."""
        self.listeners = 0
        """Streams of the host and of members."""
        self.noted: set[tuple[int, int]] = set()
        """Member and event of the stage, of the lists that are noted already."""
        self._database = database
        self._watch = watch
        self._fronts = fronts
        self._events: list[LiveEvent] = []
        self._taken = 0
        """Events that the audience knows."""
        self._audience: Audience | None = None
        self._interests: Interests | None = None
        self._snapshot_id = ""
        self._changed = asyncio.Event()
        self._turn = asyncio.Lock()

    def take(self, events: Sequence[LiveEvent]) -> bool:
        """Take the next events in; whether any was new."""
        new = [event for event in events if self.state.apply(event)]
        self._events += new
        self.outdated = self.outdated or bool(new)
        for event in new:
            if event.kind == "joined" and event.member_id is not None:
                self.here |= {event.member_id}
            elif event.kind == "left" and event.member_id is not None:
                self.here -= {event.member_id}
        return bool(new)

    def wake(self) -> None:
        """Tell everybody who waits that something has changed."""
        self.version += 1
        before, self._changed = self._changed, asyncio.Event()
        before.set()

    async def wait(self, most_s: float) -> bool:
        """Wait for the next change, at most so many seconds; whether it came."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(most_s):
                return await self._changed.wait()
        return False

    def events_after(self, event_id: int) -> list[LiveEvent]:
        """Return the session's events after one, in order."""
        return self._events[bisect_right(self._events, event_id, key=lambda e: e.event_id) :]

    def reacted(self, isbn: str) -> set[int]:
        """Members who reacted to a shown book."""
        reactions = self.state.reactions.get(isbn)
        return set() if reactions is None else reactions.members

    async def refresh(self) -> HostView:
        """Work out the view of this moment; those who ask together get it one after the other."""
        async with self._turn:
            snapshot, front = self._watch.current(), self._fronts.current()
            upto, self.outdated = len(self._events), False
            if self._audience is None or self._snapshot_id != snapshot.snapshot_id:
                self._audience, self._taken = await self._empty_audience(snapshot, front), 0
                self._snapshot_id = snapshot.snapshot_id
            audience, interests = self._audience, self._interests
            assert interests is not None
            events = self._events[self._taken : upto]
            readers = await self._readers(snapshot, events)
            staged = {e.isbn for e in events if e.kind == "staged"}
            neighbours = {isbn: near for isbn in staged if (near := _near(snapshot, isbn))}
            books = books_by_isbn(snapshot, [*self.state.reactions, *self.state.queue])
            opinion = self._by_cosine(snapshot, books, _stock(front))
            facts = facts_of(self.state, books, self.here, self._with_account(), opinion)

            def work() -> HostView:
                _follow(audience, interests, events, readers, neighbours)
                return host_view(audience, facts, _stock(front))

            try:
                self.view = await asyncio.to_thread(work)
            except BaseException:
                # It may know half of the events.
                self._audience, self.outdated = None, True
                raise
            self._taken = upto
            return self.view

    async def _empty_audience(self, snapshot: Snapshot, front: ShopFront) -> Audience:
        recommender = await recommender_of.of(snapshot)

        def work() -> tuple[Audience, Interests]:
            candidates = find_candidates(snapshot, front.offer_table(), sells=front.sells)
            interests = Interests(snapshot, recommender, candidates)
            return Audience(candidates, self.session.rule), interests

        audience, self._interests = await asyncio.to_thread(work)
        return audience

    def _by_cosine(
        self,
        snapshot: Snapshot,
        books: Mapping[str, CatalogueBook],
        buyable: Callable[[str], bool],
    ) -> list[CatalogueBook]:
        liked = likers(self.state)
        known = [*self.state.reactions, *self.state.queue, *(s.isbn for s in self.state.staged)]
        works = {books[isbn].work_id for isbn in known if isbn in books}
        near = cosine_neighbours(snapshot, liked, NEIGHBOURS)
        return books_by_cosine(liked, near, works, buyable)

    def _with_account(self) -> frozenset[int]:
        return frozenset(m for m, user_id in self.user_ids.items() if user_id is not None)

    async def _readers(
        self, snapshot: Snapshot, events: Sequence[LiveEvent]
    ) -> dict[int, KnownReader | None]:
        """Readers behind those who joined; None for a visitor."""
        readers: dict[int, KnownReader | None] = {}
        for event in events:
            if event.kind != "joined" or event.member_id is None:
                continue
            user_id = self.user_ids.get(event.member_id)
            readers[event.member_id] = (
                None if user_id is None else await self._reader(snapshot, user_id)
            )
        return readers

    async def _reader(self, snapshot: Snapshot, user_id: str) -> KnownReader:
        rows = await self._database.rows(INTERACTIONS_QUERY, (user_id,))
        shelves = await self._database.rows(SHELF_QUERY, (user_id,))
        rejections = await self._database.rows(REJECTIONS_QUERY, (user_id,))
        age = await self._database.row(_AGE, (user_id,))
        history = build_history(snapshot, user_id, rows, shelves, rejections)
        return KnownReader(history, age[0] if age else None)


_Near = tuple[CatalogueBook, list[tuple[int, float]]]
"""A shown book; work and score of each of its neighbours."""


def _near(snapshot: Snapshot, isbn: str) -> _Near | None:
    book = books_by_isbn(snapshot, [isbn]).get(isbn)
    if book is None:
        return None
    ids, scores, _ = visit_neighbours(snapshot, [book.book_id])
    books = books_by_id(snapshot, ids.tolist())
    pairs = zip(ids.tolist(), scores.tolist(), strict=True)
    return book, [(books[near].work_id, score) for near, score in pairs if near in books]


def _follow(
    audience: Audience,
    interests: Interests,
    events: Sequence[LiveEvent],
    readers: Mapping[int, KnownReader | None],
    staged: Mapping[str, _Near],
) -> None:
    """Take events into an audience, in order; newcomers of a moment together."""
    waiting: dict[int, KnownReader | None] = {}
    for event in events:
        member_id = event.member_id
        if event.kind == "joined" and member_id is not None and member_id in readers:
            waiting[member_id] = readers[member_id]
            continue
        if event.kind == "staged" or liking(event) is not None:
            _join(audience, interests, waiting)
        if event.kind == "staged" and event.isbn in staged:
            book, near = staged[event.isbn]
            audience.show(book, audience.neighbours(near))
        liked = liking(event)
        if liked is not None and event.member_id is not None:
            audience.react(event.member_id, event.isbn, liked=liked)
    _join(audience, interests, waiting)


def _join(audience: Audience, interests: Interests, waiting: dict[int, KnownReader | None]) -> None:
    audience.join(
        {
            member: interests.visitor if reader is None else interests.reader(reader)
            for member, reader in waiting.items()
        }
    )
    waiting.clear()


def _stock(front: ShopFront) -> Callable[[str], bool]:
    """Whether a book can be bought; every book of a shop that sells nothing can be shown."""
    if not front.sells:
        return lambda _: True
    offers = front.offer_table().offers
    return lambda isbn: offers.get(isbn, (0, False))[1]
