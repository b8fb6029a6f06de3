"""What changed since the published snapshot: whose lists must be scored again, whose can stay.

With the same model, catalogue and settings a reader's list depends on their own history and age
band alone (see `bundle.frozen_statistics`), where the model was made elsewhere on their age and place
(`reader_fingerprints`), and a book's neighbours on the readers who speak for it
(see `lists.similar_books`). So all other lists are taken over as they are.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bookrec.ages import age_bands
from bookrec.arrays import map_array
from bookrec.errors import SnapshotError
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.data.interactions import Interactions, all_interactions
from bookrec.offline.scoring.lists.group_members import changed_groups, sample_group_members
from bookrec.snapshot import (
    FINGERPRINTS_NAME,
    RANKER_NAME,
    current_snapshot,
    open_database,
    read_meta,
)

MUST_AGREE: Final = {
    "model_files": "the model",
    "catalogue_digest": "the catalogue",
    "top": "the length of the lists (--top)",
    "candidates": "the number of candidates (--candidates)",
    "similar_candidates": "the number of a book's candidates",
    "scoring_format": "the way this bookrec scores",
}
"""Facts of a snapshot's ``meta`` on which every list depends, in words."""

_RATINGS: Final = 11
"""0 (without a rating) to 10."""

_ROWS: Final = 100_000
"""Read from the published snapshot at a time."""

_Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Changes:
    """How the data set differs from the published snapshot."""

    snapshot: Path
    """Directory of the published snapshot, whose lists stay where nothing was touched."""
    readers: NDArray[np.bool_]
    """[n_readers] touched: new, or with other books, ratings, another age band or another mark."""
    books: NDArray[np.bool_]
    """[n_books] touched."""
    published_id: _Ids
    """[n_readers] the ``reader_id`` each has in the published snapshot, 0 for a new one."""


def reader_fingerprints(dataset: Dataset) -> NDArray[np.uint64]:
    """[n_readers] a number that stands for all that is known of a reader but the history."""
    known = dataset.readers[["age", "location"]].astype({"age": "float64"})
    return np.asarray(pd.util.hash_pandas_object(known, index=False), dtype=np.uint64)


def find_changes(snapshots: Path, dataset: Dataset, metadata: Mapping[str, str]) -> Changes | str:
    """The changes, or why everything must be scored.

    Args:
        facts: the ``meta`` of the snapshot to be, at least the keys of `MUST_AGREE`.
    """
    try:
        directory = current_snapshot(snapshots)
        with contextlib.closing(open_database(directory)) as connection:
            meta = read_meta(connection)
            others = [what for key, what in MUST_AGREE.items() if meta.get(key) != metadata[key]]
            if others:
                return f"{' and '.join(others)} differ from the published snapshot's"
            return _compare(connection, directory, dataset)
    except SnapshotError as error:
        return str(error)
    except sqlite3.DatabaseError as error:
        return f"the published snapshot cannot be read ({error})"


def _compare(connection: sqlite3.Connection, directory: Path, dataset: Dataset) -> Changes:
    published = _Published.read(connection, directory)
    now = all_interactions(dataset)
    readers = published.touched_readers(dataset, now)
    books = published.touched_books(dataset, now, readers)
    return Changes(directory, readers, books, published.ids_by_position(dataset))


