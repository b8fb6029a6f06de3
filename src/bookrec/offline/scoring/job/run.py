"""One run of a scoring job: compile, compute the missing shards, write the tables."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bookrec.errors import BookrecError, SnapshotError
from bookrec.files import link_tree, utc_now
from bookrec.inference.ranker.split_ranker import SplitRanker
from bookrec.inference.recommender import Recommender
from bookrec.inference.retrieval import TOWER_BLOCK
from bookrec.inference.retrievers import EASE
from bookrec.inference.similarity_table import SimilarityTable
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.data.histories import Histories, reader_histories
from bookrec.offline.data.interactions import Interactions, all_interactions
from bookrec.offline.engines.engine import Engine, make_engine
from bookrec.offline.features.book_statistics import BookStatistics, book_statistics
from bookrec.offline.models.bundle.bundle_files import IMPORTED
from bookrec.offline.models.checks.retrieval_alone import retrieval_sentence
from bookrec.offline.runtime.disk_space import free_mib, is_disk_full
from bookrec.offline.runtime.progress import Progress
from bookrec.offline.scoring.job.compile_model import (
    compile_into,
    read_candidate_facts,
    reader_rows,
)
from bookrec.offline.scoring.job.incremental import Changes
from bookrec.offline.scoring.job.job_directory import Job
from bookrec.offline.scoring.job.score_report import ScoreReport, pair_multiply_adds
from bookrec.offline.scoring.job.score_settings import ScoreSettings
from bookrec.offline.scoring.job.similar_stages import similar_stages
from bookrec.offline.scoring.job.stages import (
    Stage,
    content_stage,
    load_recommender,
    reader_stage,
    run_stage,
)
from bookrec.offline.scoring.job.tables.snapshot_writer import SnapshotWriter, add_meta
from bookrec.offline.scoring.job.write_tables import Stages, write_tables
from bookrec.offline.scoring.lists.candidate_recall import (
    candidate_recall,
    kept_of_exact,
    sample_of,
)
from bookrec.offline.scoring.lists.group_members import sample_group_members
from bookrec.offline.scoring.lists.open_recommender import is_compiled, slow_reason
from bookrec.offline.scoring.shelf.against_popularity import against_popularity
from bookrec.offline.scoring.shelf.gate_figures import RANKING_KEY
from bookrec.offline.scoring.shelf.measure_shelf import measure_shelf
from bookrec.offline.scoring.shelf.shelf import META_KEY
from bookrec.settings import Home
from bookrec.snapshot import RANKER_NAME, building, open_database


@dataclass
class ScoreRun:
    """One run of a job."""

    home: Home
    job: Job
    dataset: Dataset
    settings: ScoreSettings
    changes: Changes | None
    report: ScoreReport
    progress: Progress
    shards: int = 0

    def build(self, metadata: dict[str, str], again: str) -> None:
        """Build a complete snapshot, from nothing or from the shards of an earlier run.

        Args:
            metadata: table ``meta``, but for id, time and the figures of the shelf.
            again: command that continues a stopped run.
        """
        with self._stop_reported(again):
            interactions = all_interactions(self.dataset)
            statistics = book_statistics(interactions, self.dataset.n_books)
            with self.report.stage("compile"):
                new = self.job.ensure_compiled(
                    lambda aside: self._compile(aside, metadata["model_id"], statistics)
                )
                self.progress(
                    f"{'' if new else 'going on: '}ranker compiled for "
                    f"{self.dataset.n_books:,} books"
                )
            if is_compiled(self.job.compiled / RANKER_NAME):
                ranker = SplitRanker.load(self.job.compiled / RANKER_NAME)
                self.report.multiply_adds = pair_multiply_adds(ranker)
            else:
                self.progress(f"warning: {slow_reason(self.job.compiled / RANKER_NAME)}")
            stages = self._stages(interactions, statistics, metadata["model_id"])
            self._compute(stages)
            self._write(stages, interactions, statistics, metadata)

    def _write(
        self,
        stages: Stages,
        interactions: Interactions,
        statistics: BookStatistics,
        metadata: dict[str, str],
    ) -> None:
        """Write the snapshot from the finished shards; it appears once its check passes."""
        started = time.monotonic()
        for leftover in self.home.snapshots.glob(f".{self.job.snapshot_id}.*"):
            shutil.rmtree(leftover, ignore_errors=True)  # of a killed run: the job is ours
        with building(self.home.snapshots, self.job.snapshot_id) as staging:
            link_tree(self.job.compiled / RANKER_NAME, staging / RANKER_NAME)
            published = None if self.changes is None else self.changes.snapshot
            with SnapshotWriter(staging, published) as writer:
                write_tables(
                    writer,
                    self.job.store,
                    stages,
                    self.dataset,
                    interactions,
                    statistics,
                    self.changes,
                    SimilarityTable.load(self.job.compiled / RANKER_NAME, EASE),
                )
                identity = {"snapshot_id": self.job.snapshot_id, "created_at": utc_now()}
                writer.meta(metadata | identity)
            self.report.seconds["database"] = time.monotonic() - started
            with self.report.stage("shelf"):
                with contextlib.closing(open_database(staging)) as database:
                    shelf = measure_shelf(database)
                ranking = self._ranking(interactions, imported=metadata["preset"] == IMPORTED)
                add_meta(staging, {META_KEY: shelf.to_json(), **ranking})
            measured = time.monotonic()
        self.report.seconds["checks"] = time.monotonic() - measured

    def _ranking(self, interactions: Interactions, *, imported: bool) -> dict[str, str]:
        """Row of table ``meta`` with the comparison with popularity; none where none is made.

        What an imported model learnt is unknown, so it is compared with the retrieval too.
        """
        if not is_compiled(self.job.compiled / RANKER_NAME):
            return {}
        recommender = load_recommender(self.job.compiled)
        rows = reader_rows(self.job.compiled)
        ranking = against_popularity(
            self.dataset, interactions, recommender, rows, with_retrieval=imported
        )
        if ranking is not None and ranking.retrieval is not None:
            sentence = retrieval_sentence(ranking.model, ranking.retrieval, ranking.retrieval_error)
            self.progress(f"{sentence}, on a hidden book of {ranking.readers:,} readers")
        return {} if ranking is None else {RANKING_KEY: ranking.to_json()}

    def _compile(self, aside: Path, model_id: str, statistics: BookStatistics) -> None:
        published = self._published_ranker(statistics)
        if published is not None:
            link_tree(published, aside / RANKER_NAME)
            return
        self.report.compile_peak_bytes = compile_into(
            aside,
            self.home,
            model_id,
            self.dataset,
            self.settings.candidates,
            here=self.settings.workers == 0,
        )

    def _published_ranker(self, statistics: BookStatistics) -> Path | None:
        """Find the compiled model of the published snapshot, where the workers need no more.

        It is the same model, compiled for the same catalogue; otherwise everything is scored. It does
        not serve where the model knows readers by id, because new ones may have come, nor where
        content lists are made, which need more than the ranker.
        """
        if self.changes is None or (self.changes.books & (statistics.reader_count == 0)).any():
            return None
        ranker = self.changes.snapshot / RANKER_NAME
        try:
            by_id = Recommender.load(ranker).reader_kind == "embedding"
        except SnapshotError:
            return None
        return None if by_id else ranker

    def _stages(
        self, interactions: Interactions, statistics: BookStatistics, model_id: str
    ) -> Stages:
        settings = self.settings
        size = settings.per_shard
        readers, histories = reader_histories(
            self.dataset, interactions, reader_rows(self.job.compiled)
        )
        is_read = statistics.reader_count > 0
        touched = np.arange(len(readers))
        books = np.ones_like(is_read)
        if self.changes is not None:
            touched, books = np.flatnonzero(self.changes.readers[readers]), self.changes.books
        users, isbns = self.dataset.readers["user_id"], self.dataset.books["isbn"]
        members = sample_group_members(interactions, users.tolist(), isbns.tolist())
        scored = histories.some(touched)
        return Stages(
            reader_stage(readers[touched], scored, settings.top, settings.candidates, size),
            similar_stages(
                np.flatnonzero(books & is_read).astype(np.int32),
                members,
                readers,
                histories,
                read_candidate_facts(self.job.compiled, self.home, model_id, self.dataset),
                settings.top,
                settings.similar_candidates,
                size,
                self.job.store.read_all,
            ),
            content_stage(np.flatnonzero(books & ~is_read).astype(np.int32), settings.top, size),
            sample_of(scored),
        )

    def _compute(self, stages: Stages) -> None:
        """Compute the missing shards."""
        engine = make_engine(self.settings.engine, self.settings.workers)
        finished_shards = [self.job.store.finished(stage.name, stage.shards) for stage in stages]
        self.shards = sum(stage.shards for stage in stages)
        finished = sum(map(len, finished_shards))
        if finished:
            self.progress(f"going on: {finished:,} of {self.shards:,} shards are there")
        with engine.kept():
            for stage, finished_numbers in zip(stages, finished_shards, strict=True):
                started = time.monotonic()
                with self.report.stage(stage.reported):
                    self._compute_stage(engine, stage, set(finished_numbers))
                self.report.worker_peak_bytes = engine.peak_bytes
                if stage.shards:
                    taken = time.monotonic() - started
                    self.progress(
                        f"{stage.label}: {len(stage.members):,} {stage.unit} in {taken:,.1f} s"
                    )
            candidates = self.settings.candidates
            if candidates is not None and candidates < self.dataset.n_books and len(stages.sample):
                with self.report.stage("comparison"):
                    self._report_recall(engine, candidates, stages.sample)

    def _report_recall(self, engine: Engine, candidates: int, sample: Histories) -> None:
        """Report candidate recall: the share of the exact lists that two-stage lists keep."""
        starts = range(0, len(sample), TOWER_BLOCK)
        tasks = (
            (
                number,
                (
                    sample.shard(slice(at, min(at + TOWER_BLOCK, len(sample)))),
                    self.settings.top,
                    (candidates,),
                ),
            )
            for number, at in enumerate(starts)
        )
        results = engine.map(kept_of_exact, load_recommender, self.job.compiled, tasks)
        with contextlib.closing(results):
            recall = candidate_recall(shard for _, shard in results)
        self.progress(
            f"{candidates:,} candidates keep {recall.shares[0]:.1%} of the books of the exact lists "
            f"({recall.readers:,} readers sampled)"
        )

    def _compute_stage(self, engine: Engine, stage: Stage, finished: set[int]) -> None:
        with contextlib.closing(run_stage(stage, engine, self.job.compiled, finished)) as shards:
            for number, shard in shards:
                self.job.store.save(stage.name, number, shard)
                pairs = int(shard["pairs"])
                self.report.count(stage.reported, pairs, int(shard.get("computed", pairs)))

    @contextlib.contextmanager
    def _stop_reported(self, again: str) -> Iterator[None]:
        """Turn Ctrl-C and a full disk into a sentence: what is kept and what to do next."""
        try:
            yield
        except KeyboardInterrupt:
            raise BookrecError(f"Stopped: {self._kept(again)}") from None
        except (OSError, sqlite3.Error) as error:
            if not is_disk_full(error):
                raise
            raise BookrecError(
                f"The disk of {self.home.snapshots} is full, {free_mib(self.home.snapshots):,} MiB "
                f"are left; free some ('bookrec snapshots prune' removes old ones). {self._kept(again)}"
            ) from error

    def _kept(self, again: str) -> str:
        kept = "no shard was begun"
        if self.shards:
            kept = f"{self.job.store.count():,} of {self.shards:,} shards are finished and kept"
        return f"{kept}; run '{again}' again to go on. The published snapshot is unchanged."
