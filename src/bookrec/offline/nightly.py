"""The nightly job: import the shop's interactions, optionally train, score, publish, prune."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bookrec.errors import BookrecError, QualityGateRefused, ShopError, SnapshotError
from bookrec.files import exclusive_lock, read_pointer, remove_directory, versions
from bookrec.offline.data.additions.inbox import empty_inbox
from bookrec.offline.data.dataset import Dataset, save_dataset
from bookrec.offline.data.operator_books import read_operator_books, with_operator_books
from bookrec.offline.data.shop_updates import (
    extend_with_shop,
    is_extension,
    load_base_dataset,
    manifest_entry,
)
from bookrec.offline.models.bundle.bundle_files import read_manifest
from bookrec.offline.runtime.progress import Progress
from bookrec.offline.scoring.job.score import ScoreSettings, score
from bookrec.offline.scoring.shelf.compare_shelves import comparison_lines, published_shelf
from bookrec.settings import Home
from bookrec.shop.experiments.arm_snapshots import snapshots_in_use
from bookrec.shop.interactions import read_shop
from bookrec.shop.owner.nightly_log import Night, night_log
from bookrec.snapshot import (
    current_snapshot,
    list_snapshots,
    open_database,
    prune,
    read_meta,
    withdrawn,
)

if TYPE_CHECKING:
    # TensorFlow is started only by a night that trains.
    from bookrec.offline.training.train_settings import TrainSettings


@dataclass(frozen=True)
class NightlySettings:
    """Settings of the nightly job."""

    train: TrainSettings | None = None
    """Settings of a training; None keeps the current model."""
    score: ScoreSettings = field(default_factory=ScoreSettings)
    keep: int = 3
    """Number of newest snapshots to keep."""
    force: bool = False
    """Publish even when nothing is new."""


def nightly(home: Home, settings: NightlySettings, progress: Progress) -> str | None:
    """Import the shop's interactions, score and publish.

    Only the publication changes what the site serves. After a failure, run the job again: what is new
    depends on the published snapshot alone, not on unfinished runs.

    Args:
        home: the installation.
        settings: training, scoring, and number of snapshots to keep.
        progress: receives one line per stage, and after scoring the table of `comparison_lines`, each
            line behind ``shelf:``.

    Returns:
        The id of the published snapshot, or None when there was nothing new.

    Raises:
        QualityGateRefused: the new lists break a limit; the published snapshot stays.
        BookrecError: a stage failed, or another nightly job is running.
    """
    with _only_one(home), night_log(home.nightly_log) as night:
        if home.inbox.is_dir():
            with _stage(progress, night, "inbox") as outcome:
                outcome.append(empty_inbox(home).line())
        with _stage(progress, night, "shop") as outcome:
            dataset = _extended_dataset(home)
            outcome.append(_counts(dataset))
        if settings.train is None and not settings.force:
            reason = _nothing_new(home, dataset)
            if reason:
                progress(f"nothing new: {reason}")
                night.reason = reason
                return None
        with _stage(progress, night, "dataset") as outcome:
            save_dataset(home, dataset)
            outcome.append(f"{dataset.dataset_id}, {len(dataset.interactions):,} interactions")
        model_id = _model(home, settings, progress, night)
        published = published_shelf(home.snapshots)
        with _stage(progress, night, "score") as outcome:
            snapshot_id, details = _score(home, model_id, dataset, settings)
            outcome += [f"published {snapshot_id}", *details]
        night.published(snapshot_id, _published_meta(home))
        for line in comparison_lines(home.snapshots / snapshot_id, published):
            progress(f"shelf: {line}")
        with _stage(progress, night, "prune") as outcome:
            in_use = snapshots_in_use(home.shop_database)
            removed = prune(home.snapshots, settings.keep, in_use)
            outcome.append(f"{len(removed)} snapshots removed")
            outcome.append(f"{len(prune_extensions(home))} data sets removed")
        return snapshot_id


def _extended_dataset(home: Home) -> Dataset:
    """Extend the imported data set with the shop's readers, interactions and corrected books."""
    base = load_base_dataset(home)
    try:
        base = with_operator_books(home, base, read_operator_books(home))
        ages, interactions = read_shop(home.shop_database)
    except sqlite3.DatabaseError as error:
        raise ShopError(
            f"{home.shop_database} cannot be read ({error}); restore it from a backup."
        ) from error
    return extend_with_shop(base, ages, interactions)


