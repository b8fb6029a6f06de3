"""Nights: runs of the nightly job, and the quality of the snapshots that were published, over time."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

import msgspec

from bookrec.shop.owner.nightly_log import PUBLISHED, NightlyRun, figures_of_meta, read_runs
from bookrec.snapshot import NO_MODEL, list_snapshots

_MOST_RUNS: Final = 60


class Quality(msgspec.Struct, frozen=True):
    """Figures of a published snapshot."""

    snapshot_id: str
    model_id: str
    published_at: str
    """ISO 8601, UTC."""
    figures: dict[str, float]
    """By name of `bookrec.shop.owner.nightly_log.FIGURES`; one that was not measured is missing."""


def read_nights(log: Path) -> list[NightlyRun]:
    """Read the last runs of the nightly job, oldest first."""
    return read_runs(log, _MOST_RUNS)


def quality_over_time(snapshots: Path, runs: list[NightlyRun]) -> list[Quality]:
    """Return the quality of snapshots with lists, oldest first: kept ones and logged ones."""
    known = {
        run.snapshot_id: Quality(run.snapshot_id, run.model_id, run.started_at, run.figures)
        for run in runs
        if run.outcome == PUBLISHED and run.figures
    }
    try:
        infos = list_snapshots(snapshots)
    except (OSError, sqlite3.Error):
        infos = []
    for info in infos:
        if info.meta.get("model_id", NO_MODEL) != NO_MODEL:
            known[info.snapshot_id] = Quality(
                info.snapshot_id,
                info.meta["model_id"],
                info.meta.get("created_at", ""),
                figures_of_meta(info.meta),
            )
    return [known[name] for name in sorted(known)]
