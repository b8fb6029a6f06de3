"""Book neighbourhoods: for each book, the books its readers would like.

A book's neighbours are the top-N list of a reader who is known for that book alone, folded in like
any new reader: retrieval brings candidates from its neighbourhood and the Keras model's scores rank
them. A book without readers has no such list; it gets the books most alike by author and title.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from tqdm import tqdm

from bookrec.offline.features import BookFeatures
from bookrec.offline.top_n import Histories, Lists, top_lists
from bookrec.ranker import Floats, Ints

SAME_AUTHOR = 0.5
"""What a common author adds to the cosine of two titles (halved), so scores stay within 0–1."""


def similar_by_ranker(
    ranker_directory: Path, books: Ints, top: int, candidates: int, workers: int | None = None
) -> Lists:
    """Neighbours of ``books`` by the ranker, in their order."""
    count = len(books)
    histories = Histories(
        np.arange(count + 1, dtype=np.int64),
        books,
        np.zeros(count, dtype=np.int8),
        np.full(count, -1, dtype=np.int32),
        None,
    )
    return top_lists(
        ranker_directory, histories, top, candidates, label="similar books", workers=workers
    )


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
    found, scores, counts = [], [], []
    for book in tqdm(books, desc="similar by content", disable=None, leave=False):
        alike = np.maximum(titles @ titles[book], 0.0) * (1 - SAME_AUTHOR)
        if features.author[book]:
            alike = alike + SAME_AUTHOR * (features.author == features.author[book])
        alike[work_of_book == work_of_book[book]] = 0.0
        order = np.lexsort((-popularity, -alike))[: 4 * top]
        order = order[alike[order] > 0]
        _, first = np.unique(work_of_book[order], return_index=True)
        chosen = order[np.sort(first)[:top]]
        found.append(chosen.astype(np.int32))
        scores.append(alike[chosen].astype(np.float64))
        counts.append(len(chosen))
    return Lists(
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        np.concatenate([np.empty(0, np.int32), *found]).astype(np.int32),
        np.concatenate([np.empty(0), *scores]),
    )