@dataclass(frozen=True)
class _Published:
    """What the published snapshot was made of; its catalogue is the data set's."""

    user_ids: list[str]
    """[n] in the order of their ``reader_id``."""
    ids: _Ids
    """[n] their ``reader_id``."""
    ages: NDArray[np.float64]
    """[n] NaN = unknown."""
    interactions: Interactions
    """Readers by their place in ``user_ids``; sorted by reader."""
    was_read: NDArray[np.bool_]
    """[n_books]"""
    fingerprints: NDArray[np.uint64] | None
    """[n] of `reader_fingerprints`; None for a model to which they are nothing."""

    @classmethod
    def read(cls, connection: sqlite3.Connection, directory: Path) -> _Published:
        query = "select reader_id, user_id, age from reader order by reader_id"
        readers = pd.read_sql_query(query, connection)
        ids = readers["reader_id"].to_numpy(np.int64)
        counts = pd.read_sql_query("select reader_count from book order by book_id", connection)
        query = """select reader_id, book_id - 1, rating from interaction
                   order by reader_id, book_id"""
        parts = [np.empty((0, 3), dtype=np.int32)]
        for rows in pd.read_sql_query(query, connection, chunksize=_ROWS):
            parts.append(rows.to_numpy(np.int32))
        reader, book, rating = np.concatenate(parts).T
        place = np.searchsorted(ids, reader).astype(np.int32)
        return cls(
            [str(user_id) for user_id in readers["user_id"]],
            ids,
            readers["age"].to_numpy(np.float64, na_value=np.nan),
            Interactions(place, book, rating.astype(np.int8)),
            counts["reader_count"].to_numpy() > 0,
            map_array(fingerprints)
            if (fingerprints := directory / RANKER_NAME / FINGERPRINTS_NAME).exists()
            else None,
        )

    def positions(self, dataset: Dataset) -> _Ids:
        """[n] where each reader is in the data set, -1 for one who is gone."""
        found = pd.Index(dataset.readers["user_id"]).get_indexer(pd.Index(self.user_ids, dtype=str))
        return np.asarray(found, dtype=np.int64)

    def ids_by_position(self, dataset: Dataset) -> _Ids:
        """[n_readers] published ``reader_id``, 0 for a new reader."""
        position = self.positions(dataset)
        found = np.zeros(dataset.n_readers, dtype=np.int64)
        found[position[position >= 0]] = self.ids[position >= 0]
        return found

    def touched_readers(self, dataset: Dataset, now: Interactions) -> NDArray[np.bool_]:
        """[n_readers] new ones, and those with other books, ratings, age band or mark."""
        position = self.positions(dataset)
        there = position >= 0
        bands = age_bands(dataset.readers["age"].to_numpy(np.float64, na_value=np.nan))
        then = np.full(dataset.n_readers, -1, dtype=np.int32)
        then[position[there]] = age_bands(self.ages[there])
        touched = bands != then
        if self.fingerprints is not None:
            now_known = reader_fingerprints(dataset)[position[there]]
            touched[position[there]] |= now_known != self.fingerprints[self.ids[there] - 1]
        old = self.interactions[there[self.interactions.reader_idx]]
        keys = _keys(position[old.reader_idx], old, dataset.n_books)
        # What only one of the two has: a deleted or new one, or both ratings of a changed one.
        different = np.setxor1d(keys, _keys(now.reader_idx, now, dataset.n_books))
        touched[different // (_RATINGS * dataset.n_books)] = True
        return np.asarray(touched)

    def touched_books(
        self, dataset: Dataset, now: Interactions, touched: NDArray[np.bool_]
    ) -> NDArray[np.bool_]:
        """[n_books] whose neighbours may differ: other readers speak for them, or changed ones.

        So do those of a book whose first reader came or whose last one left: a book that nobody
        reads has neighbours by content.
        """
        isbns = dataset.books["isbn"].tolist()
        user_ids = dataset.readers["user_id"].tolist()
        before = sample_group_members(self.interactions, self.user_ids, isbns)
        after = sample_group_members(now, user_ids, isbns)
        changed = changed_groups((before, self.user_ids), (after, user_ids), touched)
        is_read = np.bincount(now.book_idx, minlength=dataset.n_books) > 0
        return np.asarray(changed | (self.was_read != is_read))


def _keys(positions: NDArray[np.integer], interactions: Interactions, n_books: int) -> _Ids:
    """[interactions] each as one number: reader, book, rating."""
    pair = positions.astype(np.int64) * n_books + interactions.book_idx
    return np.asarray(pair * _RATINGS + interactions.rating)
