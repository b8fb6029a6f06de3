"""Shelves of the home page beside the reader's list. No work stands on the page twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Final

import msgspec

from bookrec.web.recommendations.lists import pass_chain, popular_for, similar_shelf
from bookrec.web.recommendations.reasons import BY_AUTHOR, FOLLOWS, Reason, liked_books
from bookrec.web.recommendations.series import series_place
from bookrec.web.recommendations.visits import Visit
from bookrec.web.selling.front import ShopFront
from bookrec.web.store.catalogue import (
    BOOK_COLUMNS,
    CatalogueBook,
    ListedBook,
    books_by_author,
    books_by_isbn,
    read_books,
)
from bookrec.web.store.reader_history import ReaderHistory
from bookrec.web.store.rejections import NONE, Rejections
from bookrec.web.store.snapshot_reader import Snapshot

LENGTH: Final = 6
"""Books of a shelf beside the reader's list."""
_LEAST: Final = 3
"""A shelf of fewer books is left out."""
_BECAUSE: Final = 2
"""Shelves of books similar to one that the reader knows."""
_MOST_CONSIDERED: Final = 100
_MOST_AUTHORS: Final = 12
_MOST_SOURCES: Final = 12
"""Books of the reader's that are tried for a shelf of similar ones."""


class HomeShelf(msgspec.Struct, frozen=True):
    """A shelf: its kind, its books, and what is true of all of them."""

    kind: str
    """``promoted``, ``opened``, ``because``, ``authors``, ``series`` (authors, the next books of series
    first), ``popular`` or ``new``."""
    books: list[CatalogueBook]
    reason: Reason | None = None
    """The book of the reader's that those of a shelf ``because`` are similar to."""
    reasons: dict[int, Reason] = {}
    """By ``book_id``: the books of the reader's that those of ``authors`` and ``series`` belong to."""
    segment: str = ""
    """Segment of the popular books."""


def reader_shelves(
    snapshot: Snapshot,
    front: ShopFront,
    history: ReaderHistory,
    shown: Iterable[CatalogueBook],
    opened: Sequence[CatalogueBook],
    newest: Sequence[ListedBook],
    segment: str,
    visit: Visit | None = None,
) -> Iterator[HomeShelf]:
    """Yield the shelves of a reader, in the order of the page.

    Args:
        snapshot: has the lists.
        front: has the shop's stock and its rule.
        history: the reader's books.
        shown: books of the reader's own list, which the page shows already.
        opened: books that the reader opened last, the latest first.
        newest: newest books of the catalogue.
        segment: segment of the popular books; "" leaves them out.
        visit: what the reader did lately; shelves follow it, but for that of the books just opened.
    """
    on_page, rejections = {book.work_id for book in shown}, history.rejections
    dismissed = {book.work_id for book in history.dismissed.values()}
    listed = [ListedBook(book, 0.0) for book in opened]
    hidden = on_page | dismissed
    again = pass_chain(snapshot, front, listed, hidden, LENGTH, rejections=rejections)
    if again:
        yield _noted(HomeShelf("opened", [item.book for item in again]), on_page)
    on_page |= history.kept_works
    likes = liked_books(snapshot, history)
    because = _because_shelves(snapshot, front, likes, on_page, visit, rejections)
    if shelf := next(because, None):
        yield shelf
    if shelf := _author_shelf(snapshot, front, likes, on_page, rejections):
        yield _noted(shelf, on_page)
    yield from because
    popular = (
        popular_for(snapshot, front, segment, on_page, LENGTH, visit, rejections) if segment else []
    )
    if len(popular) >= _LEAST:
        books = [item.book for item in popular]
        yield _noted(HomeShelf("popular", books, segment=segment), on_page)
    if shelf := new_shelf(snapshot, front, newest, on_page, visit, rejections):
        yield shelf


def promoted_shelf(
    snapshot: Snapshot,
    front: ShopFront,
    without_works: set[int],
    rejections: Rejections = NONE,
) -> HomeShelf | None:
    """Return the shelf of the books that the shop promotes, the latest first; None without any.

    Args:
        snapshot: has the books.
        front: has the promoted books, the stock and its rule.
        without_works: works that the page shows, or that the reader has, wants or dismissed.
        rejections: values that are not the reader's taste.
    """
    if not front.promoted:
        return None
    books = books_by_isbn(snapshot, front.promoted)
    listed = [ListedBook(books[isbn], 0.0) for isbn in front.promoted if isbn in books]
    fresh = pass_chain(snapshot, front, listed, without_works, LENGTH, rejections=rejections)
    return HomeShelf("promoted", [item.book for item in fresh]) if fresh else None


