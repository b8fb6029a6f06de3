"""Histories of many readers as arrays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bookrec.ages import age_band
from bookrec.arrays import Floats, Ints
from bookrec.inference.history import make_history
from bookrec.inference.recommender import Reader
from bookrec.offline.data.interactions import Interactions, by_reader
from bookrec.ragged import row_starts, rows_of

if TYPE_CHECKING:  # worker processes, which get histories, need no pandas
    from bookrec.offline.data.dataset import Dataset


@dataclass(frozen=True)
class Histories:
    """Histories, ages and features of readers [n]; books and ratings are the values of a CSR table."""

    start: NDArray[np.int64]
    """[n + 1] start of each reader's history."""
    books: Ints
    """[interactions] positions of seen books."""
    ratings: NDArray[np.int8]
    """[interactions] 1–10; 0 = without a rating."""
    ages: Ints
    """[n] ages in years; -1 = unknown."""
    rows: Floats | None
    """[n, F] features of readers that the ranker knows by id, rows of NaN for the others; None for a
    ranker that knows no reader by id."""

    def __len__(self) -> int:
        return len(self.ages)

    def shard(self, where: slice) -> Histories:
        """Select a slice of the readers."""
        start = self.start[where.start : where.stop + 1]
        inside = slice(int(start[0]), int(start[-1]))
        rows = None if self.rows is None else self.rows[where]
        return Histories(
            start - start[0], self.books[inside], self.ratings[inside], self.ages[where], rows
        )

    def some(self, places: NDArray[np.integer]) -> Histories:
        """Select readers by position [m], in the order of ``places``."""
        books, lengths, where = rows_of(self.start, self.books, places)
        rows = None if self.rows is None else self.rows[places]
        return Histories(row_starts(lengths), books, self.ratings[where], self.ages[places], rows)

    def readers(self) -> Iterator[Reader]:
        """Yield each reader with history, age band and features."""
        for place, age in enumerate(self.ages.tolist()):
            seen = slice(int(self.start[place]), int(self.start[place + 1]))
            history = make_history(self.books[seen], self.ratings[seen])
            band = age_band(None if age < 0 else age)
            yield Reader(history, band, known_reader_features(self.rows, place))


def known_reader_features(rows: Floats | None, place: int) -> Floats | None:
    """Return the features [F] of a reader that the ranker knows by id; None for readers to fold in."""
    return None if rows is None or np.isnan(rows[place, 0]) else rows[place]


def reader_histories(
    dataset: Dataset, interactions: Interactions, rows: Floats | None
) -> tuple[Ints, Histories]:
    """Collect the histories of all readers with an interaction.

    Args:
        dataset: readers and their ages.
        interactions: sorted by reader.
        rows: [readers, F] features of readers that the ranker knows by id; None = it knows none.

    Returns:
        [n] positions of these readers, and their histories.
    """
    start = by_reader(interactions, dataset.n_readers)
    readers = np.flatnonzero(np.diff(start)).astype(np.int32)
    ages = dataset.readers["age"].fillna(-1).to_numpy(np.int32)
    histories = Histories(
        np.append(start[readers], start[-1]),
        interactions.book_idx,
        interactions.rating,
        ages[readers],
        None if rows is None else rows[readers],
    )
    return readers, histories


def readers_at(
    interactions: Interactions,
    age_bands: Ints,
    positions: NDArray[np.integer],
    rows: Floats | None = None,
) -> Iterator[Reader]:
    """Yield the readers at some positions, with their histories.

    Args:
        interactions: sorted by reader.
        age_bands: [readers] age bands.
        positions: [n] positions of readers.
        rows: [readers, F] features of readers that the ranker knows by id.
    """
    start = by_reader(interactions, len(age_bands))
    for position in positions.tolist():
        seen = slice(start[position], start[position + 1])
        history = make_history(interactions.book_idx[seen], interactions.rating[seen])
        yield Reader(history, int(age_bands[position]), known_reader_features(rows, position))
