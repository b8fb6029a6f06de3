"""The stages of a scoring job that make neighbourhoods: candidates, voices, lists."""

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
"""(stage's name, number of its shards) → its shards in order."""

_PART: Final = "neighbours"


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
    """Neighbours of books that have readers; the last stage has the lists.

    Args:
        books: [n] positions, ascending.
        readers, histories: of everybody with an interaction.
        candidates: of a neighbourhood.
        finished: a stage asks it for the shards of those before it.
    """
    by_member = BooksOfMembers.of(books, members)
    place_of_reader = np.zeros(int(readers.max(initial=-1)) + 1, dtype=np.int32)
    place_of_reader[readers] = np.arange(len(readers), dtype=np.int32)
    nearby = Stage(
        "candidates",
        "candidates of neighbourhoods",
        books,
        per_shard,
        lambda where: (books[where], candidates),
        score_candidates,
        load_recommender,
        unit="books",
        part_of=_PART,
    )
    made = _Made(by_member, nearby, finished)
    asked = Stage(
        "members",
        "group members' logits",
        by_member.readers,
        per_shard,
        lambda where: by_member.task_of(where, made.candidates, histories, place_of_reader),
        score_members,
        load_recommender,
        unit="readers",
        part_of=_PART,
    )
    lists = Stage(
        _PART,
        "neighbours",
        books,
        per_shard,
        lambda where: (
            books[where],
            by_member.means(where, made.candidates, made.sums(asked)),
            top,
        ),
        list_similar,
        load_recommender,
    )
    return nearby, asked, lists


@dataclass
class _Made:
    """What earlier stages made, read from their shards when a later one first needs it."""

    by_member: BooksOfMembers
    nearby: Stage
    finished: Finished
    _sums: NDArray[np.float64] | None = None

    @cached_property
    def candidates(self) -> Candidates:
        """Of all books."""
        shards = self.finished(self.nearby.name, self.nearby.shards)
        return joined(Candidates(s["start"], s["book"], s["logit"]) for s in shards)

    def sums(self, asked: Stage) -> NDArray[np.float64]:
        """Of the logits that all voices gave all candidates."""
        if self._sums is None:
            shards = self.finished(asked.name, asked.shards)
            answers = ((asked.where(n), shard["logit"]) for n, shard in enumerate(shards))
            self._sums = self.by_member.sums(self.candidates, answers)
        return self._sums


def score_candidates(recommender: Recommender, task: tuple[Ints, int]) -> Shard:
    """Work of the first stage."""
    found = candidates_of_books(recommender, task)
    pairs = np.array(len(found.book))
    return {"start": found.start, "book": found.book, "logit": found.logit, "pairs": pairs}


def score_members(recommender: Recommender, task: MemberTask) -> Shard:
    """Work of the second stage."""
    logits, computed = member_logits(recommender, task)
    counts = {"pairs": np.array(len(logits)), "computed": np.array(computed)}
    return {"logit": logits} | counts


def list_similar(recommender: Recommender, task: tuple[Ints, Candidates, int]) -> Shard:
    """Work of the last stage."""
    return shard_of(similar_lists(recommender, task))