def new_shelf(
    snapshot: Snapshot,
    front: ShopFront,
    newest: Sequence[ListedBook],
    without_works: set[int],
    visit: Visit | None = None,
    rejections: Rejections = NONE,
) -> HomeShelf | None:
    """Return the shelf of the newest books of other works; None when they are too few."""
    fresh = pass_chain(snapshot, front, list(newest), without_works, LENGTH, visit, rejections)
    return HomeShelf("new", [item.book for item in fresh]) if len(fresh) >= _LEAST else None


def newest_books(
    snapshot: Snapshot, this_year: int, codes: tuple[str, ...] = ()
) -> list[ListedBook]:
    """Return the newest books up to a year, the most read of a year first; for a worker thread.

    Those in the languages ``codes`` come before all others.
    """
    query = (
        f"select {BOOK_COLUMNS} from book where year <= ? and {{}}"  # noqa: S608
        " order by year desc, place limit ?"
    )
    marks = ",".join("?" * len(codes))
    first = query.format(f"language in ({marks})")
    rows = snapshot.slow_rows(first, (this_year, *codes, _MOST_CONSIDERED)) if codes else []
    rows += snapshot.slow_rows(query.format("true"), (this_year, _MOST_CONSIDERED))
    return [ListedBook(book, 0.0) for book in read_books(snapshot, rows)]


def _noted(shelf: HomeShelf, on_page: set[int]) -> HomeShelf:
    """Return a shelf after adding its works to those on the page."""
    on_page.update(book.work_id for book in shelf.books)
    return shelf


def _because_shelves(
    snapshot: Snapshot,
    front: ShopFront,
    likes: Sequence[Reason],
    on_page: set[int],
    visit: Visit | None,
    rejections: Rejections,
) -> Iterator[HomeShelf]:
    """Yield shelves of books similar to one of the reader's, each of another author's book."""
    authors: set[str] = set()
    for reason in likes[:_MOST_SOURCES]:
        author = reason.book.author.casefold()
        if author in authors or reason.book.similar_source != "precomputed":
            continue
        _, fresh = similar_shelf(snapshot, front, reason.book, LENGTH, on_page, visit, rejections)
        if len(fresh) < _LEAST:
            continue
        authors.add(author)
        yield _noted(HomeShelf("because", [item.book for item in fresh], reason), on_page)
        if len(authors) == _BECAUSE:
            return


def _author_shelf(
    snapshot: Snapshot,
    front: ShopFront,
    likes: Sequence[Reason],
    on_page: set[int],
    rejections: Rejections,
) -> HomeShelf | None:
    """Return books by authors of the reader's, those that come next in a series first."""
    by_author: dict[str, list[Reason]] = defaultdict(list)
    for reason in likes:
        if reason.book.author:
            by_author[reason.book.author].append(reason)
    following: list[tuple[CatalogueBook, Reason]] = []
    others: list[list[tuple[CatalogueBook, Reason]]] = []
    for author, reasons in list(by_author.items())[:_MOST_AUTHORS]:
        listed = books_by_author(snapshot, author, _MOST_CONSIDERED)
        passed = pass_chain(
            snapshot, front, listed, on_page, _MOST_CONSIDERED, rejections=rejections
        )
        fresh = [item.book for item in passed]
        next_books = _next_in_series(fresh, [reason.book for reason in reasons])
        following += [(book, Reason(before, FOLLOWS)) for book, before in next_books]
        taken = {book.work_id for book, _ in next_books}
        by_this = Reason(reasons[0].book, BY_AUTHOR)
        others.append([(book, by_this) for book in fresh if book.work_id not in taken])
    # One book of each author in turn, so that a prolific one does not fill the shelf.
    turns = [pair for turn in zip_longest(*others) for pair in turn if pair is not None]
    pairs = (following + turns)[:LENGTH]
    if len(pairs) < _LEAST:
        return None
    reasons_by_book = {book.book_id: reason for book, reason in pairs}
    kind = "series" if following else "authors"
    return HomeShelf(kind, [book for book, _ in pairs], reasons=reasons_by_book)


def _next_in_series(
    fresh: Sequence[CatalogueBook], known: Sequence[CatalogueBook]
) -> list[tuple[CatalogueBook, CatalogueBook]]:
    """Pairs of a book and the latest known one of its series, where it is the next to read."""
    latest: dict[str, tuple[float, CatalogueBook]] = {}
    for book in known:
        place = series_place(book)
        if place and place.number > latest.get(place.name, (0.0, book))[0]:
            latest[place.name] = (place.number, book)
    next_books: dict[str, tuple[float, CatalogueBook]] = {}
    for book in fresh:
        place = series_place(book)
        if place is None or place.name not in latest or place.number <= latest[place.name][0]:
            continue
        if place.name not in next_books or place.number < next_books[place.name][0]:
            next_books[place.name] = (place.number, book)
    return [(book, latest[name][1]) for name, (_, book) in next_books.items()]
