"""``score``: bundle and data set → candidates → scores → top-N tables → a published snapshot.

A job computes its shards into a directory of its own (`job.job_directory`) and writes the tables from
them. A killed run continues when the command is run again. TensorFlow compiles the model in a process
that ends; neither this process nor the workers import it.
"""

from __future__ import annotations

import contextlib
import json
from typing import Final

from bookrec.errors import ModelError, QualityGateRefused
from bookrec.files import digest_of_bytes, read_pointer, remove_directory
from bookrec.json_types import JsonObject
from bookrec.offline.data.dataset import Dataset, dataset_digest
from bookrec.offline.models.bundle.bundle_files import check_files, read_manifest, read_vocabularies
from bookrec.offline.runtime.blas_peak import sgemm_rate
from bookrec.offline.runtime.progress import Progress
from bookrec.offline.scoring.job.incremental import Changes, find_changes
from bookrec.offline.scoring.job.job_directory import open_job
from bookrec.offline.scoring.job.run import ScoreRun
from bookrec.offline.scoring.job.score_report import ScoreReport
from bookrec.offline.scoring.job.score_settings import ScoreSettings as ScoreSettings
from bookrec.offline.scoring.job.tables.snapshot_writer import dataset_meta
from bookrec.offline.scoring.shelf.compare_shelves import comparison_lines, published_shelf
from bookrec.offline.scoring.shelf.gate import refusals
from bookrec.offline.scoring.shelf.gate_figures import gate_figures
from bookrec.offline.scoring.shelf.shelf import Shelf
from bookrec.settings import Home
from bookrec.snapshot import open_database, publish, read_meta

SCORING_FORMAT: Final = 6
"""Version of the lists and shards; raised when equal models, data and settings give other ones."""


def score(
    home: Home,
    model_id: str | None,
    dataset: Dataset,
    settings: ScoreSettings,
    progress: Progress,
    again: str = "bookrec score",
) -> str:
    """Build a snapshot aside, check it, publish it, and compare its lists with those before.

    Args:
        home: where the snapshot goes.
        model_id: model to score with; None = the current one.
        dataset: data set to score.
        settings: of scoring.
        progress: receives one line per stage, and the table of `comparison_lines`.
        again: command that continues a stopped run, for messages.

    Returns:
        Id of the published snapshot; with ``changed`` and nothing changed, of the one published before.

    Raises:
        ModelError: the bundle is missing or damaged, or knows no book of the data set.
        SnapshotError: the finished snapshot breaks a promise; it is not published.
        QualityGateRefused: the finished lists break a limit of `scoring.shelf.gate`; they are removed.
        BookrecError: it was stopped, the disk is full, or somebody is at the same job.
    """
    manifest = read_manifest(home, model_id)
    check_files(home, manifest)
    _check_fit(home, manifest, dataset)
    meta = _meta(manifest, dataset, settings)
    changes = _changes(home, dataset, meta, progress) if settings.changed else None
    if changes is not None and changes.nothing and _same_inputs(changes, meta):
        progress(f"nothing changed since {changes.snapshot.name}; nothing is published")
        return changes.snapshot.name
    report = ScoreReport()
    with open_job(home.snapshots, _identity(meta, settings, changes)) as job:
        complete = (home.snapshots / job.snapshot_id).is_dir()
        if complete:
            progress(f"going on: {job.snapshot_id} is complete")
        else:
            ScoreRun(home, job, dataset, settings, changes, report, progress).build(meta, again)
        published = published_shelf(home.snapshots)
        with report.stage("gate"):
            _pass_gate(home, job.snapshot_id, published, settings, progress)
        with report.stage("publish"):
            publish(home.snapshots, job.snapshot_id, checked=not complete)
            job.remove()
    for line in report.lines(sgemm_rate() if settings.verbose else None):
        progress(line)
    progress(f"published {job.snapshot_id}")
    for line in comparison_lines(home.snapshots / job.snapshot_id, published):
        progress(line)
    return job.snapshot_id


def _same_inputs(changes: Changes, meta: dict[str, str]) -> bool:
    """Whether a new snapshot would differ from the published one in its id and time only."""
    with contextlib.closing(open_database(changes.snapshot)) as connection:
        published = read_meta(connection)
    return all(published.get(key) == value for key, value in meta.items())


def _check_fit(home: Home, manifest: JsonObject, dataset: Dataset) -> None:
    known = set(read_vocabularies(home, manifest).isbn.keys)
    if not any(isbn in known for isbn in dataset.books["isbn"]):
        raise ModelError(
            f"Model {manifest['model_id']} knows none of the {dataset.n_books:,} books of data set "
            f"{dataset.dataset_id}; run 'bookrec train' on this data set, or name another model "
            "with --model."
        )


def _pass_gate(
    home: Home,
    snapshot_id: str,
    published: Shelf | None,
    settings: ScoreSettings,
    progress: Progress,
) -> None:
    """Remove and refuse a finished snapshot whose lists break a limit, unless that is accepted.

    The job keeps its shards, so that a run that accepts the lists only writes the tables again.
    """
    directory = home.snapshots / snapshot_id
    reasons = refusals(gate_figures(directory))
    if settings.accept:
        for reason in reasons:
            progress(f"accepted: {reason}")
    if settings.accept or not reasons:
        return
    for line in comparison_lines(directory, published):
        progress(line)
    remove_directory(directory)
    kept = read_pointer(home.snapshots)
    raise QualityGateRefused(
        f"The quality gate refuses the new lists, which are not published: {'; '.join(reasons)}. "
        f"{'Nothing is published yet' if kept is None else f'Snapshot {kept} stays published'}; look "
        "at 'bookrec artifacts check', or run the command again with --accept to publish them."
    )


def _meta(manifest: JsonObject, dataset: Dataset, settings: ScoreSettings) -> dict[str, str]:
    """Make the table ``meta`` of the new snapshot, without its id and time."""
    nobody, nothing = dataset.readers.iloc[:0], dataset.interactions.iloc[:0]
    files = sorted(manifest["files"].items())
    return {
        **dataset_meta(dataset),
        "scoring_format": str(SCORING_FORMAT),
        "model_id": str(manifest["model_id"]),
        "model_files": digest_of_bytes(text.encode() for pair in files for text in pair),
        "preset": str(manifest["preset"]),
        "catalogue_digest": dataset_digest(nobody, dataset.books, nothing, dataset.rating_max),
        "top": str(settings.top),
        "candidates": "all" if settings.candidates is None else str(settings.candidates),
        "similar_candidates": str(settings.similar_candidates),
        "metrics": json.dumps(manifest["metrics"]),
    }


def _changes(
    home: Home, dataset: Dataset, meta: dict[str, str], progress: Progress
) -> Changes | None:
    changes = find_changes(home.snapshots, dataset, meta)
    if isinstance(changes, str):
        progress(f"everything is scored: {changes}")
        return None
    progress(
        f"changed since {changes.snapshot.name}: {changes.readers.sum():,} of "
        f"{dataset.n_readers:,} readers, {changes.books.sum():,} of {dataset.n_books:,} books"
    )
    return changes


def _identity(
    meta: dict[str, str], settings: ScoreSettings, changes: Changes | None
) -> dict[str, str]:
    """Make the identity of a job: everything that decides its shards."""
    base = "" if changes is None else changes.snapshot.name
    # TensorFlow rounds otherwise than we do: the shards of one snapshot come from one of them.
    arithmetic = "tensorflow" if settings.engine == "tensorflow" else "own"
    return {**meta, "per_shard": str(settings.per_shard), "base": base, "arithmetic": arithmetic}
