"""Reasons for the books of a shelf: the relation of each to a book of the reader's, in true words.

A candidate for a reason is a pair of a listed book and a book of the reader's. It has a relation and a
weight. The choice takes the heaviest first, and no book of the reader's explains more than a quarter of
the shelf where another could.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import exp
from typing import Final

import msgspec

from bookrec.web.recommendations.series import precedes, series_place
from bookrec.web.store.catalogue import CatalogueBook, books_by_id
from bookrec.web.store.reader_history import IN_DATA_SET, WANT, ReaderHistory, SeenBook
from bookrec.web.store.snapshot_reader import Snapshot

FOLLOWS: Final = "follows"
BY_AUTHOR: Final = "author"
OPENED: Final = "opened"

_RELATION_OF_KIND: Final = {
    "rating": "rated",
    "like": "liked",
    "purchase": "bought",
    "owned": "owned",
    IN_DATA_SET: "readers",
    WANT: "wanted",
    OPENED: OPENED,
}
_WEIGHT_OF_KIND: Final = {
    "like": 0.85,
    "purchase": 0.7,
    WANT: 0.6,
    "owned": 0.5,
    IN_DATA_SET: 0.5,
    OPENED: 0.2,
}
"""Weight of a book without a rating; a rated book weighs rating / 10."""
_FOLLOWS_WEIGHT: Final = 2.0
_AUTHOR_WEIGHT: Final = 0.3
"""Weight of having the author in common, beside or without similarity."""
_VISIT_WEIGHT: Final = 3.0
"""Weight of the book for which a visit raised another one."""
_FROM_READERS: Final = "precomputed"
_MOST_REASONS: Final = 2
_SECOND_SHARE: Final = 0.6
"""Least weight of a second book, as a share of the first one's."""
_MOST_OWN: Final = 200
"""Books of the reader's that are considered, the heaviest first. It bounds the work."""
_RANK_SCALE: Final = 12.0
"""Ranks in a list of similar books over which the weight falls to 1/e of the first place's."""


def relation_of(kind: str) -> str:
    """Return the relation of a reader to a book of theirs, by its kind in the history."""
    return _RELATION_OF_KIND[kind]


class Reason(msgspec.Struct, frozen=True):
    """A book of the reader's that is the reason for a listed one."""

    book: CatalogueBook
    relation: str
    """``rated``, ``liked`` (ticked as liked), ``bought``, ``owned``, ``wanted``, ``opened``,
    ``carted``, ``searched``, ``readers`` (the data set knows it without a rating), ``author`` (of the
    same author) or ``follows`` (the listed book comes after it in a series)."""
    rating: int = 0
    """The reader's rating if ``relation`` is ``rated``, else 0."""


class Candidate(msgspec.Struct, frozen=True):
    """A possible reason and its weight; the heaviest is the truest to the taste behind the list."""

    reason: Reason
    weight: float


class _OwnBook(msgspec.Struct, frozen=True):
    book: CatalogueBook
    kind: str
    rating: int

    @property
    def weight(self) -> float:
        return self.rating / 10 if self.rating else _WEIGHT_OF_KIND[self.kind]

    def reason(self, relation: str = "") -> Reason:
        relation = relation or _RELATION_OF_KIND[self.kind]
        return Reason(self.book, relation, self.rating if relation == "rated" else 0)


def find_reasons(
    snapshot: Snapshot,
    history: ReaderHistory,
    listed: Sequence[CatalogueBook],
    opened: Iterable[CatalogueBook] = (),
    raised: Mapping[int, Reason] | None = None,
) -> dict[int, list[Reason]]:
    """Return up to two reasons of one relation for each listed book that has any, by ``book_id``.

    Args:
        snapshot: has the similar books.
        history: the reader's books. Low ratings, dismissed books and those of rejected values are no
            reasons.
        listed: the shelf, best first.
        opened: books that the reader opened last; a reason where no book of theirs is.
        raised: reason of each book that the visit raised, by ``book_id``; it goes before others.
    """
    candidates = reason_candidates(snapshot, history, listed, opened)
    for book_id, reason in (raised or {}).items():
        others = [
            other
            for other in candidates.get(book_id, [])
            if other.reason.book.work_id != reason.book.work_id
        ]
        candidates[book_id] = [Candidate(reason, _VISIT_WEIGHT), *others]
    return choose_reasons([(book.book_id, candidates.get(book.book_id, [])) for book in listed])


def liked_books(snapshot: Snapshot, history: ReaderHistory) -> list[Reason]:
    """Return the reader's books that may be reasons, each with its own relation, the heaviest first."""
    return [own_book.reason() for own_book in _own_books(snapshot, history, ())]


