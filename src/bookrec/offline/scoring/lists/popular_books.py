"""Popular books of all readers and of each age band."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bookrec.ages import AGE_BANDS
from bookrec.arrays import Ints
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.scoring.lists.top_n import Lists
from bookrec.topk import first_of_each

POPULAR_TOP = 500
"""Length of a popular list. It fills lists of 100 even for readers who have hundreds of its books."""

MIN_SEGMENT_READERS = 20
"""Smaller segments have no list of their own; the site falls back to ``all``."""


def popular_lists(
    interactions: Interactions, age_bands: Ints, work_of_book: Ints, top: int
) -> Iterator[tuple[str, Lists]]:
    """Yield (segment, list) for ``all`` and each known age band with enough readers.

    The score of a book is the share of the segment's readers who have it, so that a single enthusiastic
    rating leads no list. A list has one edition of a work; ties go to the lower position.

    Args:
        interactions: sorted by reader.
        age_bands: [readers] age bands.
        work_of_book: [B] work codes.
        top: length of the lists.
    """
    bands = age_bands[interactions.reader_idx]
    yield "all", _popular(interactions, work_of_book, top)
    for code, name in enumerate(AGE_BANDS):
        segment = interactions[bands == code]
        if code and len(np.unique(segment.reader_idx)) >= MIN_SEGMENT_READERS:
            yield name, _popular(segment, work_of_book, top)


def _popular(interactions: Interactions, work_of_book: Ints, top: int) -> Lists:
    readers = max(1, len(np.unique(interactions.reader_idx)))
    count = np.bincount(interactions.book_idx, minlength=len(work_of_book))
    order = np.argsort(-count, kind="stable")
    order = order[count[order] > 0]
    chosen = order[first_of_each(work_of_book[order], top)]
    return Lists(
        np.array([0, len(chosen)], dtype=np.int64), chosen.astype(np.int32), count[chosen] / readers
    )
