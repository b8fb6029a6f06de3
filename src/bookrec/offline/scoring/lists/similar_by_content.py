"""Similar books by content, for books without readers: by author and title.

`lists.similar_books` makes the lists of books with readers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints
from bookrec.offline.scoring.lists.top_n import Lists, lists_from
from bookrec.topk import best, first_of_each

SAME_AUTHOR = 0.5
"""Share of a common author in the score; the cosine of the titles has the rest, so scores are 0–1."""

_SPARE: Final = 4
"""Books considered per listed book, since a list has one edition of a work."""


@dataclass(frozen=True)
class BookContent:
    """Content of ``B`` books, known before anybody reads them."""

    author: Ints
    """[B] codes, 0 = unknown."""
    title: Floats
    """[B, size] title vectors, zeros without a known word."""
    work_of_book: Ints
    """[B] work codes."""
    popularity: Floats
    """[B] log(1 + readers); of two equal scores the more popular book comes first."""


def similar_by_content(books: Ints, content: BookContent, top: int) -> Lists:
    """List similar books of ``books``, in their order.

    The score is ``cosine(titles) / 2 + 1/2 [same known author]``, at least 0. Ties go to the more
    popular book, then to the lower position. A book with neither a known author nor a known word in
    its title has an empty list.

    Args:
        books: [n] positions.
        content: of the catalogue.
        top: length of the lists.
    """
    work_of_book = content.work_of_book
    lengths = np.linalg.norm(content.title, axis=1, keepdims=True)
    titles = content.title / np.maximum(lengths, 1e-9)
    lists, scores = [], []
    for book in books:
        similarity = np.maximum(titles @ titles[book], 0.0) * (1 - SAME_AUTHOR)
        if content.author[book]:
            similarity = similarity + SAME_AUTHOR * (content.author == content.author[book])
        similarity[work_of_book == work_of_book[book]] = 0.0
        near = _at_least_the(similarity, _SPARE * top)
        order = near[np.lexsort((-content.popularity[near], -similarity[near]))][: _SPARE * top]
        chosen = order[first_of_each(work_of_book[order], top)]
        lists.append(chosen)
        scores.append(similarity[chosen].astype(np.float64))
    return lists_from(lists, scores)


def _at_least_the(values: Floats, count: int) -> NDArray[np.intp]:
    """Ascending positions of the positive ``values`` that are at least the ``count``-th largest."""
    largest = best(values, count, above=0.0)
    return np.flatnonzero(values >= values[largest].min()) if len(largest) else largest
