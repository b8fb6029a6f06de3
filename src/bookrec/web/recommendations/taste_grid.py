"""Books to tick at registration, chosen so that the ticks tell most about readers' tastes.

A first tick tells more of a reader than a second. The grid is chosen greedily: the next book is the one
that most readers like, where a reader who likes books of the grid already counts a fifth for each of
them. So every taste has its book before a large one has its second. docs/readers.md has the figures.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.inference.history import POSITIVE_RATING
from bookrec.web.store.catalogue import BOOK_COLUMNS, EVERYONE, CatalogueBook, read_books
from bookrec.web.store.snapshot_reader import Snapshot

_CANDIDATES: Final = 300
"""Popular books to choose from, one of an author: a reader should know what they see."""
_MOST_READERS: Final = 10_000
_KNOWN_SHARE: Final = 0.2
"""Weight of a reader for each book of the grid that they like already."""
_LEAST_READERS: Final = 50
"""Fewer readers of the ticked books say too little; all readers decide then."""


class TasteGrid:
    """Popular books, and the readers who like each."""

    def __init__(self, books: list[CatalogueBook], likes: NDArray[np.bool_]) -> None:
        """Keep the candidates and ``likes``: [readers, books] whether a reader likes a book."""
        self.books = books
        self.likes = likes
        self._place = {book.isbn: place for place, book in enumerate(books)}

    def choose(
        self, count: int, ticked: Collection[str] = (), shown: Collection[str] = ()
    ) -> list[CatalogueBook]:
        """Choose ``count`` books, the most telling first.

        Args:
            count: length of the grid.
            ticked: ISBNs that are ticked; the readers who like one of them decide on the rest.
            shown: ISBNs that were offered before; they are left out, like the ticked ones.
        """
        likes = self.likes
        places = [self._place[isbn] for isbn in ticked if isbn in self._place]
        if places:
            like_minded = likes[likes[:, places].any(axis=1)]
            likes = like_minded if len(like_minded) >= _LEAST_READERS else likes
        hidden = {*ticked, *shown}
        open_places = np.array(
            [place for place, book in enumerate(self.books) if book.isbn not in hidden], dtype=int
        )
        order = telling_order(likes[:, open_places], count)
        return [self.books[open_places[place]] for place in order]


def load_grid(snapshot: Snapshot) -> TasteGrid:
    """Read the candidates and their readers; for a worker thread."""
    rows = snapshot.slow_rows(
        f"select {BOOK_COLUMNS} from popular_top join book using (book_id)"  # noqa: S608
        " where segment = ? order by rank",
        (EVERYONE,),
    )
    by_author: dict[str, CatalogueBook] = {}
    for book in read_books(snapshot, rows):
        by_author.setdefault(book.author.casefold() or book.isbn, book)
    books = list(by_author.values())[:_CANDIDATES]
    place = {book.book_id: number for number, book in enumerate(books)}
    pairs = snapshot.slow_rows(
        "select reader_id, book_id from interaction where book_id in"  # noqa: S608
        f" ({','.join('?' * len(place))}) and (rating = 0 or rating >= ?)",
        (*place, POSITIVE_RATING),
    )
    readers = sorted({reader_id for reader_id, _ in pairs})
    # Readers have no order that matters, so every n-th is a fair sample.
    step = max(1, -(-len(readers) // _MOST_READERS))
    row_of = {reader_id: row for row, reader_id in enumerate(readers[::step])}
    likes = np.zeros((len(row_of), len(books)), dtype=bool)
    for reader_id, book_id in pairs:
        if reader_id in row_of:
            likes[row_of[reader_id], place[book_id]] = True
    return TasteGrid(books, likes)


def telling_order(likes: NDArray[np.bool_], count: int) -> list[int]:
    """Order the columns of ``likes`` so that each reaches most readers whom those before it miss.

    Args:
        likes: [readers, books] whether a reader likes a book.
        count: number of columns to choose.

    Returns:
        Up to ``count`` columns; among equals the first.
    """
    chosen: list[int] = []
    weights = np.ones(len(likes))
    while len(chosen) < min(count, likes.shape[1]):
        reached = weights @ likes
        reached[chosen] = -1.0
        best = int(reached.argmax())
        chosen.append(best)
        weights[likes[:, best]] *= _KNOWN_SHARE
    return chosen
