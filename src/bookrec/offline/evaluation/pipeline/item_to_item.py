"""Whether a book's neighbours are the books its readers go on to.

A *co-reading* is a known and a held-out book of one reader. The figure of a reader is the share of
their co-readings (i, j) in which j is among the first 20 neighbours of i.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from tqdm import tqdm

from bookrec.arrays import Ints
from bookrec.inference.ranker.split_ranker import SplitRanker
from bookrec.inference.recommender import Recommender
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.data.histories import Histories
from bookrec.offline.data.interactions import by_reader, interaction_matrix
from bookrec.offline.engines.processes import map_shards
from bookrec.offline.evaluation.holdout.held_out_set import HeldOutSet
from bookrec.offline.metrics.significance import bootstrap_interval, paired_t
from bookrec.offline.scoring.job.score_settings import ScoreSettings
from bookrec.offline.scoring.job.shard_store import Shard
from bookrec.offline.scoring.job.similar_stages import similar_stages
from bookrec.offline.scoring.job.stages import Stage, lists_of
from bookrec.offline.scoring.lists.group_members import sample_group_members
from bookrec.snapshot import RANKER_NAME

if TYPE_CHECKING:
    from bookrec.offline.evaluation.pipeline.scorers import Pipeline

NEIGHBOURS = 20


def co_readings_found(neighbours: Any, held_out_set: HeldOutSet) -> NDArray[np.float64]:
    """[R] share of each reader's co-readings that are neighbours; NaN for a reader without any.

    Args:
        neighbours: CSR [B, B], an entry where the column is a neighbour of the row.
    """
    readers = held_out_set.readers
    shape = len(readers), held_out_set.n_books
    known = interaction_matrix(held_out_set.seen.renumbered(readers), *shape)
    held_out = interaction_matrix(held_out_set.held_out.renumbered(readers), *shape)
    pattern = neighbours.tocsr().copy()
    pattern.data = np.ones_like(pattern.data)
    found = np.asarray((known @ pattern).multiply(held_out).sum(axis=1)).ravel()
    pairs = np.diff(known.indptr).astype(np.float64) * np.diff(held_out.indptr)
    return np.where(pairs > 0, found / np.maximum(pairs, 1), np.nan)


def strongest(similarities: Any, count: int) -> Any:
    """CSR of the ``count`` largest entries of each row of a CSR matrix, ties by column."""
    entries = similarities.tocoo()
    order = np.lexsort((entries.col, -entries.data, entries.row))
    rows, columns = entries.row[order], entries.col[order]
    place = np.arange(len(rows)) - np.searchsorted(rows, rows, side="left")
    keep = place < count
    return _binary(rows[keep], columns[keep], similarities.shape)


def similar_books_table(
    co_readings: dict[str, NDArray[np.float64]], seed: int
) -> dict[str, dict[str, float]]:
    """Name → mean share, its interval, and the p-value of its difference from the best's."""
    table: dict[str, dict[str, float]] = {}
    if not co_readings:
        return table
    best = max(co_readings, key=lambda name: float(np.nanmean(co_readings[name])))
    defined = ~np.isnan(co_readings[best])
    for name, values in co_readings.items():
        interval = bootstrap_interval(values[defined], np.random.default_rng(seed))
        table[name] = {
            "found": interval.value,
            "low": interval.low,
            "high": interval.high,
            "p_value_to_best": paired_t(values[defined], co_readings[best][defined]),
        }
    return table


def _binary(rows: Any, columns: Any, shape: tuple[int, int]) -> Any:
    return sparse.csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=shape)


def asked_books(held_out_set: HeldOutSet) -> Ints:
    """The books whose neighbours matter: known books of the readers asked."""
    return np.unique(held_out_set.seen.book_idx).astype(np.int32)


def pipeline_neighbours(pipeline: Pipeline, books: Ints, known: Dataset, candidates: int) -> Any:
    """CSR [B, B] of the neighbourhoods that ``bookrec score`` would publish for some books.

    Args:
        known: what the pipeline was trained on.
        candidates: books of a neighbourhood that are scored.
    """
    everyone = _histories(pipeline, known)
    members = sample_group_members(
        pipeline.histories, list(known.readers["user_id"]), list(known.books["isbn"])
    )
    finished: dict[str, list[Shard]] = {}
    stages = similar_stages(
        books,
        members,
        np.arange(len(everyone), dtype=np.int32),
        everyone,
        NEIGHBOURS,
        candidates,
        ScoreSettings.per_shard,
        lambda name, _: finished[name],
    )
    with _saved(pipeline.recommender) as directory:
        for stage in stages:
            made = _shards(pipeline.recommender, directory, stage)
            bar = tqdm(made, total=stage.shards, desc=stage.label, disable=None, leave=False)
            finished[stage.name] = list(bar)
    lists = [lists_of(shard) for shard in finished[stages[-1].name]]
    rows = np.repeat(books, np.concatenate([np.diff(some.start) for some in lists]))
    shape = (known.n_books, known.n_books)
    return _binary(rows, np.concatenate([some.book for some in lists]), shape)


@contextlib.contextmanager
def _saved(recommender: Recommender) -> Iterator[Path | None]:
    """Where processes of their own may load it from; None where Keras is needed to rank."""
    if not isinstance(recommender.ranker, SplitRanker):
        yield None
        return
    with tempfile.TemporaryDirectory() as directory:
        (ranker := Path(directory) / RANKER_NAME).mkdir()
        recommender.save(ranker)
        yield Path(directory)


def _shards(recommender: Recommender, saved: Path | None, stage: Stage) -> Iterator[Shard]:
    """A stage's shards, by as many processes as there are cores where it is saved for them."""
    tasks = (stage.task(stage.where(number)) for number in range(stage.shards))
    if saved is not None:
        return map_shards(stage.work, stage.load, saved, tasks)
    return (stage.work(recommender, task) for task in tasks)


def _histories(pipeline: Pipeline, known: Dataset) -> Histories:
    ages = known.readers["age"].to_numpy(dtype=np.float64, na_value=-1).astype(np.int32)
    start = by_reader(pipeline.histories, known.n_readers).astype(np.int64)
    own = pipeline.histories
    return Histories(start, own.book_idx, own.rating, ages, pipeline.rows)
