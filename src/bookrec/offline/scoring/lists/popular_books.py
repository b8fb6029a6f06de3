"""Popular books of all readers and of each age band: what is well liked by many.

The score of a book is ``(m - 1) / 9 * log(1 + n) / log(1 + N)``, 0–1. ``n`` of the segment's ``N``
readers have the book, and ``m`` is its shrunken mean rating (`shrunken_mean`; Efron and Morris, "Data
analysis using Stein's estimator and its generalizations", JASA 1975), in an age band shrunk once more,
toward the book's ``m`` of all readers. The logarithm is the sublinear weight of a count (Manning,
Raghavan and Schütze, "Introduction to information retrieval", 2008, 6.4.1). So neither a few ratings of
10 lead a list, nor a giveaway that many have and few like. Without a rating in the whole data the
first factor is 1, and the number of readers alone orders the lists.

A book that is badly rated (`BookStatistics.badly_rated`, over all readers), or whose work is, is in no
list: in a small age band, where a hundred readers are many, a giveaway would still lead. Where the
mean of all ratings is itself below that bound, the bound says nothing, and every book may be listed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bookrec.ages import AGE_BANDS
from bookrec.arrays import Ints
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.features.book_statistics import BookStatistics, book_statistics
from bookrec.offline.features.shrunken_ratings import shrunken_mean
from bookrec.offline.metrics.taste import BAD_MEAN
from bookrec.offline.scoring.lists.top_n import Lists
from bookrec.topk import first_of_each

POPULAR_TOP = 500
"""Length of a popular list. It fills lists of 100 even for readers who have hundreds of its books."""

MIN_SEGMENT_READERS = 20
"""Smaller segments have no list of their own; the site falls back to ``all``."""

_Values = NDArray[np.float64]


def popular_lists(
    interactions: Interactions, age_bands: Ints, work_of_book: Ints, top: int
) -> Iterator[tuple[str, Lists]]:
    """Yield (segment, list) for ``all`` and each known age band with enough readers.

    A list has one edition of a work; ties go to the lower position. The list of a band is empty where
    its readers have badly rated books alone; ``all`` never is.

    Args:
        interactions: sorted by reader; ratings 1–10, those of five-star sources doubled.
        age_bands: [readers] age bands.
        work_of_book: [B] work codes.
        top: length of the lists.
    """
    everyone = book_statistics(interactions, len(work_of_book))
    overall = _mean_rating(everyone)
    allowed = ~_badly_rated(interactions, everyone, work_of_book) | (overall < BAD_MEAN)
    means = shrunken_mean(everyone, np.full(len(work_of_book), overall))
    yield "all", _popular(interactions, everyone, means, allowed, work_of_book, top)
    bands = age_bands[interactions.reader_idx]
    for code, name in enumerate(AGE_BANDS):
        segment = interactions[bands == code]
        if code and len(np.unique(segment.reader_idx)) >= MIN_SEGMENT_READERS:
            of_band = book_statistics(segment, len(work_of_book))
            band_means = shrunken_mean(of_band, means)
            yield name, _popular(segment, of_band, band_means, allowed, work_of_book, top)


def _mean_rating(statistics: BookStatistics) -> float:
    """Return the mean of all ratings; 10 without any, which makes the first factor 1."""
    count = statistics.rating_count
    return float(np.average(statistics.rating_mean, weights=count)) if count.any() else 10.0


def _badly_rated(
    interactions: Interactions, everyone: BookStatistics, work_of_book: Ints
) -> NDArray[np.bool_]:
    """[B] mask of books that are badly rated as books or as works."""
    of_works = replace(interactions, book_idx=work_of_book[interactions.book_idx])
    works = book_statistics(of_works, int(work_of_book.max(initial=0)) + 1)
    return np.asarray(everyone.badly_rated | works.badly_rated[work_of_book])


def _popular(
    interactions: Interactions,
    statistics: BookStatistics,
    means: _Values,
    allowed: NDArray[np.bool_],
    work_of_book: Ints,
    top: int,
) -> Lists:
    """List the books of a segment.

    Args:
        interactions: of the segment.
        statistics: of the books in the segment.
        means: [B] shrunken mean ratings, 1–10.
        allowed: [B] mask of the books that may be listed.
        work_of_book: [B] work codes.
        top: length of the list.
    """
    readers = len(np.unique(interactions.reader_idx))
    many = np.log1p(statistics.reader_count) / np.log1p(max(1, readers))
    score = (means - 1) / 9 * many
    order = np.argsort(-score, kind="stable")
    order = order[allowed[order] & (statistics.reader_count[order] > 0)]
    chosen = order[first_of_each(work_of_book[order], top)]
    return Lists(np.array([0, len(chosen)], dtype=np.int64), chosen.astype(np.int32), score[chosen])
