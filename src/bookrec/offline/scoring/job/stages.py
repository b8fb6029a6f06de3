"""What a scoring job computes: stages, cut into shards that are computed anywhere in any order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from bookrec.arrays import Ints
from bookrec.inference.recommender import Recommender
from bookrec.offline.data.histories import Histories
from bookrec.offline.features.book_features import BookFeatures
from bookrec.offline.scoring.job.shard_store import Shard
from bookrec.offline.scoring.lists.open_recommender import open_recommender
from bookrec.offline.scoring.lists.similar_by_content import BookContent, similar_by_content
from bookrec.offline.scoring.lists.top_n import Lists, Task, shard_lists
from bookrec.snapshot import RANKER_NAME

CONTENT_NAME: Final = "content.npz"


@dataclass(frozen=True)
class Stage:
    """The same work for each of many readers or books."""

    name: str
    """Of the directory its shards lie in."""
    label: str
    """Of the progress bar."""
    members: Ints
    """[n] positions of the readers or books, ascending."""
    per_shard: int
    task: Callable[[slice], Any]
    """What a worker is told of the members of a shard."""
    work: Callable[[Any, Any], Shard]
    """A module-level function: (loaded, task) → shard."""
    load: Callable[[Path], Any]
    """A module-level function: the job's directory ``compiled/`` → loaded, once per worker."""
    unit: str = "lists"
    """What a worker makes one of for each member."""
    part_of: str = ""
    """What its time and pairs are reported as; its name if empty."""

    @property
    def reported(self) -> str:
        """What its time and pairs are reported as."""
        return self.part_of or self.name

    @property
    def shards(self) -> int:
        """How many."""
        return -(-len(self.members) // self.per_shard)

    def where(self, number: int) -> slice:
        """The places in ``members`` of a shard's members."""
        start = number * self.per_shard
        return slice(start, min(start + self.per_shard, len(self.members)))


def reader_stage(
    readers: Ints, histories: Histories, top: int, candidates: int | None, per_shard: int
) -> Stage:
    """Top-N lists of readers."""
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
    """Neighbours of books without readers, by author and title."""
    return Stage(
        "content",
        "neighbours by content",
        books,
        per_shard,
        lambda where: (books[where], top),
        content_lists,
        load_content,
    )


def load_recommender(compiled: Path) -> Recommender:
    """What `score_lists` works with."""
    return open_recommender(compiled / RANKER_NAME)


def score_lists(recommender: Recommender, task: Task) -> Shard:
    """Lists by the ranker."""
    return shard_of(shard_lists(recommender, task))


def save_content(compiled: Path, features: BookFeatures, work_of_book: Ints) -> None:
    """Write what `load_content` reads."""
    np.savez(
        compiled / CONTENT_NAME,
        author=features.author,
        title=features.title,
        work_of_book=work_of_book,
        popularity=features.popularity,
    )


def load_content(compiled: Path) -> BookContent:
    """The catalogue as content neighbours are told of it."""
    with np.load(compiled / CONTENT_NAME, allow_pickle=False) as found:
        return BookContent(**found)


def content_lists(content: BookContent, task: tuple[Ints, int]) -> Shard:
    """Lists by author and title."""
    books, top = task
    return shard_of(similar_by_content(books, content, top))


def shard_of(lists: Lists) -> Shard:
    """Lists as arrays for the shard store."""
    return {
        "start": lists.start,
        "book": lists.book,
        "score": lists.score,
        "pairs": np.array(lists.pairs, dtype=np.int64),
    }


def lists_of(shard: Shard) -> Lists:
    """What `shard_of` was given."""
    return Lists(shard["start"], shard["book"], shard["score"], int(shard["pairs"]))
