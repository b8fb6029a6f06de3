"""Scoring measured side by side: Keras, the split ranker, and what the machine could do at most.

Every repeat runs each way once, so that what else the machine does meanwhile falls on all of them, and
figures are medians. How the figures come about is in docs/scoring-speed.md.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints
from bookrec.inference.recommender import Recommender
from bookrec.offline.benchmarks.bench_model import BenchModel, make_bench_model
from bookrec.offline.benchmarks.bench_report import BenchComparison, Timing, steady
from bookrec.offline.data.histories import Histories
from bookrec.offline.engines.catalogue_backends import with_backend
from bookrec.offline.engines.processes import Processes, map_shards
from bookrec.offline.runtime.blas_peak import SgemmRate, sgemm_rate
from bookrec.offline.runtime.progress import Progress
from bookrec.offline.scoring.job.score_report import pair_multiply_adds
from bookrec.offline.scoring.lists.open_recommender import open_recommender
from bookrec.offline.scoring.lists.top_n import Lists, Task, shard_lists

PREDICT: Final = "model.predict"
GRAPH: Final = "tf.function"
ONE_PROCESS: Final = "split, one process"
WORKERS: Final = "split, as score"


@dataclass(frozen=True)
class BenchSettings:
    """How much to measure."""

    readers: int = 100_000
    """The model's; a few of them are scored in each repeat."""
    books: int = 150_000
    repeats: int = 5
    top: int = 50
    batches: tuple[int, ...] = (8_192, 65_536, 262_144)
    """Sizes tried for Keras."""
    keras_readers: int = 2
    """Readers whose whole catalogues Keras scores in a repeat."""
    per_shard: int = 32
    shards: int = 16
    """Of each repeat, on top of what `steady` leaves out for each worker."""
    sgemm_s: float = 1.0
    """Seconds of multiplying matrices in a repeat."""


QUICK: Final = BenchSettings(
    readers=300, books=1_100, repeats=2, batches=(512,), per_shard=2, shards=2, sgemm_s=0.02
)
"""Everything once or twice on a small model: does it run, not how fast."""


@dataclass(frozen=True)
class BenchParity:
    """How far the split ranker is from Keras."""

    pairs: int
    """Compared."""
    largest: float
    """Largest difference of probabilities."""
    lowest: float
    """Lowest and highest probability among them: 0 and 1 would hide differences of logits."""
    highest: float
    lists: int
    """Lists of the workers whose scores were looked up among Keras's own best."""
    largest_in_lists: float


def compare_scoring(
    settings: BenchSettings, progress: Progress
) -> tuple[BenchComparison, SgemmRate, BenchParity]:
    """Measure every way of scoring the bench model.

    Returns:
        The figures; the best sgemm rate; and the parity of what was measured.
    """
    progress(f"building the model: {settings.readers:,} readers, {settings.books:,} books")
    bench = make_bench_model(settings.readers, settings.books)
    with tempfile.TemporaryDirectory(prefix="bookrec-bench-") as name:
        return _compare(bench, Path(name), settings, progress)


def _compare(
    bench: BenchModel, directory: Path, settings: BenchSettings, progress: Progress
) -> tuple[BenchComparison, SgemmRate, BenchParity]:
    recommender = with_backend(bench.recommender(), "fused")
    recommender.save(directory)
    workers = Processes().workers
    needed = settings.per_shard * (settings.shards + 3 * workers)
    readers = (np.arange(needed) % settings.readers).astype(np.int32)
    histories = bench.histories(readers)
    some = readers[: settings.keras_readers]
    graph = _graph(bench.model)
    ways: dict[str, Callable[[], Timing]] = {}
    for batch in settings.batches:
        ways[f"{PREDICT}, batch {batch:,}"] = partial(_predict, bench, some, batch)
        ways[f"{GRAPH}, batch {batch:,}"] = partial(_run_graph, bench, graph, some, batch)
    one_shard = histories.shard(slice(0, settings.per_shard))
    ways[ONE_PROCESS] = partial(_one_process, directory, one_shard, settings.top)
    ways[f"{WORKERS}, {workers} processes"] = partial(
        worker_timing, directory, histories, settings.top, None, settings.per_shard
    )
    best = SgemmRate(0.0, 0, "")
    timings: dict[str, list[Timing]] = {way: [] for way in ways}
    # One round more than is counted: it traces graphs and maps pages.
    for repeat in range(settings.repeats + 1):
        progress(f"repeat {repeat} of {settings.repeats}" if repeat else "warming up")
        for way, measure in ways.items():
            timing = measure()
            if repeat:
                timings[way].append(timing)
        best = max(best, sgemm_rate(settings.sgemm_s), key=lambda rate: rate.flops)
    comparison = BenchComparison(pair_multiply_adds(recommender.ranker), best.flops, timings)
    return comparison, best, _parity(bench, recommender, directory, histories, settings)


