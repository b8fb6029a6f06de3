"""Candidates of a live session: the books that may be shown next, and the interest in them.

They are the most read works of the catalogue, in the edition that can be bought. A book that hardly
anybody but one member would like is no book for a stage, so the rest of the catalogue is left to the
host's own choice. The interest of a reader is the ranker's probability. A visitor begins with the mean
of `SAMPLE` readers of the snapshot, so that all interests are on one scale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.ages import age_band
from bookrec.arrays import map_array
from bookrec.inference.history import make_history
from bookrec.inference.recommender import Reader, Recommender
from bookrec.snapshot import ROWS_NAME
from bookrec.web.store.catalogue import BOOK_COLUMNS, CatalogueBook, read_books
from bookrec.web.store.offer_table import OfferTable
from bookrec.web.store.reader_history import ReaderHistory
from bookrec.web.store.snapshot_reader import Snapshot

CANDIDATES: Final = 1_000
"""Works among which the next book is chosen."""
SAMPLE: Final = 40
"""Readers whose mean interest stands for a visitor's."""
_SPARE: Final = 4
"""Editions read for each candidate: some have no stock, some are of the same work."""

Row = NDArray[np.float64]


@dataclass(frozen=True)
class Candidates:
    """C books, one edition of a work, the most read first."""

    books: Sequence[CatalogueBook]

    @cached_property
    def place(self) -> dict[int, int]:
        """Place of each work."""
        return {book.work_id: place for place, book in enumerate(self.books)}

    @cached_property
    def positions(self) -> NDArray[np.int32]:
        """[C] positions in the ranker's arrays."""
        return np.array([book.book_id - 1 for book in self.books], dtype=np.int32)


@dataclass(frozen=True)
class KnownReader:
    """A reader with the history from which the ranker scores."""

    history: ReaderHistory
    age: int | None


def find_candidates(snapshot: Snapshot, offers: OfferTable, *, sells: bool) -> Candidates:
    """Return the candidates; for a worker thread.

    Args:
        snapshot: has the catalogue.
        offers: price and stock of each book.
        sells: whether the shop sells books: then only those in stock are candidates.
    """
    rows = snapshot.slow_rows(
        f"select {BOOK_COLUMNS} from book where reader_count > 0 order by place limit ?",  # noqa: S608
        (CANDIDATES * _SPARE,),
    )
    works: dict[int, CatalogueBook] = {}
    for book in read_books(snapshot, rows):
        if not sells or offers.offers.get(book.isbn, (0, False))[1]:
            works.setdefault(book.work_id, book)
    return Candidates(list(works.values())[:CANDIDATES])


class Interests:
    """Interest of readers and visitors in the candidates; for worker threads."""

    def __init__(
        self, snapshot: Snapshot, recommender: Recommender | None, candidates: Candidates
    ) -> None:
        self._snapshot = snapshot
        self._recommender = recommender
        self._candidates = candidates

    @cached_property
    def visitor(self) -> Row:
        """[C] interest of somebody of whom nothing is known."""
        if self._recommender is None or not len(self._candidates.books):
            return self._popularity()
        rows = [
            self._scored(*self._history_of(reader_id), reader_id, age)
            for reader_id, age in self._sample()
        ]
        return np.mean(rows, axis=0) if rows else self._popularity()

    def reader(self, reader: KnownReader) -> Row:
        """[C] interest of a reader, 0 for works that they have or dismissed, and rejected values."""
        row, history = self.visitor.copy(), reader.history
        if self._recommender is not None and history.evidence:
            books = np.array([book_id - 1 for book_id, _ in history.evidence], dtype=np.int32)
            ratings = np.array([rating for _, rating in history.evidence], dtype=np.int8)
            # What the ranker knows of them by id comes from rejected books as well.
            known = None if history.rejected else history.reader_id
            row = self._scored(books, ratings, known, reader.age)
        place = self._candidates.place
        row[[place[work] for work in history.hidden_works if work in place]] = 0.0
        rejected = map(history.rejections.covers, self._candidates.books)
        row[np.fromiter(rejected, dtype=bool, count=len(row))] = 0.0
        return row

    def _scored(
        self,
        books: NDArray[np.int32],
        ratings: NDArray[np.int8],
        reader_id: int | None,
        age: int | None,
    ) -> Row:
        recommender = self._recommender
        assert recommender is not None
        path = self._snapshot.ranker_directory / ROWS_NAME
        rows = path.exists() and reader_id is not None
        known = map_array(path)[(reader_id or 1) - 1] if rows else None
        reader = Reader(make_history(books, ratings), age_band(age), known)
        logits = recommender.logits(recommender.profile(reader), self._candidates.positions)
        if recommender.ranker.output == "sigmoid":
            row: Row = recommender.scores(logits)
        else:
            # No probability: the order of the ranker, with the shares of popularity.
            row = np.empty(len(logits))
            row[np.argsort(-logits, kind="stable")] = np.sort(self._popularity())[::-1]
        if recommender.left_out is not None:
            row[recommender.left_out[self._candidates.positions]] = 0.0
        return row

    def _popularity(self) -> Row:
        """[C] share of the readers of the data set who have each book."""
        (readers,) = self._snapshot.slow_rows("select count(*) from reader")[0]
        counts = [book.reader_count for book in self._candidates.books]
        shares: Row = np.clip(np.array(counts, dtype=np.float64) / max(readers, 1), 0.0, 1.0)
        return shares

    def _sample(self) -> list[tuple[int, int | None]]:
        """Readers with a history, spread evenly over the data set, and their ages."""
        (most,) = self._snapshot.slow_rows("select max(reader_id) from reader")[0]
        numbers = sorted({1 + int(n * (most or 0) / SAMPLE) for n in range(SAMPLE)})
        marks = ",".join("?" * len(numbers))
        rows = self._snapshot.slow_rows(
            f"select reader_id, age from reader where reader_id in ({marks})"  # noqa: S608
            " and exists (select 1 from interaction i where i.reader_id = reader.reader_id)",
            numbers,
        )
        return [(row[0], row[1]) for row in rows]

    def _history_of(self, reader_id: int) -> tuple[NDArray[np.int32], NDArray[np.int8]]:
        rows = self._snapshot.slow_rows(
            "select book_id - 1, rating from interaction where reader_id = ?", (reader_id,)
        )
        return (
            np.array([row[0] for row in rows], dtype=np.int32),
            np.array([row[1] for row in rows], dtype=np.int8),
        )
