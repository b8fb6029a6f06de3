"""Neighbours by content: for a book that nobody has read yet, the books most alike by author and title.

Books that have readers get theirs in `lists.similar_books`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints
from bookrec.offline.scoring.lists.top_n import Lists, lists_from
from bookrec.topk import best

SAME_AUTHOR = 0.5
"""What a common author adds to the cosine of two titles (halved), so scores stay within 0–1."""

_SPARE: Final = 4
"""Books looked at for each that is listed, since a list shows one edition of a work."""


@dataclass(frozen=True)
class BookContent:
    """What is known of ``B`` books before anybody has read them."""

    author: Ints
    """[B] codes, 0 = unknown."""
    title: Floats
    """[B, size] title vectors, zeros without a known word."""
    work_of_book: Ints
    """[B]"""
    popularity: Floats
    """[B] log(1 + readers): of two that are equally alike, the more popular is shown."""


def similar_by_content(books: Ints, content: BookContent, top: int) -> Lists:
    """Neighbours of ``books`` by author and title, in their order.

    The score is ``cosine(titles) / 2 + 1/2 [same known author]``, at least 0; ties go to the more
    popular book, then by position. A book with neither a known author nor a known word in its
    title has no list.
    """
    work_of_book = content.work_of_book
    lengths = np.linalg.norm(content.title, axis=1, keepdims=True)
    titles = content.title / np.maximum(lengths, 1e-9)
    found, scores = [], []
    for book in books:
        alike = np.maximum(titles @ titles[book], 0.0) * (1 - SAME_AUTHOR)
        if content.author[book]:
            alike = alike + SAME_AUTHOR * (content.author == content.author[book])
        alike[work_of_book == work_of_book[book]] = 0.0
        near = _at_least_the(alike, _SPARE * top)
        order = near[np.lexsort((-content.popularity[near], -alike[near]))][: _SPARE * top]
        _, first = np.unique(work_of_book[order], return_index=True)
        chosen = order[np.sort(first)[:top]]
        found.append(chosen)
        scores.append(alike[chosen].astype(np.float64))
    return lists_from(found, scores)


def _at_least_the(values: Floats, count: int) -> NDArray[np.intp]:
    """Positions, ascending, of the positive ``values`` that are not below the ``count``-th largest."""
    largest = best(values, count, above=0.0)
    return np.flatnonzero(values >= values[largest].min()) if len(largest) else largest
