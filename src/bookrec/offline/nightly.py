"""The nightly job: the shop's new interactions → (train) → score → publish; one line per stage."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bookrec.errors import BookrecError, ShopError, SnapshotError
from bookrec.files import exclusive_lock, read_pointer, remove_directory, versions
from bookrec.offline.data.dataset import Dataset, save_dataset
from bookrec.offline.data.shop_updates import extend_with_shop, is_extension, load_base_dataset
from bookrec.offline.models.bundle.bundle_files import read_manifest
from bookrec.offline.runtime.progress import Progress
from bookrec.offline.scoring.job.score import ScoreSettings, score
from bookrec.settings import Home
from bookrec.shop_database import read_shop
from bookrec.snapshot import (
    current_snapshot,
    list_snapshots,
    open_database,
    prune,
    read_meta,
)

if TYPE_CHECKING:
    # TensorFlow is started only by a night that trains.
    from bookrec.offline.training.train_settings import TrainSettings


@dataclass(frozen=True)
class NightlySettings:
    """What the refresh does."""

    train: TrainSettings | None = None
    """Train a new model first, with these settings; None keeps the current model."""
    score: ScoreSettings = field(default_factory=ScoreSettings)
    keep: int = 3
    """Snapshots that stay on disk."""
    force: bool = False
    """Publish even when nothing is new."""


def nightly(home: Home, settings: NightlySettings, progress: Progress) -> str | None:
    """Run the refresh.

    Everything is made aside; only the last step changes what the site serves. A run that failed
    half-way is simply run again: what is published tells what is new, not what was begun.

    Args:
        say: called with one line per stage.

    Returns:
        The id of the published snapshot, or None when there was nothing new.

    Raises:
        BookrecError: a stage failed, or another nightly job is running.
    """
    with _only_one(home):
        with _stage(progress, "shop") as outcome:
            dataset = _refreshed(home)
            outcome.append(_counts(dataset))
        if settings.train is None and not settings.force and not _is_news(home, dataset):
            progress("nothing new: the published snapshot knows everything the shop knows")
            return None
        with _stage(progress, "dataset") as outcome:
            save_dataset(home, dataset)
            outcome.append(f"{dataset.dataset_id}, {len(dataset.interactions):,} interactions")
        model_id = _model(home, settings, progress)
        with _stage(progress, "score") as outcome:
            snapshot_id, said = _score(home, model_id, dataset, settings)
            outcome += [f"published {snapshot_id}", *said]
        with _stage(progress, "prune") as outcome:
            outcome.append(f"{len(prune(home.snapshots, settings.keep))} snapshots removed")
            outcome.append(f"{len(prune_extensions(home))} data sets removed")
        return snapshot_id


def _refreshed(home: Home) -> Dataset:
    base = load_base_dataset(home)
    try:
        ages, interactions = read_shop(home.shop_database)
    except sqlite3.DatabaseError as error:
        raise ShopError(
            f"{home.shop_database} cannot be read ({error}); restore it from a backup."
        ) from error
    return extend_with_shop(base, ages, interactions)


def prune_extensions(home: Home) -> list[str]:
    """Remove data sets of earlier nights that neither a snapshot nor the current pointer names.

    Imported data sets stay. Returns the ids removed.
    """
    named = {info.meta.get("dataset_id") for info in list_snapshots(home.snapshots)}
    named.add(read_pointer(home.datasets))
    removed = []
    for name in versions(home.datasets):
        if name not in named and is_extension(home, name):
            remove_directory(home.datasets / name)
            removed.append(name)
    return removed


def _counts(dataset: Dataset) -> str:
    shop = dataset.manifest["files"].get("shop")
    if shop is None:
        return "no interactions in the shop"
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(shop["kinds"].items()))
    return f"{shop['readers_added']:,} new readers; {kinds or 'no interactions'}"


def _is_news(home: Home, dataset: Dataset) -> bool:
    """Whether the published snapshot lacks something that is in ``dataset`` or in the model."""
    try:
        with contextlib.closing(open_database(current_snapshot(home.snapshots))) as connection:
            meta = read_meta(connection)
    except SnapshotError:  # none, or one that is damaged: a new one mends it
        return True
    published = meta.get("dataset_digest"), meta.get("model_id")
    return published != (dataset.digest, read_pointer(home.models))


def _model(home: Home, settings: NightlySettings, progress: Progress) -> str:
    """The id of the model to score with, trained now or kept."""
    if settings.train is None:
        with _stage(progress, "model") as outcome:
            model_id = str(read_manifest(home)["model_id"])
            outcome.append(f"kept {model_id}")
        return model_id
    from bookrec.offline.training.train import train

    with _stage(progress, "train") as outcome:
        bundle = train(home, settings.train, lambda _: None)
        pipeline = bundle.manifest["metrics"].get("pipeline", {})
        figures = ", ".join(f"{name} {value:.4f}" for name, value in pipeline.items())
        outcome.append(f"{bundle.model_id}, {figures}")
    return bundle.model_id


def _score(
    home: Home, model_id: str, dataset: Dataset, settings: NightlySettings
) -> tuple[str, list[str]]:
    """The published snapshot's id, and what was scored if not simply everything."""
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
def _stage(progress: Progress, name: str) -> Iterator[list[str]]:
    """Say one line about a stage: its name, how long it took, and what the block appended."""
    started = time.monotonic()
    outcome: list[str] = []
    try:
        yield outcome
    except Exception as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        progress(f"{name}: failed after {time.monotonic() - started:,.0f} s: {reason}")
        raise
    said = "; ".join(outcome) or "done"
    progress(f"{name}: {said} ({time.monotonic() - started:,.0f} s)")


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