def prune_extensions(home: Home) -> list[str]:
    """Remove extended data sets, and those with added files, that nothing names any more.

    A snapshot, the current pointer, or an extension that is named by one of them names a data set.
    Data sets of a whole import stay. Returns the ids removed.
    """
    named = {info.meta.get("dataset_id") for info in list_snapshots(home.snapshots)}
    named.add(read_pointer(home.datasets))
    named |= {manifest_entry(home, str(name), "base_dataset_id") for name in named if name}
    removed = []
    for name in versions(home.datasets):
        superseded = is_extension(home, name) or manifest_entry(home, name, "added_to") is not None
        if name not in named and superseded:
            remove_directory(home.datasets / name)
            removed.append(name)
    return removed


def _counts(dataset: Dataset) -> str:
    shop = dataset.manifest["files"].get("shop")
    if shop is None:
        return "no interactions in the shop"
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(shop["kinds"].items()))
    return f"{shop['readers_added']:,} new readers; {kinds or 'no interactions'}"


def _nothing_new(home: Home, dataset: Dataset) -> str:
    """Reason why there is nothing to publish; '' when there is."""
    meta = _published_meta(home)
    model_id = _model_to_keep(home, meta)
    if (meta.get("dataset_digest"), meta.get("model_id")) == (dataset.digest, model_id):
        return "the published snapshot has all interactions of the shop"
    for row in withdrawn(home.snapshots):
        if (row.dataset_digest, row.model_id) == (dataset.digest, model_id):
            return (
                f"{row.snapshot_id} was made of the same data and model, and was rolled back; "
                "--force publishes such lists again"
            )
    return ""


def _published_meta(home: Home) -> dict[str, str]:
    """Table ``meta`` of the published snapshot; {} when none is published, or it is damaged."""
    try:
        with contextlib.closing(open_database(current_snapshot(home.snapshots))) as connection:
            return read_meta(connection)
    except SnapshotError:
        return {}


def _model_to_keep(home: Home, published: dict[str, str]) -> str | None:
    """Id of the model for lists without a training.

    It is the current one; but after a rollback from that model's lists to another model's, that other
    one, or the next night would bring the rolled-back model back.
    """
    current = read_pointer(home.models)
    out = {row.model_id for row in withdrawn(home.snapshots)}
    model_id = published.get("model_id")
    if current in out and model_id and model_id not in out and model_id in versions(home.models):
        return model_id
    return current


def _model(home: Home, settings: NightlySettings, progress: Progress, night: Night) -> str:
    """Train a model, or keep the current one; return its id."""
    if settings.train is None:
        with _stage(progress, night, "model") as outcome:
            chosen = None if settings.force else _model_to_keep(home, _published_meta(home))
            model_id = str(read_manifest(home, chosen)["model_id"])
            back = model_id != read_pointer(home.models)
            outcome.append(
                f"kept {model_id}{', to which the site was rolled back' if back else ''}"
            )
        return model_id
    from bookrec.offline.training.train import train

    with _stage(progress, night, "train") as outcome:
        bundle = train(home, settings.train, lambda _: None)
        pipeline = bundle.manifest["metrics"].get("pipeline", {})
        figures = ", ".join(f"{name} {value:.4f}" for name, value in pipeline.items())
        outcome.append(f"{bundle.model_id}, {figures}")
    return bundle.model_id


def _score(
    home: Home, model_id: str, dataset: Dataset, settings: NightlySettings
) -> tuple[str, list[str]]:
    """Score and publish; return the snapshot's id and, if only changes were scored, their counts."""
    changed = settings.train is None and not settings.force
    lines: list[str] = []
    snapshot_id = score(
        home,
        model_id,
        dataset,
        replace(settings.score, changed=changed),
        lines.append,
        again="bookrec nightly",
    )
    return snapshot_id, lines[:1] if changed else []


@contextlib.contextmanager
def _stage(progress: Progress, night: Night, name: str) -> Iterator[list[str]]:
    """Report a stage in one line: its name, the outcomes that the block appended, and its duration."""
    started = time.monotonic()
    outcome: list[str] = []
    try:
        yield outcome
    except QualityGateRefused as refused:
        progress(f"{name}: refused after {time.monotonic() - started:,.0f} s: {refused}")
        raise
    except Exception as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        progress(f"{name}: failed after {time.monotonic() - started:,.0f} s: {reason}")
        raise
    night.stages[name] = round(time.monotonic() - started, 1)
    summary = "; ".join(outcome) or "done"
    progress(f"{name}: {summary} ({time.monotonic() - started:,.0f} s)")


@contextlib.contextmanager
def _only_one(home: Home) -> Iterator[None]:
    """Refuse to run beside another nightly job of the same home."""
    path = home.root / "var" / "nightly.lock"
    with exclusive_lock(path, create=True) as held:
        if not held:
            raise BookrecError(
                f"Another nightly job is running on {home.root} (lock {path}); wait for its end."
            )
        yield
