"""From finished shards to the snapshot's tables, one shard in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.data.histories import Histories
from bookrec.offline.data.interactions import Interactions, reader_age_bands
from bookrec.offline.features.book_statistics import BookStatistics
from bookrec.offline.scoring.job.incremental import Changes
from bookrec.offline.scoring.job.shard_store import ShardStore
from bookrec.offline.scoring.job.snapshot_writer import SnapshotWriter
from bookrec.offline.scoring.job.stages import Stage, lists_of
from bookrec.offline.scoring.lists.popular_books import POPULAR_TOP, popular_lists
from bookrec.offline.scoring.lists.top_n import Lists


@dataclass(frozen=True)
class Stages:
    """Everything that a job computes."""

    readers: Stage
    neighbours: tuple[Stage, ...]
    """Of books that have readers; the last has the lists."""
    content: Stage
    """Books that have none."""
    sample: Histories
    """Some of the readers, for comparing two-stage with exact lists."""

    def __iter__(self) -> Iterator[Stage]:
        return iter((self.readers, *self.neighbours, self.content))


def write_tables(
    writer: SnapshotWriter,
    store: ShardStore,
    stages: Stages,
    dataset: Dataset,
    interactions: Interactions,
    statistics: BookStatistics,
    changes: Changes | None,
) -> None:
    """Write all tables but ``meta``.

    Args:
        changes: None when the stages have everyone; else whose lists are taken over.
    """
    writer.readers(dataset)
    writer.interactions(dataset)
    if changes is not None:
        writer.keep_user_top(np.where(changes.readers, 0, changes.published_id))
    for readers, lists in _written(store, stages.readers):
        writer.user_top(readers, lists)
    writer.books(dataset, statistics, _write_similar(writer, store, stages, changes, statistics))
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
    """Write both kinds of neighbours; says per book where its list came from, None without one."""
    source: NDArray[np.object_] = np.full(len(statistics.reader_count), None, dtype=object)
    if changes is not None:
        kept = np.flatnonzero(~changes.books)
        source[kept] = writer.keep_similar_top(kept)
    for stage, name in ((stages.neighbours[-1], "precomputed"), (stages.content, "content")):
        for books, lists in _written(store, stage):
            writer.similar_top(books, lists)
            source[books[np.diff(lists.start) > 0]] = name
    return list(source)


def _written(store: ShardStore, stage: Stage) -> Iterator[tuple[Ints, Lists]]:
    """(members, their lists), shard by shard."""
    for number, shard in enumerate(store.read_all(stage.name, stage.shards)):
        yield stage.members[stage.where(number)], lists_of(shard)
