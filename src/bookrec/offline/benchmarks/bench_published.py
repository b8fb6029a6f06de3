"""Benchmark of a home's published snapshot, with its readers, candidates and features."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from bookrec.errors import SnapshotError
from bookrec.json_types import JsonObject
from bookrec.offline.benchmarks.bench_report import Timing, duration
from bookrec.offline.benchmarks.bench_scoring import worker_timing
from bookrec.offline.data.dataset import load_dataset
from bookrec.offline.data.histories import reader_histories
from bookrec.offline.data.interactions import all_interactions
from bookrec.offline.engines.processes import Processes
from bookrec.offline.scoring.job.score_report import pair_multiply_adds
from bookrec.offline.scoring.lists.open_recommender import open_recommender
from bookrec.settings import Home
from bookrec.snapshot import RANKER_NAME, current_snapshot

_PER_SHARD: Final = 64
_SEED: Final = 0


@dataclass(frozen=True)
class BundleTiming:
    """Timing of the lists of a sample of a home's readers."""

    candidates: int | None
    """Candidates of a list; None = the whole catalogue."""
    timing: Timing
    everybody: int
    """Readers with an interaction; each gets a list."""
    multiply_adds: int

    @property
    def readers_per_second(self) -> float:
        """Readers whose lists were made in a second."""
        return self.timing.readers / self.timing.seconds

    @property
    def seconds_for_all(self) -> float:
        """Seconds for the lists of all readers, at the measured rate."""
        return self.everybody / self.readers_per_second

    def share(self, limit_flops: float) -> float:
        """Share of the machine's sgemm rate, ``limit_flops``."""
        return 2 * self.multiply_adds * self.timing.rate / limit_flops

    def line(self, limit_flops: float) -> str:
        """Result in one line."""
        what = "whole catalogue" if self.candidates is None else f"{self.candidates:,} candidates"
        return (
            f"{what}: {self.readers_per_second:,.0f} readers/s, {self.timing.rate / 1e6:.2f} M "
            f"pairs/s ({self.share(limit_flops):.0%} of the limit), all {self.everybody:,} readers "
            f"in {duration(self.seconds_for_all)}"
        )

    def row(self, limit_flops: float) -> JsonObject:
        """Result as a JSON object."""
        return {
            "candidates": self.candidates,
            "readers_per_second": self.readers_per_second,
            "pairs_per_second": self.timing.rate,
            "share": self.share(limit_flops),
            "readers": self.everybody,
            "seconds_for_all": self.seconds_for_all,
        }


def has_snapshot(home: Home) -> bool:
    """Whether a snapshot is published there."""
    try:
        current_snapshot(home.snapshots)
    except SnapshotError:
        return False
    return True


def time_bundle(home: Home, sample: int, candidates: int, top: int) -> Iterator[BundleTiming]:
    """Time the model of the published snapshot on the whole catalogue, then two-stage.

    Args:
        home: with the snapshot and its data set.
        sample: readers to time, drawn at random from those with an interaction.
        candidates: candidates of a two-stage list.
        top: length of the lists.

    Raises:
        SnapshotError: the snapshot cannot be used.
        DatasetError: there is no data set.
    """
    directory = current_snapshot(home.snapshots) / RANKER_NAME
    recommender = open_recommender(directory)
    dataset = load_dataset(home)
    if dataset.n_books != recommender.n_books:
        raise SnapshotError(
            f"{directory.parent.name} has {recommender.n_books:,} books and the current data set "
            f"{dataset.n_books:,}; run 'bookrec score', then measure."
        )
    readers, histories = reader_histories(dataset, all_interactions(dataset), None)
    per_shard = min(_PER_SHARD, max(1, len(readers) // (8 * Processes().workers)))
    count = max(sample, 4 * Processes().workers * per_shard)
    rng = np.random.default_rng(_SEED)
    chosen = histories.some(rng.choice(len(readers), count, replace=count > len(readers)))
    for number in (None, candidates):
        timing = worker_timing(directory, chosen, top, number, per_shard)
        yield BundleTiming(number, timing, len(readers), pair_multiply_adds(recommender.ranker))
