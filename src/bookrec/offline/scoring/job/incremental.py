"""Incremental scoring: the readers and books whose lists change since the published snapshot.

With equal model, catalogue and settings, a reader's list depends on the history and age band alone (see
`bundle.frozen_statistics`), for an imported model also on age and location (`reader_fingerprints`). The
similar books of a book depend on its group members (see `lists.similar_books`). All other lists are
taken over as they are.
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
"""Keys of table ``meta`` on which every list depends, in words."""

_RATINGS: Final = 11
"""Values of a rating: 0 (without a rating) to 10."""

_ROWS: Final = 100_000
"""Rows read from the published snapshot at a time."""

_Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Changes:
    """Differences of the data set from the published snapshot."""

    snapshot: Path
    """Directory of the published snapshot, whose untouched lists stay."""
    readers: NDArray[np.bool_]
    """[n_readers] mask of readers that are new or differ in books, ratings, age band, fingerprint."""
    books: NDArray[np.bool_]
    """[n_books] mask of books whose similar books may differ."""
    published_id: _Ids
    """[n_readers] ``reader_id`` in the published snapshot, 0 for a new reader."""

    @property
    def nothing(self) -> bool:
        """Whether no list of a reader or book of the data set changes."""
        return not (self.readers.any() or self.books.any())


def reader_fingerprints(dataset: Dataset) -> NDArray[np.uint64]:
    """[n_readers] hashes of everything known of a reader but the history."""
    known = dataset.readers[["age", "location"]].astype({"age": "float64"})
    return np.asarray(pd.util.hash_pandas_object(known, index=False), dtype=np.uint64)


def find_changes(snapshots: Path, dataset: Dataset, metadata: Mapping[str, str]) -> Changes | str:
    """Find the changes, or the reason why everything must be scored.

    Args:
        snapshots: directory of the snapshots.
        dataset: data set to score.
        metadata: table ``meta`` of the new snapshot, at least the keys of `MUST_AGREE`.
    """
    try:
        directory = current_snapshot(snapshots)
        with contextlib.closing(open_database(directory)) as connection:
            meta = read_meta(connection)
            differing = [text for key, text in MUST_AGREE.items() if meta.get(key) != metadata[key]]
            if differing:
                return f"{' and '.join(differing)} differ from the published snapshot's"
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
    """Readers and interactions of the published snapshot; its catalogue is the data set's."""

    user_ids: list[str]
    """[n] user ids, in the order of ``reader_id``."""
    ids: _Ids
    """[n] ``reader_id``."""
    ages: NDArray[np.float64]
    """[n] ages in years, NaN = unknown."""
    interactions: Interactions
    """Interactions, readers by their place in ``user_ids``; sorted by reader."""
    was_read: NDArray[np.bool_]
    """[n_books] mask of books with readers."""
    fingerprints: NDArray[np.uint64] | None
    """[n] `reader_fingerprints`; None for a model that does not use them."""

    @classmethod
    def read(cls, connection: sqlite3.Connection, directory: Path) -> _Published:
        """Read the published snapshot."""
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
        """[n] position of each reader in the data set, -1 for a reader who is gone."""
        index = pd.Index(dataset.readers["user_id"])
        return np.asarray(index.get_indexer(pd.Index(self.user_ids, dtype=str)), dtype=np.int64)

    def ids_by_position(self, dataset: Dataset) -> _Ids:
        """[n_readers] published ``reader_id``, 0 for a new reader."""
        position = self.positions(dataset)
        published_id = np.zeros(dataset.n_readers, dtype=np.int64)
        published_id[position[position >= 0]] = self.ids[position >= 0]
        return published_id

    def touched_readers(self, dataset: Dataset, now: Interactions) -> NDArray[np.bool_]:
        """[n_readers] mask of readers that are new or differ, see `Changes.readers`."""
        position = self.positions(dataset)
        kept = position >= 0
        bands = age_bands(dataset.readers["age"].to_numpy(np.float64, na_value=np.nan))
        then = np.full(dataset.n_readers, -1, dtype=np.int32)
        then[position[kept]] = age_bands(self.ages[kept])
        touched = bands != then
        if self.fingerprints is not None:
            now_known = reader_fingerprints(dataset)[position[kept]]
            touched[position[kept]] |= now_known != self.fingerprints[self.ids[kept] - 1]
        old = self.interactions[kept[self.interactions.reader_idx]]
        keys = _keys(position[old.reader_idx], old, dataset.n_books)
        # Keys of only one side: a deleted or new interaction, or both ratings of a changed one.
        different = np.setxor1d(keys, _keys(now.reader_idx, now, dataset.n_books))
        touched[different // (_RATINGS * dataset.n_books)] = True
        return np.asarray(touched)

    def touched_books(
        self, dataset: Dataset, now: Interactions, touched: NDArray[np.bool_]
    ) -> NDArray[np.bool_]:
        """[n_books] mask of books whose similar books may differ.

        Their group members are others, or have changed; or the first reader came or the last one
        left, because a book without readers has similar books by content.
        """
        isbns = dataset.books["isbn"].tolist()
        user_ids = dataset.readers["user_id"].tolist()
        before = sample_group_members(self.interactions, self.user_ids, isbns)
        after = sample_group_members(now, user_ids, isbns)
        changed = changed_groups((before, self.user_ids), (after, user_ids), touched)
        is_read = np.bincount(now.book_idx, minlength=dataset.n_books) > 0
        return np.asarray(changed | (self.was_read != is_read))


def _keys(positions: NDArray[np.integer], interactions: Interactions, n_books: int) -> _Ids:
    """[interactions] each reader, book and rating as one number."""
    pair = positions.astype(np.int64) * n_books + interactions.book_idx
    return np.asarray(pair * _RATINGS + interactions.rating)