def _predict(bench: BenchModel, readers: Ints, batch: int) -> Timing:
    started = time.perf_counter()
    found = bench.model.predict(bench.inputs(readers), batch_size=batch, verbose=0)
    return Timing(len(found), time.perf_counter() - started)


def _graph(model: Any) -> Callable[[dict[str, Any]], Any]:
    """The model as one TensorFlow graph, for any number of rows."""
    import tensorflow as tf

    def forward(inputs: dict[str, Any]) -> Any:
        return model(inputs, training=False)

    signature = {
        tensor.name: tf.TensorSpec((None, *tensor.shape[1:]), tensor.dtype, name=tensor.name)
        for tensor in model.inputs
    }
    compiled: Callable[[dict[str, Any]], Any] = tf.function(forward, input_signature=[signature])
    return compiled


def _run_graph(
    bench: BenchModel, graph: Callable[[dict[str, Any]], Any], readers: Ints, batch: int
) -> Timing:
    started = time.perf_counter()
    inputs = bench.inputs(readers)
    count = len(readers) * bench.n_books
    parts = [
        graph({name: values[at : at + batch] for name, values in inputs.items()}).numpy()
        for at in range(0, count, batch)
    ]
    return Timing(sum(map(len, parts)), time.perf_counter() - started)


def _one_process(directory: Path, histories: Histories, top: int) -> Timing:
    """Lists made here, with one BLAS thread."""
    started = time.perf_counter()
    (lists,) = map_shards(
        shard_lists, open_recommender, directory, [(histories, top, None)], workers=0
    )
    return Timing(lists.pairs, time.perf_counter() - started, len(histories))


def worker_timing(
    directory: Path, histories: Histories, top: int, candidates: int | None, per_shard: int
) -> Timing:
    """Lists made as ``score`` makes them: shards, a process per core, one BLAS thread each.

    Args:
        directory: what `Recommender.save` wrote.
        candidates: None ranks the whole catalogue.
    """
    engine = Processes()
    arrivals = []
    for _, lists in engine.map(
        shard_lists,
        open_recommender,
        directory,
        enumerate(_tasks(histories, top, candidates, per_shard)),
    ):
        arrivals.append((time.perf_counter(), lists.pairs, len(lists.start) - 1))
    return steady(arrivals, engine.workers)


def _tasks(
    histories: Histories, top: int, candidates: int | None, per_shard: int
) -> Iterator[Task]:
    for start in range(0, len(histories), per_shard):
        where = slice(start, min(start + per_shard, len(histories)))
        yield histories.shard(where), top, candidates


def _parity(
    bench: BenchModel,
    recommender: Recommender,
    directory: Path,
    histories: Histories,
    settings: BenchSettings,
) -> BenchParity:
    """Compare whole catalogues of the first readers, and their lists."""
    count = settings.keras_readers
    some = histories.shard(slice(0, count))
    readers = (np.arange(count) % settings.readers).astype(np.int32)
    found = bench.model.predict(
        bench.inputs(readers), batch_size=max(settings.batches), verbose=0
    ).reshape(count, -1)
    profiles = [recommender.profile(reader) for reader in some.readers()]
    tower = recommender.retrieval.tower_scores([profile.retriever_scores for profile in profiles])
    own = recommender.scores(recommender.catalogue_logits(profiles, tower))
    (lists,) = map_shards(
        shard_lists, open_recommender, directory, [(some, settings.top, None)], workers=1
    )
    return BenchParity(
        found.size,
        float(np.abs(own - found).max()),
        float(found.min()),
        float(found.max()),
        count,
        _largest_in_lists(lists, found, some),
    )


def _largest_in_lists(lists: Lists, found: Floats, histories: Histories) -> float:
    """Largest difference between a list's scores and the best of Keras's, place by place.

    Args:
        found: [R, B] Keras's probabilities.
    """
    largest = 0.0
    for place, row in enumerate(found):
        kept: NDArray[np.float64] = row.astype(np.float64)
        kept[histories.books[slice(*histories.start[place : place + 2])]] = -1.0
        scores = lists.score[slice(*lists.start[place : place + 2])]
        expected = np.sort(kept)[::-1][: len(scores)]
        largest = max(largest, float(np.abs(scores - expected).max()))
    return largest
