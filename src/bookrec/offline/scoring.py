"""``score``: bundle and data set → candidates → scores → top-N tables → a published snapshot."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bookrec import __version__
from bookrec.errors import ModelError
from bookrec.files import utc_now
from bookrec.offline.dataset import Dataset
from bookrec.offline.features import (
    BookFeatures,
    Interactions,
    all_interactions,
    book_statistics,
    reader_age_bands,
)
from bookrec.offline.model_bundle import Bundle
from bookrec.offline.neighbours import similar_by_content, similar_by_ranker
from bookrec.offline.popularity import POPULAR_TOP, popular_lists
from bookrec.offline.recommender_build import catalogue_features, recommender_for
from bookrec.offline.snapshot_writer import SnapshotWriter
from bookrec.offline.splitting import by_reader
from bookrec.offline.top_n import Histories, top_lists
from bookrec.ranker import Floats, Ints
from bookrec.settings import Home
from bookrec.snapshot import RANKER_NAME, building, new_snapshot_id, publish

Say = Callable[[str], None]


@dataclass(frozen=True)
class ScoreSettings:
    """Knobs of scoring; all are written into the snapshot's ``meta``."""

    top: int = 50
    """Length of the lists."""
    candidates: int | None = 1000
    """Books that retrieval hands to the ranker for a reader; None ranks the whole catalogue."""
    similar_candidates: int = 300
    """The same for a book's neighbours."""
    workers: int | None = None
    """Processes; None = one per core."""


def score(home: Home, bundle: Bundle, dataset: Dataset, settings: ScoreSettings, say: Say) -> str:
    """Build a snapshot aside, check it and publish it.

    Args:
        say: called with one line per stage.

    Returns:
        The id of the published snapshot.

    Raises:
        ModelError: the bundle and the data set have no book in common.
        SnapshotError: the finished snapshot breaks a promise; it is not published.
    """
    _check_fit(bundle, dataset)
    snapshot_id = new_snapshot_id()
    clock = time.monotonic()
    with building(home.snapshots, snapshot_id) as staging:
        recommender, rows = recommender_for(bundle, dataset)
        ranker_directory = staging / RANKER_NAME
        ranker_directory.mkdir()
        recommender.save(ranker_directory)
        say(f"ranker compiled for {dataset.n_books:,} books")
        with SnapshotWriter(staging) as writer:
            _write_tables(writer, ranker_directory, bundle, dataset, rows, settings, say)
            writer.meta(_meta(snapshot_id, bundle, dataset, settings))
    publish(home.snapshots, snapshot_id)
    say(f"published {snapshot_id} after {time.monotonic() - clock:,.0f} s")
    return snapshot_id


def _check_fit(bundle: Bundle, dataset: Dataset) -> None:
    known = set(bundle.vocabularies.isbn.keys)
    share = sum(isbn in known for isbn in dataset.books["isbn"]) / max(1, dataset.n_books)
    if share == 0:
        raise ModelError(
            f"Model {bundle.model_id} knows none of the {dataset.n_books:,} books of data set "
            f"{dataset.dataset_id}; run 'bookrec train' on this data set, or name another model "
            "with --model."
        )


def _write_tables(
    writer: SnapshotWriter,
    ranker_directory: Path,
    bundle: Bundle,
    dataset: Dataset,
    rows: Floats | None,
    settings: ScoreSettings,
    say: Say,
) -> None:
    interactions = all_interactions(dataset)
    statistics = book_statistics(interactions, dataset.n_books)

    readers, histories = reader_histories(dataset, interactions, rows)
    started = time.monotonic()
    lists = top_lists(
        ranker_directory, histories, settings.top, settings.candidates, label="readers",
        workers=settings.workers,
    )  # fmt: skip
    say(f"{len(readers):,} readers in {time.monotonic() - started:,.0f} s")
    writer.user_top(readers, lists)

    features = catalogue_features(bundle, dataset, interactions)
    started = time.monotonic()
    similar_source = _write_similar(
        writer, ranker_directory, features, dataset.work_of_book, statistics.reader_count, settings
    )
    said = sum(source is not None for source in similar_source)
    say(f"neighbours of {said:,} books in {time.monotonic() - started:,.0f} s")

    bands = reader_age_bands(dataset)
    for segment, popular in popular_lists(interactions, bands, dataset.work_of_book, POPULAR_TOP):
        writer.popular_top(segment, popular)
    writer.books(dataset, statistics, similar_source)
    writer.readers(dataset)
    writer.interactions(dataset)
    say("tables written")


def reader_histories(
    dataset: Dataset, interactions: Interactions, rows: Floats | None
) -> tuple[Ints, Histories]:
    """The readers with an interaction, by position, and their histories."""
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


def _write_similar(
    writer: SnapshotWriter,
    ranker_directory: Path,
    features: BookFeatures,
    work_of_book: Ints,
    reader_count: Ints,
    settings: ScoreSettings,
) -> list[str | None]:
    """Write both kinds of neighbours; says per book where its list came from, None without one."""
    source = np.full(len(reader_count), None, dtype=object)
    read = np.flatnonzero(reader_count > 0).astype(np.int32)
    unread = np.flatnonzero(reader_count == 0).astype(np.int32)
    by_ranker = similar_by_ranker(
        ranker_directory, read, settings.top, settings.similar_candidates, settings.workers
    )
    by_content = similar_by_content(
        unread, features, work_of_book, features.popularity, settings.top
    )
    for books, lists, name in ((read, by_ranker, "precomputed"), (unread, by_content, "content")):
        writer.similar_top(books, lists)
        source[books[np.diff(lists.start) > 0]] = name
    return list(source)


def _meta(
    snapshot_id: str, bundle: Bundle, dataset: Dataset, settings: ScoreSettings
) -> dict[str, str]:
    candidates = "all" if settings.candidates is None else str(settings.candidates)
    return {
        "snapshot_id": snapshot_id,
        "created_at": utc_now(),
        "bookrec_version": __version__,
        "model_id": bundle.model_id,
        "preset": bundle.preset,
        "dataset_id": dataset.dataset_id,
        "dataset_digest": dataset.digest,
        "readers": str(dataset.n_readers),
        "books": str(dataset.n_books),
        "interactions": str(len(dataset.interactions)),
        "rating_max": str(dataset.rating_max),
        "top": str(settings.top),
        "candidates": candidates,
        "similar_candidates": str(settings.similar_candidates),
        "sample": str(int(bool(dataset.manifest.get("sample", False)))),
        "metrics": json.dumps(bundle.manifest.get("metrics", {})),
    }
