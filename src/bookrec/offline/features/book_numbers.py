"""Numeric features of books: logarithms of counts, shares and decades."""

from __future__ import annotations

from typing import Final

import numpy as np

from bookrec.arrays import Floats
from bookrec.inference.book_metadata import DECADE, UNKNOWN_YEAR, USUAL_YEAR, BookMetadata
from bookrec.offline.features.book_statistics import BookStatistics

BOOK_NUMBERS: Final = (
    "work_popularity",
    "editions",
    "share_of_work",
    "rated_share",
    "author_popularity",
    "author_books",
    "series_popularity",
    "language_books",
    "decade",
    "year_known",
    "ratings",
)
"""Columns of `book_numbers`: logarithms of counts, shares, and decades since `USUAL_YEAR`."""


def book_numbers(metadata: BookMetadata, statistics: BookStatistics) -> Floats:
    """[B, K] columns `BOOK_NUMBERS`, unscaled."""
    readers = statistics.reader_count.astype(np.float64)
    of_work, of_author, of_series = (
        np.bincount(codes, readers)[codes]
        for codes in (metadata.work, metadata.author, metadata.series)
    )
    editions, by_author, in_language = (
        np.bincount(codes)[codes].astype(np.float64)
        for codes in (metadata.work, metadata.author, metadata.language)
    )
    known = metadata.year != UNKNOWN_YEAR
    columns = [
        np.log1p(of_work),
        np.log(editions),
        (readers + 0.5) / (of_work + 1.0),
        (statistics.rating_count + 2.0) / (readers + 4.0),
        np.where(metadata.author > 0, np.log1p(of_author), 0.0),
        np.where(metadata.author > 0, np.log1p(by_author), 0.0),
        np.where(metadata.series > 0, np.log1p(of_series), 0.0),
        np.log1p(in_language),
        np.where(known, (metadata.year - USUAL_YEAR) / DECADE, 0.0),
        known,
        np.log1p(statistics.rating_count),
    ]
    return np.stack(columns, axis=1).astype(np.float32)