def choose_reasons(places: Sequence[tuple[int, list[Candidate]]]) -> dict[int, list[Reason]]:
    """Choose among the candidates of each place; no work of the reader's exceeds its share.

    Places with few candidates choose first, so that a book that only they could name is left to them.
    Where every candidate has reached its share (a quarter of the places with candidates, at least
    one), the least used one is taken.
    """
    explained = [place for place in places if place[1]]
    share = max(1, len(explained) // 4)
    uses: Counter[int] = Counter()
    chosen: dict[int, list[Reason]] = {}
    for book_id, candidates in sorted(explained, key=lambda place: len(place[1])):
        free = [c for c in candidates if uses[c.reason.book.work_id] < share]
        if free:
            first = free[0]
        else:
            first = min(candidates, key=lambda c: (uses[c.reason.book.work_id], -c.weight))
        reasons = [first.reason]
        for other in free:
            if len(reasons) < _MOST_REASONS and _goes_with(first, other):
                reasons.append(other.reason)
        uses.update(reason.book.work_id for reason in reasons)
        chosen[book_id] = reasons
    _relieve(explained, chosen, uses, share)
    return chosen


def _relieve(
    places: Sequence[tuple[int, list[Candidate]]],
    chosen: dict[int, list[Reason]],
    uses: Counter[int],
    share: int,
) -> None:
    """Name another book where one exceeds its share, from the end of the shelf on."""
    for book_id, candidates in reversed(places):
        reasons = chosen[book_id]
        kept = [reason for reason in reasons if uses[reason.book.work_id] <= share]
        if len(kept) == len(reasons):
            continue
        free = [c.reason for c in candidates if uses[c.reason.book.work_id] < share]
        if kept or free:
            chosen[book_id] = kept or free[:1]
            uses.subtract(reason.book.work_id for reason in reasons)
            uses.update(reason.book.work_id for reason in chosen[book_id])


def _goes_with(first: Candidate, other: Candidate) -> bool:
    """Whether a sentence may name both: one relation, another work, hardly less weight."""
    return (
        first.reason.relation == other.reason.relation
        and first.reason.relation not in (FOLLOWS, BY_AUTHOR)
        and first.reason.book.work_id != other.reason.book.work_id
        and other.weight >= _SECOND_SHARE * first.weight
    )


def reason_candidates(
    snapshot: Snapshot,
    history: ReaderHistory,
    listed: Sequence[CatalogueBook],
    opened: Iterable[CatalogueBook] = (),
) -> dict[int, list[Candidate]]:
    """Return all possible reasons of each listed book, the heaviest first, by ``book_id``."""
    books = _own_books(snapshot, history, opened)
    if not books or not listed:
        return {}
    nearness = _nearness(snapshot, [own_book.book for own_book in books], listed)
    candidates = {}
    for book in listed:
        pairs = [
            _candidate(book, own_book, nearness.get((book.book_id, own_book.book.book_id), 0.0))
            for own_book in books
            if own_book.book.work_id != book.work_id
        ]
        weighed = [candidate for candidate in pairs if candidate is not None]
        candidates[book.book_id] = sorted(weighed, key=lambda candidate: -candidate.weight)
    return candidates


def _own_books(
    snapshot: Snapshot, history: ReaderHistory, opened: Iterable[CatalogueBook]
) -> list[_OwnBook]:
    """Return the reader's books that may be reasons, the heaviest first, then those opened last."""
    positive = history.liked
    positive += [
        SeenBook(book.book_id, book.work_id, 0, True, WANT)
        for book in history.wanted.values()
        if book.book_id not in history.rejected
    ]
    known = books_by_id(snapshot, [book.book_id for book in positive])
    books = [_OwnBook(known[book.book_id], book.kind, book.rating) for book in positive]
    # The sort is stable, so among equals the latest stays first.
    books = sorted(books, key=lambda book: -book.weight)[:_MOST_OWN]
    hidden, rejections = history.kept_works, history.rejections
    return books + [
        _OwnBook(book, OPENED, 0)
        for book in opened
        if book.work_id not in hidden and not rejections.covers(book)
    ]


def _candidate(book: CatalogueBook, own_book: _OwnBook, nearness: float) -> Candidate | None:
    """Return the relation of a listed book to a book of the reader's; None if there is none."""
    weight = own_book.weight
    same_author = bool(book.author) and book.author.casefold() == own_book.book.author.casefold()
    if same_author and own_book.kind not in (WANT, OPENED):
        earlier, later = series_place(own_book.book), series_place(book)
        if precedes(earlier, later):
            distance = (later.number - earlier.number) if earlier and later else 0.0
            return Candidate(own_book.reason(FOLLOWS), _FOLLOWS_WEIGHT * weight / max(distance, 1))
    if nearness > 0:
        bonus = _AUTHOR_WEIGHT * weight if same_author else 0.0
        return Candidate(own_book.reason(), weight * nearness + bonus)
    if same_author and own_book.kind != OPENED:
        return Candidate(own_book.reason(BY_AUTHOR), _AUTHOR_WEIGHT * weight)
    return None


def _nearness(
    snapshot: Snapshot, books: Sequence[CatalogueBook], listed: Sequence[CatalogueBook]
) -> dict[tuple[int, int], float]:
    """Nearness (0 to 1) of pairs of a listed book and a book of the reader's, where they have one.

    It is that of the better rank among the similar books of either. Only lists made from readers
    count: similar words in two titles say nothing of those who read them.
    """
    own_ids = [book.book_id for book in books if book.similar_source == _FROM_READERS]
    listed_ids = [book.book_id for book in listed]
    from_listed = [book.book_id for book in listed if book.similar_source == _FROM_READERS]
    nearness: dict[tuple[int, int], float] = {}
    for own_id, listed_id, rank in _pairs(snapshot, own_ids, listed_ids):
        nearness[listed_id, own_id] = exp(-(rank - 1) / _RANK_SCALE)
    all_ids = [book.book_id for book in books]
    for listed_id, own_id, rank in _pairs(snapshot, from_listed, all_ids):
        near = exp(-(rank - 1) / _RANK_SCALE)
        nearness[listed_id, own_id] = max(near, nearness.get((listed_id, own_id), 0.0))
    return nearness


def _pairs(
    snapshot: Snapshot, book_ids: Sequence[int], similar_ids: Sequence[int]
) -> list[tuple[int, int, int]]:
    """(book_id, similar_book_id, rank) rows of ``similar_top`` (its primary key)."""
    return [
        (row[0], row[1], row[2])
        for row in snapshot.rows(
            "select book_id, similar_book_id, rank from similar_top"  # noqa: S608
            f" where book_id in ({','.join('?' * len(book_ids))})"
            f" and similar_book_id in ({','.join('?' * len(similar_ids))})",
            (*book_ids, *similar_ids),
        )
    ]
