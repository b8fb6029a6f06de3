"""Snapshot of the catalogue and popular books alone, which needs no model."""

from __future__ import annotations

import contextlib

from bookrec.errors import BookrecError, NoSnapshot
from bookrec.files import utc_now
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.data.interactions import all_interactions, reader_age_bands
from bookrec.offline.features.book_statistics import book_statistics
from bookrec.offline.runtime.progress import Progress
from bookrec.offline.scoring.job.tables.snapshot_writer import SnapshotWriter, dataset_meta
from bookrec.offline.scoring.lists.popular_books import POPULAR_TOP, popular_lists
from bookrec.settings import Home
from bookrec.snapshot import (
    NO_MODEL,
    building,
    current_snapshot,
    new_snapshot_id,
    open_database,
    publish,
    read_meta,
)


def publish_catalogue(home: Home, dataset: Dataset, progress: Progress) -> str:
    """Publish a data set's catalogue with its popular books, for a site that has no model yet.

    Args:
        home: where the snapshot goes.
        dataset: data set to publish.
        progress: receives a line.

    Returns:
        Id of the published snapshot.

    Raises:
        BookrecError: a snapshot with lists is published; this one would take them away.
    """
    _refuse_to_replace_lists(home)
    interactions = all_interactions(dataset)
    statistics = book_statistics(interactions, dataset.n_books)
    bands = reader_age_bands(dataset)
    snapshot_id = new_snapshot_id()
    with (
        building(home.snapshots, snapshot_id) as staging,
        SnapshotWriter(staging) as writer,
    ):
        writer.readers(dataset)
        writer.interactions(dataset)
        writer.book_months(dataset)
        writer.books(dataset, statistics, [None] * dataset.n_books)
        for segment, popular in popular_lists(
            interactions, bands, dataset.work_of_book, POPULAR_TOP
        ):
            writer.popular_top(segment, popular)
        writer.meta(
            {
                **dataset_meta(dataset),
                "snapshot_id": snapshot_id,
                "created_at": utc_now(),
                "model_id": NO_MODEL,
                "preset": NO_MODEL,
            }
        )
    publish(home.snapshots, snapshot_id, checked=True)
    progress(f"published {snapshot_id}: {dataset.n_books:,} books and the popular ones, no lists")
    return snapshot_id


def _refuse_to_replace_lists(home: Home) -> None:
    with contextlib.suppress(NoSnapshot):
        published = current_snapshot(home.snapshots)
        with contextlib.closing(open_database(published)) as connection:
            model_id = read_meta(connection).get("model_id")
        if model_id != NO_MODEL:
            raise BookrecError(
                f"Snapshot {published.name} is published with lists of model {model_id}; one without "
                "a model would take them away. Run 'bookrec score' instead."
            )
