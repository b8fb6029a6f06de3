"""Diversity of a reader's list: the step of their slider, or the shop's, and the limit of an author.

The re-ranking itself is `bookrec.inference.diversity`. This module looks up the facts of the listed
books: their similar books in the snapshot, their authors and categories, and the categories of the
reader's books.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from bookrec.arrays import Ints
from bookrec.inference.diversity import (
    CANDIDATES,
    NEIGHBOURS,
    STRENGTHS,
    DiversityFacts,
    DiversitySettings,
    diversified,
    listed_similarity,
    mix_of,
)
from bookrec.search.words import name_key
from bookrec.shop.selling.shop_settings import ShopSettings
from bookrec.web.accounts.accounts import Account
from bookrec.web.store.catalogue import ListedBook
from bookrec.web.store.reader_history import ReaderHistory
from bookrec.web.store.snapshot_reader import Snapshot

_MOST_SEEN: Final = 500
"""Seen books whose categories make the reader's mix, the latest first."""


def diversity_of(account: Account, settings: ShopSettings) -> DiversitySettings:
    """Return the reader's own step, or the shop's, and the shop's limit of an author."""
    return DiversitySettings(STRENGTHS[step_of(account, settings)], settings.most_of_author)


def step_of(account: Account, settings: ShopSettings) -> int:
    """Return the step of the reader's slider, 0–4, or the shop's for one who has not moved it."""
    return settings.diversity if account.diversity is None else account.diversity


def diversify(
    snapshot: Snapshot,
    history: ReaderHistory,
    listed: Sequence[ListedBook],
    settings: DiversitySettings,
) -> list[ListedBook]:
    """Re-rank the first `CANDIDATES` books of a list that passed the chain."""
    if not settings.changes_lists or len(listed) < 2:
        return list(listed)
    first = listed[:CANDIDATES]
    # Books out of stock stand behind others with lower scores: their place says what they are worth.
    scores = np.minimum.accumulate(np.array([item.score for item in first], dtype=np.float64))
    order = diversified(scores, _facts(snapshot, history, first, settings), settings, len(first))
    return [first[place] for place in order] + list(listed[CANDIDATES:])


def _facts(
    snapshot: Snapshot,
    history: ReaderHistory,
    listed: Sequence[ListedBook],
    settings: DiversitySettings,
) -> DiversityFacts:
    books = [item.book for item in listed]
    authors = _codes(name_key(book.author) for book in books)
    size = len(books)
    if not settings.strength:
        return DiversityFacts(np.zeros((size, size)), authors, authors * 0, np.zeros(1))
    seen = _seen_categories(snapshot, history) if any(book.category for book in books) else []
    groups = _codes(name.casefold() for name in [*(book.category for book in books), *seen])
    return DiversityFacts(
        _similarity(snapshot, [book.book_id for book in books]),
        authors,
        groups[:size],
        mix_of(groups[size:], int(groups.max(initial=0)) + 1),
    )


def _similarity(snapshot: Snapshot, ids: Sequence[int]) -> np.ndarray:
    """[C, C] similarity of the listed books by their published similar books."""
    marks = ",".join("?" * len(ids))
    rows = snapshot.rows(
        "select book_id, similar_book_id, rank from similar_top"  # noqa: S608
        f" where book_id in ({marks}) and similar_book_id in ({marks}) and rank <= ?",
        (*ids, *ids, NEIGHBOURS),
    )
    place = {book_id: number for number, book_id in enumerate(ids)}
    book, similar, ranks = (
        np.array(column, dtype=np.int64)
        for column in (zip(*rows, strict=True) if rows else [[]] * 3)
    )
    at = np.vectorize(place.__getitem__, otypes=[np.int64])
    return listed_similarity(len(ids), at(book), at(similar), ranks, NEIGHBOURS)


def _seen_categories(snapshot: Snapshot, history: ReaderHistory) -> list[str]:
    """Categories of the reader's liked and implicit books, one text a book; '' where it is unknown."""
    ids = [book.book_id for book in history.liked][:_MOST_SEEN]
    marks = ",".join("?" * len(ids))
    rows = snapshot.rows(f"select category from book where book_id in ({marks})", tuple(ids))  # noqa: S608
    return [str(name) for (name,) in rows]


def _codes(names: Iterable[str]) -> Ints:
    """Codes of texts from 1, 0 for ''."""
    known: dict[str, int] = {"": 0}
    return np.array([known.setdefault(name, len(known)) for name in names], dtype=np.int32)
