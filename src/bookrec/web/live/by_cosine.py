"""Second opinion on the next books: plain cosine collaborative filtering.

The score of a book is the sum over the shown books of ``n · cos``: the number of members who like, want
or put a shown book into the cart, times its shrunken cosine with the book (``cosine_top`` of the
snapshot). Who has not reacted has no say, and nobody's earlier books count (Sarwar, Karypis, Konstan,
Riedl, WWW 2001, with implicit weights).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from bookrec.web.live.room_state import RoomState
from bookrec.web.store.catalogue import CatalogueBook, ListedBook

BOOKS: Final = 3
"""Books that the host is shown."""
NEIGHBOURS: Final = 20
"""Neighbours of a shown book that count."""


def likers(state: RoomState) -> dict[str, int]:
    """Number of members who like, want or carted a shown book, by ISBN; without those nobody does."""
    counts = {
        isbn: len((reactions.like | reactions.want | reactions.cart) - reactions.dismiss)
        for isbn, reactions in state.reactions.items()
    }
    return {isbn: count for isbn, count in counts.items() if count}


def books_by_cosine(
    liked: Mapping[str, int],
    neighbours: Mapping[str, list[ListedBook]],
    without_works: set[int],
    buyable: Callable[[str], bool],
) -> list[CatalogueBook]:
    """Return the best books by cosine, at most `BOOKS`; ties go to the lower ``book_id``.

    Args:
        liked: result of `likers`.
        neighbours: of each of these books.
        without_works: shown and queued works.
        buyable: whether the book of an ISBN can be bought now.
    """
    scores: dict[int, float] = {}
    books: dict[int, CatalogueBook] = {}
    for isbn, count in liked.items():
        for item in neighbours.get(isbn, ()):
            work = item.book.work_id
            if work not in without_works and buyable(item.book.isbn):
                scores[work] = scores.get(work, 0.0) + count * item.score
                books.setdefault(work, item.book)
    best = sorted(scores, key=lambda work: (-scores[work], books[work].book_id))
    return [books[work] for work in best[:BOOKS]]
