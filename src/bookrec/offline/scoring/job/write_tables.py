"""Writing of the snapshot's tables from finished shards, one shard in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.inference.similarity_table import SimilarityTable
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.data.histories import Histories
from bookrec.offline.data.interactions import Interactions, reader_age_bands
from bookrec.offline.features.book_statistics import BookStatistics
from bookrec.offline.scoring.job.incremental import Changes
from bookrec.offline.scoring.job.shard_store import ShardStore
from bookrec.offline.scoring.job.stages import Stage, lists_of
from bookrec.offline.scoring.job.tables.snapshot_writer import SnapshotWriter
from bookrec.offline.scoring.lists.cosine_lists import cosine_lists
from bookrec.offline.scoring.lists.popular_books import POPULAR_TOP, popular_lists
from bookrec.offline.scoring.lists.top_n import Lists
from bookrec.offline.scoring.lists.visit_lists import visit_lists


@dataclass(frozen=True)
class Stages:
    """All stages of a job."""

    readers: Stage
    similar: tuple[Stage, ...]
    """Stages of similar books, for books with readers; the last has the lists."""
    content: Stage
    """Similar books by content, for books without readers."""
    sample: Histories
    """Sample of the readers for candidate recall."""

    def __iter__(self) -> Iterator[Stage]:
        return iter((self.readers, *self.similar, self.content))


def write_tables(
    writer: SnapshotWriter,
    store: ShardStore,
    stages: Stages,
    dataset: Dataset,
    interactions: Interactions,
    statistics: BookStatistics,
    changes: Changes | None,
    ease: SimilarityTable,
) -> None:
    """Write all tables but ``meta``.

    Args:
        writer: of the new snapshot.
        store: the finished shards.
        stages: of the job.
        dataset: that is scored.
        interactions: of the data set.
        statistics: of its books.
        changes: readers and books whose lists are new; None where all are.
        ease: EASE of the model.
    """
    writer.readers(dataset)
    writer.interactions(dataset)
    writer.book_months(dataset)
    if changes is not None:
        writer.keep_user_top(np.where(changes.readers, 0, changes.published_id))
    for readers, lists in _written(store, stages.readers):
        writer.user_top(readers, lists)
    writer.books(dataset, statistics, _write_similar(writer, store, stages, changes, statistics))
    following = visit_lists(interactions, dataset.work_of_book, ease)
    writer.visit_top(np.arange(dataset.n_books), following)
    co_liked = cosine_lists(interactions, dataset.n_readers, dataset.work_of_book)
    writer.cosine_top(np.arange(dataset.n_books), co_liked)
    bands = reader_age_bands(dataset)
    for segment, popular in popular_lists(interactions, bands, dataset.work_of_book, POPULAR_TOP):
        writer.popular_top(segment, popular)


def _write_similar(
    writer: SnapshotWriter,
    store: ShardStore,
    stages: Stages,
    changes: Changes | None,
    statistics: BookStatistics,
) -> list[str | None]:
    """Write both kinds of similar books; returns [B] the source of each list, None without a list."""
    source: NDArray[np.object_] = np.full(len(statistics.reader_count), None, dtype=object)
    if changes is not None:
        kept = np.flatnonzero(~changes.books)
        source[kept] = writer.keep_similar_top(kept)
    for stage, name in ((stages.similar[-1], "precomputed"), (stages.content, "content")):
        for books, lists in _written(store, stage):
            writer.similar_top(books, lists)
            source[books[np.diff(lists.start) > 0]] = name
    return list(source)


def _written(store: ShardStore, stage: Stage) -> Iterator[tuple[Ints, Lists]]:
    """Yield (members, their lists), shard by shard."""
    for number, shard in enumerate(store.read_all(stage.name, stage.shards)):
        yield stage.members[stage.where(number)], lists_of(shard)
