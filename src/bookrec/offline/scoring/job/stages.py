"""Stages of a scoring job, cut into shards that are computed anywhere in any order."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from tqdm import tqdm

from bookrec.arrays import Ints
from bookrec.inference.recommender import Recommender
from bookrec.offline.data.histories import Histories
from bookrec.offline.engines.engine import Engine
from bookrec.offline.features.book_features import BookFeatures
from bookrec.offline.scoring.job.shard_store import Shard
from bookrec.offline.scoring.lists.corrections import CandidateFacts
from bookrec.offline.scoring.lists.open_recommender import open_recommender
from bookrec.offline.scoring.lists.similar_by_content import BookContent, similar_by_content
from bookrec.offline.scoring.lists.top_n import Lists, Task, shard_lists
from bookrec.snapshot import RANKER_NAME

CONTENT_NAME: Final = "content.npz"

Loaded: TypeAlias = Any
"""Result of a stage's ``load``, for its ``work``."""

StageTask: TypeAlias = Any
"""Result of a stage's ``task``, for its ``work``; it can be pickled."""


@dataclass(frozen=True)
class Stage:
    """Work for each of many readers or books."""

    name: str
    """Name of the directory of its shards."""
    label: str
    """Label of the progress bar."""
    members: Ints
    """[n] positions of the readers or books, ascending."""
    per_shard: int
    """Members of a shard."""
    task: Callable[[slice], StageTask]
    """Makes the task of a run of members."""
    work: Callable[[Loaded, StageTask], Shard]
    """Module-level function: (loaded, task) → shard."""
    load: Callable[[Path], Loaded]
    """Module-level function: the job's directory ``compiled/`` → loaded, once per worker."""
    unit: str = "lists"
    """Plural of what a worker makes for each member."""
    part_of: str = ""
    """Stage that its time and pairs are reported with; its own name if empty."""

    @property
    def reported(self) -> str:
        """Stage that its time and pairs are reported with."""
        return self.part_of or self.name

    @property
    def shards(self) -> int:
        """Number of shards."""
        return -(-len(self.members) // self.per_shard)

    def where(self, number: int) -> slice:
        """Places in ``members`` of the members of a shard."""
        start = number * self.per_shard
        return slice(start, min(start + self.per_shard, len(self.members)))


def run_stage(
    stage: Stage, engine: Engine, directory: Path, finished: Collection[int] = ()
) -> Generator[tuple[int, Shard], None, None]:
    """Compute the shards of a stage that are not finished, and show their progress.

    Closing the iterator ends all work.

    Args:
        stage: the stage.
        engine: computes the shards.
        directory: for the stage's ``load``.
        finished: numbers of the shards that are not computed again.

    Yields:
        Numbers and shards, in any order.
    """
    missing = [number for number in range(stage.shards) if number not in finished]
    if not missing:
        return
    tasks = ((number, stage.task(stage.where(number))) for number in missing)
    sizes = [len(stage.members[stage.where(number)]) for number in range(stage.shards)]
    results = engine.map(stage.work, stage.load, directory, tasks)
    with (
        contextlib.closing(results),
        tqdm(
            total=len(stage.members),
            initial=sum(sizes[number] for number in finished),
            desc=stage.label,
            unit=stage.unit.removesuffix("s"),
            disable=None,
            leave=False,
        ) as bar,
    ):
        for number, shard in results:
            yield number, shard
            bar.update(sizes[number])


def reader_stage(
    readers: Ints, histories: Histories, top: int, candidates: int | None, per_shard: int
) -> Stage:
    """Make the stage of the readers' top-N lists."""
    return Stage(
        "readers",
        "readers",
        readers,
        per_shard,
        lambda where: (histories.shard(where), top, candidates),
        score_lists,
        load_recommender,
    )


def content_stage(books: Ints, top: int, per_shard: int) -> Stage:
    """Make the stage of similar books by content, for books without readers."""
    return Stage(
        "content",
        "similar books by content",
        books,
        per_shard,
        lambda where: (books[where], top),
        content_lists,
        load_content,
    )


def load_recommender(compiled: Path) -> Recommender:
    """Load the recommender of `score_lists`."""
    return open_recommender(compiled / RANKER_NAME)


def score_lists(recommender: Recommender, task: Task) -> Shard:
    """Make a shard of lists by the ranker."""
    return shard_of(shard_lists(recommender, task))


def save_content(
    compiled: Path, features: BookFeatures, work_of_book: Ints, facts: CandidateFacts
) -> None:
    """Write the content that `load_content` reads."""
    np.savez(
        compiled / CONTENT_NAME,
        author=features.author,
        title=features.title,
        work_of_book=work_of_book,
        language=facts.language,
        popularity=features.popularity,
        badly_rated=facts.badly_rated,
    )


def load_content(compiled: Path) -> BookContent:
    """Load the content of the catalogue."""
    with np.load(compiled / CONTENT_NAME, allow_pickle=False) as arrays:
        return BookContent(**arrays)


def content_lists(content: BookContent, task: tuple[Ints, int]) -> Shard:
    """Make a shard of lists by author and title."""
    books, top = task
    return shard_of(similar_by_content(books, content, top))


def shard_of(lists: Lists) -> Shard:
    """Convert lists to arrays for the shard store."""
    return {
        "start": lists.start,
        "book": lists.book,
        "score": lists.score,
        "pairs": np.array(lists.pairs, dtype=np.int64),
    }


def lists_of(shard: Shard) -> Lists:
    """Restore lists from `shard_of`."""
    return Lists(shard["start"], shard["book"], shard["score"], int(shard["pairs"]))
