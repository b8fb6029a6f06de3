"""Visits: what somebody did and passed over lately, and how lists follow it.

Two things come from the events of a person. Recent books re-order lists (`bookrec.inference.reacting`)
and bring in their similar books. Books that were shown in five visits since they were last touched sink
below those that were passed over less often. docs/events.md states both rules.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.inference.history import POSITIVE_RATING
from bookrec.inference.reacting import (
    DEFAULTS,
    DISMISS,
    KIND_WEIGHTS,
    STRANGERS,
    ReactionSettings,
    RecentBooks,
    Reordered,
    recent_books,
    reordered,
)
from bookrec.shop.events import Actor, Event
from bookrec.web.events.recorder import EventRecorder
from bookrec.web.recommendations.reasons import OPENED, Reason
from bookrec.web.store.catalogue import CatalogueBook, ListedBook, books_by_id, books_by_isbn
from bookrec.web.store.database import ShopDatabase
from bookrec.web.store.reader_history import ReaderHistory
from bookrec.web.store.snapshot_reader import Snapshot
from bookrec.web.store.visit_neighbours import Neighbours, visit_neighbours

VISIT_S: Final = 12 * 3_600
"""Age in seconds up to which an event belongs to the visit."""
IGNORED: Final = 5
"""Visits in which a book was shown and passed over that count as one step down."""
_LOOK_BACK_S: Final = 30 * 86_400
_SAME_VISIT_S: Final = 3_600
"""Lists shown within an hour are one look at the shelf."""
_LOW_RATING: Final = 4
"""A rating up to this one counts like a dismissal; those above it and below 7 say nothing."""
SEARCH: Final = "search"
LOW: Final = "low rating"
_KINDS: Final = {**KIND_WEIGHTS, SEARCH: 0.5, LOW: KIND_WEIGHTS[DISMISS]}
"""The measured weights; the first hit of a search weighs half of an opened book."""
_SETTINGS: Final = replace(DEFAULTS, kinds=_KINDS)
_OF_STRANGERS: Final = replace(STRANGERS, kinds=_KINDS)
"""Settings for lists of popular books."""
_IN_LIVE_LISTS: Final = frozenset({"like", "rate", LOW, "want", "buy"})
"""Kinds that lists are made from: a live list knows them at once, the snapshot those before it."""
_FOLLOWED: Final = 100
"""Books of a list that follow the visit; those after them stay where they are."""
_RELATIONS: Final = {
    "like": "liked",
    "want": "wanted",
    "cart": "carted",
    "buy": "bought",
    "rate": "rated",
    SEARCH: "searched",
}
"""Relation of a reason by kind of event; `OPENED` for the others."""
_LISTS: Final = "('yours', 'popular', 'because', 'authors', 'series', 'new', 'similar', 'api')"
"""Shelves that the shop chose; what a search or a catalogue page lists is not passed over."""
_Touch = tuple[str, str, int]
"""ISBN, kind of event, time."""


class Visit:
    """Deeds of a person lately, and books passed over; empty for somebody who is not recorded."""

    def __init__(
        self,
        snapshot: Snapshot,
        books: Sequence[CatalogueBook] = (),
        kinds: Sequence[str] = (),
        ignored: Mapping[int, int] | None = None,
        dismissed: Collection[int] = (),
    ) -> None:
        """Keep a visit.

        Args:
            snapshot: has the similar books.
            books: of each event of the visit, the earliest first.
            kinds: of each event.
            ignored: steps down by ``work_id``, see `IGNORED`.
            dismissed: works that a visitor dismissed; a reader's are in their history.
        """
        self._snapshot = snapshot
        self._ignored = ignored or {}
        self.dismissed: frozenset[int] = frozenset(dismissed)
        self.books: dict[int, CatalogueBook] = {book.book_id: book for book in books}
        self.kinds: dict[int, str] = {}
        """Latest kind of event of each recent book."""
        self.kinds.update((book.book_id, kind) for book, kind in zip(books, kinds, strict=True))
        self.events: dict[int, Counter[str]] = {}
        """Numbers of events by kind of each recent book."""
        for book, kind in zip(books, kinds, strict=True):
            self.events.setdefault(book.book_id, Counter())[kind] += 1
        ids = [book.book_id for book in books]
        self.recent: RecentBooks = recent_books(ids, kinds, _SETTINGS)
        self._recent_of_stranger = recent_books(ids, kinds, _OF_STRANGERS)

    @property
    def has_recent(self) -> bool:
        """Whether any recent book counts."""
        return len(self.recent.books) > 0

    @cached_property
    def _neighbours(self) -> Neighbours:
        """Neighbours of all recent books, their scores, and the length of each row."""
        return visit_neighbours(self._snapshot, self.recent.books.tolist())

    @cached_property
    def _parts(self) -> dict[int, float]:
        """Part of the blended score that comes from the visit, by ``book_id`` of similar books."""
        nothing = np.array([], dtype=np.int64), np.array([], dtype=np.float64)
        result = reordered(nothing, self.recent, self._neighbours, settings=_SETTINGS)
        return dict(zip(result.books.tolist(), result.visit_parts.tolist(), strict=True))

    def reorder(self, listed: list[ListedBook]) -> list[ListedBook]:
        """Re-order a list after the visit, letting no book in: the blend of `follow` for shelves."""
        if not (self.has_recent or self._ignored):
            return listed
        head, rest = _head_and_rest(listed)
        if self.has_recent and head:
            gone = set(self.recent.books[self.recent.weights < 0].tolist())
            scores = _in_order([item.score for item in head])
            least, span = min(scores), (max(scores) - min(scores)) or 1.0
            weight, parts = _SETTINGS.list_weight, self._parts
            blended = {
                item.book.book_id: weight * (score - least) / span
                + parts.get(item.book.book_id, 0.0)
                for item, score in zip(head, scores, strict=True)
            }
            head = [item for item in head if item.book.book_id not in gone]
            head.sort(key=lambda item: -blended[item.book.book_id])
        head.sort(key=self._steps_down)
        return head + rest

    def _steps_down(self, item: ListedBook) -> int:
        return self._ignored.get(item.book.work_id, 0)

    def follow(
        self,
        listed: Sequence[ListedBook],
        *,
        personal: bool,
        visit_weight: float | None = None,
    ) -> tuple[list[ListedBook], dict[int, CatalogueBook]]:
        """Re-order a list after the visit and let similar books of the recent ones in.

        The scores are the blended ones then, 1 for the best book, so that later steps can weigh them.

        Args:
            listed: a list, best first.
            personal: the list is made for this person; else it says little.
            visit_weight: weight of the visit beside 1 for a personal list, 0 for none; a list that is
                not personal changes in proportion. None = `reacting.DEFAULTS`.

        Returns:
            The list, and the recent book that raised each by ``book_id``.
        """
        head, rest = _head_and_rest(listed)
        because: dict[int, CatalogueBook] = {}
        if self.has_recent and visit_weight != 0:
            result = self._blend(head, _settings(personal, visit_weight))
            by_id = self._with_neighbours({item.book.book_id: item for item in head}, result)
            scores = _of_best(result.scores).tolist()
            blended = zip(result.books.tolist(), scores, strict=True)
            head = [ListedBook(by_id[b].book, score) for b, score in blended if b in by_id]
            pairs = zip(result.books.tolist(), result.because.tolist(), strict=True)
            because = {book: self.books[reason] for book, reason in pairs if reason in self.books}
        head.sort(key=self._steps_down)
        return head + rest, because

    def reasons(
        self,
        because: Mapping[int, CatalogueBook],
        shown: Iterable[CatalogueBook],
        history: ReaderHistory | None = None,
    ) -> dict[int, Reason]:
        """Return the reasons of the shown books that the visit raised, in the words of what was done.

        Args:
            because: second result of `follow`.
            shown: books of the shelf.
            history: of a reader, for ratings.
        """
        ids = {book.book_id for book in shown}
        ratings = {} if history is None else {b: s.rating for b, s in history.books.items()}
        return {
            book_id: Reason(
                book,
                _RELATIONS.get(self.kinds[book.book_id], OPENED),
                ratings.get(book.book_id, 0) if self.kinds[book.book_id] == "rate" else 0,
            )
            for book_id, book in because.items()
            if book_id in ids
        }

    def _blend(self, listed: Sequence[ListedBook], settings: ReactionSettings) -> Reordered:
        scores = np.array(_in_order([item.score for item in listed]), dtype=np.float64)
        return reordered(
            (np.array([item.book.book_id for item in listed], dtype=np.int64), scores),
            self.recent if settings.decay == _SETTINGS.decay else self._recent_of_stranger,
            self._neighbours,
            settings=settings,
        )

    def _with_neighbours(
        self, listed: dict[int, ListedBook], result: Reordered
    ) -> dict[int, ListedBook]:
        """Return the list and the books that the visit raised, by ``book_id``."""
        parts = zip(result.books.tolist(), result.visit_parts.tolist(), strict=True)
        raised = [book for book, part in parts if part > 0 and book not in listed][:_FOLLOWED]
        books = books_by_id(self._snapshot, raised)
        return listed | {book_id: ListedBook(book, 0.0) for book_id, book in books.items()}


class Visits:
    """The visits of readers and consenting visitors."""

    def __init__(self, database: ShopDatabase, recorder: EventRecorder) -> None:
        self._database = database
        self._recorder = recorder

    async def of(
        self, snapshot: Snapshot, actor: Actor | None, history: ReaderHistory | None = None
    ) -> Visit:
        """Return the visit of an actor; an empty one for None.

        Args:
            snapshot: has the books.
            actor: whose visit.
            history: of a reader: what they took back since is left out.
        """
        if actor is None:
            return Visit(snapshot)
        # Before the rows: what is written meanwhile may be in both, but is in neither never.
        pending = self._recorder.pending(actor)
        now = int(time.time())
        rows = await self._database.rows(_query(actor), (actor.key, now - _LOOK_BACK_S) * 2)
        touches = _touches(rows, pending)
        lists = [(shelf, isbns, at) for is_list, at, shelf, isbns, _ in rows if is_list]
        searches = [
            (isbns.partition("\n")[0], SEARCH, at) for shelf, isbns, at in lists if shelf == SEARCH
        ]
        # Of one second, the search comes before the book that it led to.
        acts = sorted([*searches, *touches], key=lambda touch: touch[2])
        ignored = _ignored([row for row in lists if row[0] != SEARCH], touches)
        books = books_by_isbn(snapshot, {touch[0] for touch in acts} | ignored.keys())
        made_at = snapshot.keep("made at", lambda: _made_at(snapshot))
        recent = [
            (books[isbn], kind)
            for isbn, kind, at in acts
            if isbn in books
            and at > now - VISIT_S
            and _counts(history, books[isbn], kind, in_snapshot=at < made_at)
        ]
        gone = [isbn for isbn, kind, _ in touches if kind == DISMISS] if history is None else []
        return Visit(
            snapshot,
            [book for book, _ in recent],
            [kind for _, kind in recent],
            {books[isbn].work_id: steps for isbn, steps in ignored.items() if isbn in books},
            [books[isbn].work_id for isbn in gone if isbn in books],
        )


def _settings(personal: bool, visit_weight: float | None) -> ReactionSettings:
    settings = _SETTINGS if personal else _OF_STRANGERS
    if visit_weight is None:
        return settings
    factor = visit_weight * _SETTINGS.list_weight
    return replace(settings, list_weight=settings.list_weight / factor)


def _head_and_rest(
    listed: Sequence[ListedBook],
) -> tuple[list[ListedBook], list[ListedBook]]:
    """Return the distinct books of a list that follow the visit, and those after them."""
    first: dict[int, ListedBook] = {}
    for item in listed:
        first.setdefault(item.book.book_id, item)
    distinct = list(first.values())
    return distinct[:_FOLLOWED], distinct[_FOLLOWED:]


def _in_order(scores: list[float]) -> list[float]:
    """Return descending scores as they are; else places, as of books in one language first."""
    if all(a >= b for a, b in pairwise(scores)):
        return scores
    return [-float(place) for place in range(len(scores))]


def _of_best(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """[C] descending scores, each divided by the best, 0 for those below 0."""
    best = float(scores[0]) if len(scores) else 0.0
    return np.maximum(scores / best, 0.0) if best > 0 else np.zeros(len(scores))


def _counts(
    history: ReaderHistory | None, book: CatalogueBook, kind: str, *, in_snapshot: bool
) -> bool:
    """Whether an event of a reader still says something that their list does not know."""
    if history is None:
        return True
    if kind == DISMISS:
        return book.book_id in history.dismissed
    if history.rejections.covers(book):
        return False
    if kind not in _IN_LIVE_LISTS:
        return True
    return history.reader_id is not None and not in_snapshot


def _made_at(snapshot: Snapshot) -> float:
    """Return the time when the snapshot's lists were begun, in seconds since 1970; 0 if unknown."""
    text = snapshot.meta.get("created_at", "")
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return 0.0


