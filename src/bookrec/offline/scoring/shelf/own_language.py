"""Share of listed books in the reader's own language, by the language areas of ISBNs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.offline.features.book_keys import language_key


def own_language_shares(
    interactions: Ints, readers: Ints, lists: Ints, isbns: Sequence[str]
) -> tuple[float | None, float | None]:
    """Share of the places in the reader's language: of all readers, of those of smaller languages.

    A reader's language is that of most of their books (`language_key`); of equals the one with fewer
    readers, since readers of small languages read large ones more often than the reverse. Smaller
    languages are all but the one that most readers have. Books without a language, and readers
    without one, are left out; a share is None where nothing is left.

    Args:
        interactions: [n, 2] ids of readers and positions of books.
        readers: [R] ids of the readers with a list, ascending.
        lists: [R, k] positions of books, -1 after the end of a list.
        isbns: [B] ids of the books.
    """
    names, codes = np.unique([language_key(isbn) for isbn in isbns], return_inverse=True)
    language = np.where(names[codes] == "", -1, codes)
    language_of_reader = _languages_of_readers(interactions, readers, language)
    listed = np.where(lists >= 0, language[lists], -1)
    judged = (listed >= 0) & (language_of_reader >= 0)[:, None]
    if not judged.any():
        return None, None
    hits = judged & (listed == language_of_reader[:, None])
    commonest = np.bincount(language_of_reader[language_of_reader >= 0]).argmax()
    others = language_of_reader != commonest
    share = float(hits.sum() / judged.sum())
    return share, float(hits[others].sum() / judged[others].sum()) if judged[others].any() else None


def _languages_of_readers(
    interactions: Ints, readers: Ints, language: NDArray[np.int64]
) -> NDArray[np.int64]:
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
