"""Readers of a data set as the recommender takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bookrec.inference.history import make_history
from bookrec.inference.recommender import Reader
from bookrec.offline.data.histories import known_reader_features

if TYPE_CHECKING:
    from bookrec.offline.models.checks.subject import Subject


def reader_of(subject: Subject, reader: int, hidden: int | None = None) -> Reader:
    """One reader, by position.

    Args:
        hidden: position of a book that the history is not to show.
    """
    own = slice(int(subject.history_start[reader]), int(subject.history_start[reader + 1]))
    books = subject.interactions.book_idx[own]
    kept = books != (-1 if hidden is None else hidden)
    history = make_history(books[kept], subject.interactions.rating[own][kept])
    row = known_reader_features(subject.reader_rows, reader)
    return Reader(history, int(subject.age_bands[reader]), row)


def own_books(subject: Subject, reader: int) -> np.ndarray:
    """[N] positions of the books of one reader's history."""
    return subject.interactions.book_idx[
        int(subject.history_start[reader]) : int(subject.history_start[reader + 1])
    ]