def _query(actor: Actor) -> str:
    """Query of the latest events and lists (indices ``events_by_…``, ``impressions_by_…``)."""
    return (
        "select * from (select 0, created_at, kind, isbn, rating from events"  # noqa: S608
        f" where {actor.column} = ? and created_at >= ? and isbn is not null"
        " order by created_at desc, event_id desc limit 200)"
        " union all select * from (select 1, created_at, shelf, isbns, null from impressions"
        f" where {actor.column} = ? and created_at >= ? and (shelf = 'search' or shelf in {_LISTS})"
        " order by created_at desc, impression_id desc limit 120)"
    )


def _touches(rows: Iterable[Sequence[object]], pending: Sequence[Event]) -> list[_Touch]:
    """Books that events touched, the earliest first, ratings by what they say."""
    stored = [(at, kind, isbn, rating) for is_list, at, kind, isbn, rating in rows if not is_list]
    stored.reverse()
    known = set(stored)
    waiting = [(e.created_at, e.kind, e.isbn, e.rating) for e in pending if e.isbn is not None]
    return list(_meanings([*stored, *(row for row in waiting if row not in known)]))


def _meanings(rows: Iterable[tuple[object, ...]]) -> Iterator[_Touch]:
    for at, kind, isbn, rating in rows:
        assert isinstance(at, int)
        if kind == "rate" and isinstance(rating, int) and rating < POSITIVE_RATING:
            if rating <= _LOW_RATING:
                yield str(isbn), LOW, at
        else:
            yield str(isbn), str(kind), at


def _ignored(lists: Sequence[tuple[str, str, int]], touches: Sequence[_Touch]) -> dict[str, int]:
    """Steps down by ISBN of the books that were shown in `IGNORED` visits or more, untouched since."""
    touched: dict[str, int] = {}
    for isbn, _, at in touches:
        touched[isbn] = max(at, touched.get(isbn, 0))
    looks = {
        (isbn, at // _SAME_VISIT_S)
        for _, isbns, at in lists
        for isbn in isbns.split("\n")
        if at > touched.get(isbn, 0)
    }
    times = Counter(isbn for isbn, _ in looks)
    return {isbn: count // IGNORED for isbn, count in times.items() if count >= IGNORED}
