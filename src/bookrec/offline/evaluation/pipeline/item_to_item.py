"""Item-to-item evaluation: whether similar books are the books that readers go on to.

A *co-reading* is a known and a held-out book of one reader. The figure of a reader is the share of the
reader's co-readings (i, j) in which j is among the first 20 similar books of i.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bookrec.arrays import Array, Ints
from bookrec.inference.ranker.split_ranker import SplitRanker
from bookrec.inference.recommender import Recommender
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.data.histories import reader_histories
from bookrec.offline.data.interactions import interaction_matrix
from bookrec.offline.engines.processes import Processes
from bookrec.offline.evaluation.holdout.held_out_set import HeldOutSet
from bookrec.offline.metrics.significance import bootstrap_interval, paired_t
from bookrec.offline.scoring.job.score_settings import ScoreSettings
from bookrec.offline.scoring.job.shard_store import Shard
from bookrec.offline.scoring.job.similar_stages import similar_stages
from bookrec.offline.scoring.job.stages import Stage, lists_of, run_stage
from bookrec.offline.scoring.lists.corrections import BookFacts, book_facts
from bookrec.offline.scoring.lists.group_members import sample_group_members
from bookrec.snapshot import RANKER_NAME

if TYPE_CHECKING:
    from bookrec.offline.evaluation.pipeline.scorers import Pipeline

NEIGHBOURS = 20


def co_readings_found(
    neighbours: sparse.csr_matrix, held_out_set: HeldOutSet
) -> NDArray[np.float64]:
    """[R] share of each reader's co-readings among similar books; NaN for a reader without any.

    Args:
        neighbours: CSR [B, B], an entry where the column is a similar book of the row.
        held_out_set: the readers.
    """
    readers = held_out_set.readers
    shape = len(readers), held_out_set.n_books
    known = interaction_matrix(held_out_set.seen.renumbered(readers), *shape)
    held_out = interaction_matrix(held_out_set.held_out.renumbered(readers), *shape)
    pattern = neighbours.tocsr().copy()
    pattern.data = np.ones_like(pattern.data)
    hits = np.asarray((known @ pattern).multiply(held_out).sum(axis=1)).ravel()
    pairs = np.diff(known.indptr).astype(np.float64) * np.diff(held_out.indptr)
    return np.where(pairs > 0, hits / np.maximum(pairs, 1), np.nan)


def strongest(similarities: sparse.csr_matrix, count: int) -> sparse.csr_matrix:
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
    """Name → mean share, its interval, and the p-value of the difference from the best."""
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


def _binary(rows: Array, columns: Array, shape: tuple[int, int]) -> sparse.csr_matrix:
    return sparse.csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=shape)


def known_books(held_out_set: HeldOutSet) -> Ints:
    """[n] known books of the readers, whose similar books are needed; ascending."""
    return np.unique(held_out_set.seen.book_idx).astype(np.int32)


def pipeline_neighbours(
    pipeline: Pipeline, books: Ints, known: Dataset, candidates: int
) -> sparse.csr_matrix:
    """CSR [B, B] of the similar books that ``bookrec score`` would publish for some books.

    Args:
        pipeline: the trained pipeline.
        books: [n] positions, ascending.
        known: the data set it was trained on.
        candidates: candidates of a book.
    """
    readers, histories = reader_histories(known, pipeline.histories, pipeline.rows)
    members = sample_group_members(
        pipeline.histories, list(known.readers["user_id"]), list(known.books["isbn"])
    )
    finished: dict[str, list[Shard]] = {}
    stages = similar_stages(
        books,
        members,
        readers,
        histories,
        _book_facts(pipeline, known),
        NEIGHBOURS,
        candidates,
        ScoreSettings.per_shard,
        lambda name, _: finished[name],
    )
    with _stage_runner(pipeline.recommender) as run:
        for stage in stages:
            shards = sorted(run(stage), key=itemgetter(0))
            finished[stage.name] = [shard for _, shard in shards]
    lists = [lists_of(shard) for shard in finished[stages[-1].name]]
    rows = np.repeat(books, np.concatenate([np.diff(some.start) for some in lists]))
    shape = (known.n_books, known.n_books)
    return _binary(rows, np.concatenate([some.book for some in lists]), shape)


def _book_facts(pipeline: Pipeline, known: Dataset) -> BookFacts:
    """Collect the facts that correct similar books."""
    bundle = pipeline.bundle
    codes = bundle.vocabularies.isbn.codes(known.books["isbn"])
    statistics = bundle.frozen_statistics.for_catalogue(codes).statistics
    language = pipeline.recommender.retrieval.metadata.language
    return book_facts(language, statistics.rating_mean, statistics.rating_count)


@contextlib.contextmanager
def _stage_runner(
    recommender: Recommender,
) -> Iterator[Callable[[Stage], Iterator[tuple[int, Shard]]]]:
    """Make a function that computes the shards of a stage.

    Processes load the recommender from a temporary directory. Where only Keras can run the ranker,
    this process does the work.
    """
    if not isinstance(recommender.ranker, SplitRanker):
        yield lambda stage: run_stage(
            replace(stage, load=lambda _: recommender), Processes(0), Path()
        )
        return
    with tempfile.TemporaryDirectory() as directory:
        (ranker := Path(directory) / RANKER_NAME).mkdir()
        recommender.save(ranker)
        yield lambda stage: run_stage(stage, Processes(), Path(directory))
