"""Benchmark of scoring: Keras, the split ranker, and the limit that the machine's sgemm rate sets.

Every repetition runs each method once, so that other load on the machine affects all of them. Figures
are medians. docs/scoring-speed.md explains them.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

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
from bookrec.offline.runtime.untyped import KerasModel, Tensor
from bookrec.offline.scoring.job.score_report import pair_multiply_adds
from bookrec.offline.scoring.lists.open_recommender import open_recommender
from bookrec.offline.scoring.lists.top_n import Lists, Task, shard_lists

Graph: TypeAlias = Callable[[dict[str, Tensor]], Tensor]
"""Model as one TensorFlow graph: inputs by name → probabilities."""

PREDICT: Final = "model.predict"
GRAPH: Final = "tf.function"
ONE_PROCESS: Final = "split, one process"
WORKERS: Final = "split, as score"


@dataclass(frozen=True)
class BenchSettings:
    """Sizes of the benchmark."""

    readers: int = 100_000
    """Readers in the model; each repetition scores a few of them."""
    books: int = 150_000
    repeats: int = 5
    top: int = 50
    batches: tuple[int, ...] = (8_192, 65_536, 262_144)
    """Batch sizes of Keras, each measured."""
    keras_readers: int = 2
    """Readers whose whole catalogues Keras scores in a repetition."""
    per_shard: int = 32
    shards: int = 16
    """Shards of each repetition, besides those that `steady` leaves out."""
    sgemm_s: float = 1.0
    """Seconds of matrix products in a repetition."""


QUICK: Final = BenchSettings(
    readers=300, books=1_100, repeats=2, batches=(512,), per_shard=2, shards=2, sgemm_s=0.02
)
"""Smoke test on a small model; its times mean nothing."""


@dataclass(frozen=True)
class BenchParity:
    """Differences between the split ranker and Keras."""

    pairs: int
    """Compared pairs."""
    largest: float
    """Largest difference of two probabilities."""
    lowest: float
    """Lowest probability of the pairs; at 0 or 1, differences of logits would not show."""
    highest: float
    """Highest probability of the pairs."""
    lists: int
    """Lists of the workers whose scores are compared with Keras's best."""
    largest_in_lists: float


def compare_scoring(
    settings: BenchSettings, progress: Progress
) -> tuple[BenchComparison, SgemmRate, BenchParity]:
    """Measure every method of scoring on the benchmark's model.

    Returns:
        The timings, the best sgemm rate, and the parity of the methods.
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
    # The first round is not counted: it traces graphs and maps pages.
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
    predictions = bench.model.predict(bench.inputs(readers), batch_size=batch, verbose=0)
    return Timing(len(predictions), time.perf_counter() - started)


def _graph(model: KerasModel) -> Graph:
    """Trace the model as one TensorFlow graph for any number of rows."""
    import tensorflow as tf

    def forward(inputs: dict[str, Tensor]) -> Tensor:
        return model(inputs, training=False)

    signature = {
        tensor.name: tf.TensorSpec((None, *tensor.shape[1:]), tensor.dtype, name=tensor.name)
        for tensor in model.inputs
    }
    compiled: Graph = tf.function(forward, input_signature=[signature])
    return compiled


def _run_graph(bench: BenchModel, graph: Graph, readers: Ints, batch: int) -> Timing:
    started = time.perf_counter()
    inputs = bench.inputs(readers)
    count = len(readers) * bench.n_books
    parts = [
        graph({name: values[at : at + batch] for name, values in inputs.items()}).numpy()
        for at in range(0, count, batch)
    ]
    return Timing(sum(map(len, parts)), time.perf_counter() - started)


def _one_process(directory: Path, histories: Histories, top: int) -> Timing:
    """Make the lists in this process, with one BLAS thread."""
    started = time.perf_counter()
    (lists,) = map_shards(
        shard_lists, open_recommender, directory, [(histories, top, None)], workers=0
    )
    return Timing(lists.pairs, time.perf_counter() - started, len(histories))


def worker_timing(
    directory: Path, histories: Histories, top: int, candidates: int | None, per_shard: int
) -> Timing:
    """Time lists as ``score`` makes them: in shards, one process per core, one BLAS thread each.

    Args:
        directory: of a saved recommender.
        histories: of the readers.
        top: length of the lists.
        candidates: candidates of a list; None = the whole catalogue.
        per_shard: readers of a shard.
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
    """Compare Keras with the split ranker, on the whole catalogues and the lists of some readers."""
    count = settings.keras_readers
    some = histories.shard(slice(0, count))
    readers = (np.arange(count) % settings.readers).astype(np.int32)
    by_keras = bench.model.predict(
        bench.inputs(readers), batch_size=max(settings.batches), verbose=0
    ).reshape(count, -1)
    profiles = [recommender.profile(reader) for reader in some.readers()]
    tower = recommender.retrieval.tower_scores([profile.retriever_scores for profile in profiles])
    split = recommender.scores(recommender.catalogue_logits(profiles, tower))
    (lists,) = map_shards(
        shard_lists, open_recommender, directory, [(some, settings.top, None)], workers=1
    )
    return BenchParity(
        by_keras.size,
        float(np.abs(split - by_keras).max()),
        float(by_keras.min()),
        float(by_keras.max()),
        count,
        _largest_in_lists(lists, by_keras, some),
    )


def _largest_in_lists(lists: Lists, by_keras: Floats, histories: Histories) -> float:
    """Compute the largest difference between a list's scores and Keras's best, place by place.

    Args:
        lists: of the workers.
        by_keras: [R, B] probabilities.
        histories: of the R readers.
    """
    largest = 0.0
    for place, row in enumerate(by_keras):
        kept: NDArray[np.float64] = row.astype(np.float64)
        kept[histories.books[slice(*histories.start[place : place + 2])]] = -1.0
        scores = lists.score[slice(*lists.start[place : place + 2])]
        expected = np.sort(kept)[::-1][: len(scores)]
        largest = max(largest, float(np.abs(scores - expected).max()))
    return largest
