"""Neighbours by content: for a book that nobody has read yet, the books most alike by author and title.

Books that have readers get theirs in `bookrec.offline.neighbourhoods`.
"""

from __future__ import annotations

import numpy as np

from bookrec.offline.features import BookFeatures
from bookrec.offline.top_n import Lists, lists_from
from bookrec.ranker import Floats, Ints

SAME_AUTHOR = 0.5
"""What a common author adds to the cosine of two titles (halved), so scores stay within 0–1."""


def similar_by_content(
    books: Ints, features: BookFeatures, work_of_book: Ints, popularity: Floats, top: int
) -> Lists:
    """Neighbours of ``books`` by author and title, in their order.

    The score is ``cosine(titles) / 2 + 1/2 [same known author]``, at least 0; ties go to the more
    popular book, then by position. A book with neither a known author nor a known word in its
    title has no list.
    """
    lengths = np.linalg.norm(features.title, axis=1, keepdims=True)
    titles = features.title / np.maximum(lengths, 1e-9)
    found, scores = [], []
    for book in books:
        alike = np.maximum(titles @ titles[book], 0.0) * (1 - SAME_AUTHOR)
        if features.author[book]:
            alike = alike + SAME_AUTHOR * (features.author == features.author[book])
        alike[work_of_book == work_of_book[book]] = 0.0
        order = np.lexsort((-popularity, -alike))[: 4 * top]
        order = order[alike[order] > 0]
        _, first = np.unique(work_of_book[order], return_index=True)
        chosen = order[np.sort(first)[:top]]
        found.append(chosen)
        scores.append(alike[chosen].astype(np.float64))
    return lists_from(found, scores)
