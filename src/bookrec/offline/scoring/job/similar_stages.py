"""Stages of a scoring job that make similar books: candidates, members' logits, lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.inference.recommender import Recommender
from bookrec.offline.data.histories import Histories
from bookrec.offline.scoring.job.shard_store import Shard
from bookrec.offline.scoring.job.stages import Stage, load_recommender, shard_of
from bookrec.offline.scoring.lists.group_members import GroupMembers
from bookrec.offline.scoring.lists.similar_books import (
    BooksOfMembers,
    Candidates,
    MemberTask,
    candidates_of_books,
    joined,
    member_logits,
    similar_lists,
)

Finished = Callable[[str, int], Iterable[Shard]]
"""Reads finished shards: (stage's name, number of its shards) → shards in order."""

_PART: Final = "similar"


def similar_stages(
    books: Ints,
    members: GroupMembers,
    readers: Ints,
    histories: Histories,
    top: int,
    candidates: int,
    per_shard: int,
    finished: Finished,
) -> tuple[Stage, Stage, Stage]:
    """Make the stages of similar books, for books with readers; the last stage has the lists.

    Args:
        books: [n] positions, ascending.
        members: group members of the whole catalogue.
        readers: positions of all readers with an interaction.
        histories: their histories.
        top: length of the lists.
        candidates: candidates of a book.
        per_shard: members of a shard.
        finished: gives a stage the shards of earlier ones.
    """
    by_member = BooksOfMembers.of(books, members)
    place_of_reader = np.zeros(int(readers.max(initial=-1)) + 1, dtype=np.int32)
    place_of_reader[readers] = np.arange(len(readers), dtype=np.int32)
    nearby = Stage(
        "candidates",
        "candidates of similar books",
        books,
        per_shard,
        lambda where: (books[where], candidates),
        score_candidates,
        load_recommender,
        unit="books",
        part_of=_PART,
    )
    earlier = _Earlier(by_member, nearby, finished)
    scored = Stage(
        "members",
        "group members' logits",
        by_member.readers,
        per_shard,
        lambda where: by_member.task_of(where, earlier.candidates, histories, place_of_reader),
        score_members,
        load_recommender,
        unit="readers",
        part_of=_PART,
    )
    lists = Stage(
        _PART,
        "similar books",
        books,
        per_shard,
        lambda where: (
            books[where],
            by_member.means(where, earlier.candidates, earlier.sums(scored)),
            top,
        ),
        list_similar,
        load_recommender,
    )
    return nearby, scored, lists


@dataclass
class _Earlier:
    """Results of earlier stages, read from their shards when a later stage first needs them."""

    by_member: BooksOfMembers
    nearby: Stage
    finished: Finished
    _sums: NDArray[np.float64] | None = None

    @cached_property
    def candidates(self) -> Candidates:
        """Candidates of all books."""
        shards = self.finished(self.nearby.name, self.nearby.shards)
        return joined(Candidates(s["start"], s["book"], s["logit"]) for s in shards)

    def sums(self, scored: Stage) -> NDArray[np.float64]:
        """[C] sums of the members' logits of all candidates."""
        if self._sums is None:
            shards = self.finished(scored.name, scored.shards)
            results = ((scored.where(n), shard["logit"]) for n, shard in enumerate(shards))
            self._sums = self.by_member.sums(self.candidates, results)
        return self._sums


def score_candidates(recommender: Recommender, task: tuple[Ints, int]) -> Shard:
    """Make a shard of the first stage."""
    rows = candidates_of_books(recommender, task)
    pairs = np.array(len(rows.book))
    return {"start": rows.start, "book": rows.book, "logit": rows.logit, "pairs": pairs}


def score_members(recommender: Recommender, task: MemberTask) -> Shard:
    """Make a shard of the second stage."""
    logits, computed = member_logits(recommender, task)
    counts = {"pairs": np.array(len(logits)), "computed": np.array(computed)}
    return {"logit": logits} | counts


def list_similar(recommender: Recommender, task: tuple[Ints, Candidates, int]) -> Shard:
    """Make a shard of the last stage."""
    return shard_of(similar_lists(recommender, task))
