"""Similar books by content, for books without readers: by title, author and popularity.

`lists.similar_books` makes the lists of books with readers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints
from bookrec.offline.scoring.lists.top_n import Lists, lists_from
from bookrec.topk import best_first, first_of_each

TITLE: Final = 0.5
"""Weight of the cosine of the titles."""
SAME_AUTHOR: Final = 0.4
"""Weight of a common author."""
POPULARITY: Final = 0.07
"""Weight of ``log(1 + readers)``."""
MOST_READERS: Final = 100
"""Readers beyond which popularity counts no more: it tells known books from unknown ones, and does
not bring bestsellers beside every book."""
OTHER_LANGUAGE: Final = 0.5
"""Factor of the score of a book in another language area."""

_LARGEST: Final = TITLE + SAME_AUTHOR + POPULARITY * float(np.log1p(MOST_READERS))
"""Sum of the weights, to which scores are divided."""

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
    language: Ints
    """[B] codes of language areas, 0 = unknown."""
    popularity: Floats
    """[B] log(1 + readers)."""
    badly_rated: NDArray[np.bool_]
    """[B] mask of books that are never listed, see `CandidateFacts`."""

    @cached_property
    def titles(self) -> Floats:
        """[B, size] title vectors of length 1, or zeros."""
        lengths = np.linalg.norm(self.title, axis=1, keepdims=True)
        return np.asarray(self.title / np.maximum(lengths, 1e-9))

    @cached_property
    def popularity_scores(self) -> Floats:
        """[B] the part of popularity in the score of each book."""
        return np.asarray(
            POPULARITY * np.minimum(self.popularity, np.log1p(MOST_READERS)), dtype=np.float32
        )


def similar_by_content(books: Ints, content: BookContent, top: int) -> Lists:
    """List similar books of ``books``, in their order.

    The score is ``TITLE · cosine(titles) + SAME_AUTHOR · [same known author] + POPULARITY · log(1 +
    min(readers, MOST_READERS))``, divided by the sum of the weights: 0 to 1. `OTHER_LANGUAGE` lowers it
    for a book in another known language area. A negative cosine counts as 0. A book with neither author
    nor title in common is not listed, however popular. Ties go to the lower position. A book with
    neither a known author nor a known word in its title has an empty list.

    Args:
        books: [n] positions.
        content: of the catalogue.
        top: length of the lists.
    """
    work_of_book = content.work_of_book
    lists, scores = [], []
    for book in books:
        similarity = TITLE * np.maximum(content.titles @ content.titles[book], 0.0)
        if content.author[book]:
            similarity += SAME_AUTHOR * (content.author == content.author[book])
        similarity[(work_of_book == work_of_book[book]) | content.badly_rated] = 0.0
        score = np.where(similarity > 0, similarity + content.popularity_scores, 0.0) / _LARGEST
        if content.language[book]:
            known = content.language > 0
            score[known & (content.language != content.language[book])] *= OTHER_LANGUAGE
        order = best_first(score, _SPARE * top)
        order = order[score[order] > 0]
        chosen = order[first_of_each(work_of_book[order], top)]
        lists.append(chosen)
        scores.append(np.minimum(score[chosen].astype(np.float64), 1.0))
    return lists_from(lists, scores)
