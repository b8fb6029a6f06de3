"""Similar books of a trained pipeline, computed as ``bookrec score`` computes them."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bookrec.arrays import Ints
from bookrec.inference.ranker.split_ranker import SplitRanker
from bookrec.inference.recommender import Recommender
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.data.histories import reader_histories
from bookrec.offline.engines.processes import Processes
from bookrec.offline.evaluation.measure.similar_books import NEIGHBOURS
from bookrec.offline.metrics.neighbours import NeighbourLists
from bookrec.offline.scoring.job.score_settings import ScoreSettings
from bookrec.offline.scoring.job.shard_store import Shard
from bookrec.offline.scoring.job.similar_stages import similar_stages
from bookrec.offline.scoring.job.stages import Stage, lists_of, run_stage
from bookrec.offline.scoring.lists.corrections import CandidateFacts, candidate_facts
from bookrec.offline.scoring.lists.group_members import sample_group_members
from bookrec.snapshot import RANKER_NAME

if TYPE_CHECKING:
    from bookrec.offline.evaluation.pipeline.scorers import Pipeline


def pipeline_neighbours(
    pipeline: Pipeline, books: Ints, known: Dataset, candidates: int
) -> NeighbourLists:
    """List the 20 similar books that ``bookrec score`` would publish for some books.

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
        _candidate_facts(pipeline, known),
        NEIGHBOURS,
        candidates,
        ScoreSettings.per_shard,
        lambda name, _: finished[name],
    )
    with _stage_runner(pipeline.recommender) as run:
        for stage in stages:
            shards = sorted(run(stage), key=itemgetter(0))
            finished[stage.name] = [shard for _, shard in shards]
    similar = np.full((len(books), NEIGHBOURS), -1, dtype=np.int32)
    row = 0
    for shard in finished[stages[-1].name]:
        some = lists_of(shard)
        for start, stop in pairwise(some.start.tolist()):
            similar[row, : stop - start] = some.book[start:stop]
            row += 1
    return NeighbourLists(books, similar)


def _candidate_facts(pipeline: Pipeline, known: Dataset) -> CandidateFacts:
    """Collect the facts that correct similar books."""
    bundle = pipeline.bundle
    codes = bundle.vocabularies.isbn.codes(known.books["isbn"])
    statistics = bundle.frozen_statistics.for_catalogue(codes).statistics
    language = pipeline.recommender.retrieval.metadata.language
    return candidate_facts(language, statistics.rating_mean, statistics.rating_count)


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
