"""Share of listed books in the reader's own language, by the language areas of ISBNs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.offline.features.book_keys import language_key

_Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Languages:
    """Languages of books and of readers with a list, as codes; -1 = none.

    A reader's language is that of most of their books (`language_key`); of equals the one with fewer
    readers, since readers of small languages read large ones more often than the reverse. Smaller
    languages are all but the one that most readers have.
    """

    books: _Codes
    """[B] code of each book."""
    readers: _Codes
    """[R] code of each reader."""
    others: NDArray[np.bool_]
    """[R] mask of the readers of smaller languages."""


def languages(interactions: Ints, readers: Ints, isbns: Sequence[str]) -> Languages:
    """Find the languages of books and readers.

    Args:
        interactions: [n, 2] ids of readers and positions of books.
        readers: [R] ids of the readers with a list, ascending.
        isbns: [B] ids of the books.
    """
    names, codes = np.unique([language_key(isbn) for isbn in isbns], return_inverse=True)
    books = np.where(names[codes] == "", -1, codes)
    of_readers = _languages_of_readers(interactions, readers, books)
    known = of_readers >= 0
    commonest = np.bincount(of_readers[known]).argmax() if known.any() else -1
    return Languages(books, of_readers, known & (of_readers != commonest))


def own_language_shares(spoken: Languages, lists: Ints) -> tuple[float | None, float | None]:
    """Share of the places in the reader's language: of all readers, of those of smaller languages.

    Books without a language, and readers without one, are left out; a share is None where nothing is
    left.

    Args:
        spoken: languages of the books and of the readers.
        lists: [R, k] positions of books, -1 after the end of a list.
    """
    listed = np.where(lists >= 0, spoken.books[lists], -1)
    judged = (listed >= 0) & (spoken.readers >= 0)[:, None]
    hits = judged & (listed == spoken.readers[:, None])
    return _share(hits, judged), _share(hits[spoken.others], judged[spoken.others])


def possible_share(spoken: Languages, lists: Ints, interactions: Ints, readers: Ints) -> float:
    """Share of their places that readers of smaller languages could have in their language.

    A reader's list holds at most the books of the language that the reader does not have; 0 without
    such readers.

    Args:
        spoken: languages of the books and of the readers.
        lists: [R, k] positions of books, -1 after the end of a list.
        interactions: [n, 2] ids of readers and positions of books.
        readers: [R] ids of the readers, ascending.
    """
    lengths = (lists >= 0).sum(axis=1)
    places = int(lengths[spoken.others].sum())
    if not places:
        return 0.0
    mine = np.isin(interactions[:, 0], readers)
    row, book = np.searchsorted(readers, interactions[mine, 0]), interactions[mine, 1]
    in_language = spoken.books[book] == spoken.readers[row]
    seen = np.bincount(row[in_language], minlength=len(readers))[spoken.others]
    offered = np.bincount(spoken.books[spoken.books >= 0])[spoken.readers[spoken.others]]
    return float(np.minimum(lengths[spoken.others], offered - seen).sum() / places)


def _share(hits: NDArray[np.bool_], judged: NDArray[np.bool_]) -> float | None:
    return float(hits.sum() / judged.sum()) if judged.any() else None


def _languages_of_readers(interactions: Ints, readers: Ints, language: _Codes) -> _Codes:
    """[R] codes of the readers' languages, -1 for a reader without one.

    Args:
        interactions: [n, 2] ids of readers and positions of books.
        readers: [R] ids of the readers, ascending.
        language: [B] codes of the books' languages, -1 for a book without one.
    """
    language_of_reader = np.full(len(readers), -1, dtype=np.int64)
    known = (language[interactions[:, 1]] >= 0) & np.isin(interactions[:, 0], readers)
    row = np.searchsorted(readers, interactions[known, 0])
    pairs = np.stack([row, language[interactions[known, 1]]])
    (reader, code), books = np.unique(pairs, axis=1, return_counts=True)
    readers_of_language = np.bincount(code)
    order = np.lexsort((code, readers_of_language[code], -books, reader))
    distinct, first = np.unique(reader[order], return_index=True)
    language_of_reader[distinct] = code[order][first]
    return language_of_reader
