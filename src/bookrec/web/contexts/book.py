"""Context of the page of a book."""

from __future__ import annotations

import msgspec

from bookrec.web.contexts.books import BookCard, Reason, Shelf
from bookrec.web.contexts.shell import TitleLink


class BookPage(msgspec.Struct, frozen=True):
    """``/books/{isbn}``"""

    book: BookCard
    similar: Shelf
    editions: list[BookCard]
    """All editions of the work, this one too, those in stock first; [] where there is only one."""
    my_rating: int | None
    """1–10 when the reader rated it, 0 for a seen book without a rating, None when not seen."""
    my_shelf: str | None
    """'want', 'dismissed' or None."""
    because: list[Reason]
    """Books of the reader's that are the reason to recommend this one."""
    by_author: list[BookCard]
    """Other books of the author, the most read first."""
    ratings: list[int]
    """[10] numbers of readers who rated it 1, 2, … 10; [] without any rating."""
    near_readers: int
    """Readers of the nearest taste who rated it; 0 when there are too few to say so."""
    near_pleased: int
    """Those of them who rated it 8 or more."""
    waiting: bool = False
    """Whether this visitor waits for the book to be back in stock."""
    series_first: TitleLink | None = None
    """Volume to begin the series with, where this one comes later."""
    series_next: TitleLink | None = None
    """Volume after this one."""
    description: str = ""
    """'' when unknown."""
