"""Stages of a scoring job that make similar books: candidates, background, members' logits, lists."""

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
from bookrec.offline.scoring.lists.background import (
    BACKGROUND_READERS,
    background_logits,
    background_sums,
)
from bookrec.offline.scoring.lists.corrections import (
    CandidateFacts,
    group_rows,
    language_logits,
    languages_read,
)
from bookrec.offline.scoring.lists.group_members import GroupMembers
from bookrec.offline.scoring.lists.member_logits import (
    BooksOfMembers,
    MemberScores,
    MemberSums,
    MemberTask,
    member_scores,
)
from bookrec.offline.scoring.lists.similar_books import (
    Candidates,
    candidates_of_books,
    joined,
    lifts,
    similar_lists,
)

Finished = Callable[[str, int], Iterable[Shard]]
"""Reads finished shards: (stage's name, number of its shards) → shards in order."""

_PART: Final = "similar"

_BACKGROUND_SHARD: Final = 64
"""Background readers of a shard."""


def similar_stages(
    books: Ints,
    members: GroupMembers,
    readers: Ints,
    histories: Histories,
    facts: CandidateFacts,
    top: int,
    candidates: int,
    per_shard: int,
    finished: Finished,
) -> tuple[Stage, Stage, Stage, Stage]:
    """Make the stages of similar books, for books with readers; the last stage has the lists.

    Args:
        books: [n] positions, ascending.
        members: group members of the whole catalogue.
        readers: positions of all readers with an interaction.
        histories: their histories.
        facts: of the catalogue.
        top: length of the lists.
        candidates: candidates of a book.
        per_shard: members of a shard.
        finished: gives a stage the shards of earlier ones.
    """
    place_of_reader = np.zeros(int(readers.max(initial=-1)) + 1, dtype=np.int32)
    place_of_reader[readers] = np.arange(len(readers), dtype=np.int32)
    groups = _Groups(books, members, BooksOfMembers.of(books, members), place_of_reader)
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
    anyone = Stage(
        "background",
        "background of similar books",
        np.arange(BACKGROUND_READERS if len(books) else 0, dtype=np.int32),
        _BACKGROUND_SHARD,
        lambda where: where,
        score_background,
        load_recommender,
        unit="readers",
        part_of=_PART,
    )
    scored = Stage(
        "members",
        "group members' logits",
        groups.by_member.readers,
        per_shard,
        lambda where: groups.by_member.task_of(
            where, earlier.candidates.positions, histories, place_of_reader
        ),
        score_members,
        load_recommender,
        unit="readers",
        part_of=_PART,
    )
    earlier = _Earlier(groups, histories, facts, nearby, anyone, scored, finished)
    lists = Stage(
        _PART,
        "similar books",
        books,
        per_shard,
        lambda where: (books[where], earlier.lifts(where), top),
        list_similar,
        load_recommender,
    )
    return nearby, anyone, scored, lists


@dataclass(frozen=True)
class _Groups:
    """Groups of the books of a job."""

    books: Ints
    members: GroupMembers
    by_member: BooksOfMembers
    place_of_reader: Ints


@dataclass
class _Earlier:
    """Results of earlier stages, read from their shards when a later stage first needs them."""

    groups: _Groups
    histories: Histories
    facts: CandidateFacts
    nearby: Stage
    anyone: Stage
    scored: Stage
    finished: Finished

    def lifts(self, where: slice) -> Candidates:
        """Lifts of the candidates of a run of the books."""
        groups = self.groups
        row = lifts(
            self.candidates,
            where,
            groups.by_member.group_sizes,
            self._sums,
            self._background,
            self.facts.badly_rated,
        )
        books = groups.books[where]
        loss = language_logits(
            books,
            group_rows(groups.members, books, groups.by_member.readers),
            row.positions,
            self.facts.language,
            self._languages_read,
        )
        return Candidates(row.start, row.book, row.logit + loss)

    @cached_property
    def candidates(self) -> Candidates:
        """Candidates of all books."""
        shards = self.finished(self.nearby.name, self.nearby.shards)
        return joined(Candidates(s["start"], s["book"], s["logit"]) for s in shards)

    @cached_property
    def _background(self) -> NDArray[np.float64]:
        """[B] background logits."""
        shards = self.finished(self.anyone.name, self.anyone.shards)
        return background_logits(np.sum([shard["sums"] for shard in shards], axis=0))

    @cached_property
    def _sums(self) -> MemberSums:
        """Sums of all members' scores of all candidates."""
        shards = self.finished(self.scored.name, self.scored.shards)
        results = (
            (self.scored.where(number), MemberScores(shard["logit"], shard["rating"]))
            for number, shard in enumerate(shards)
        )
        return self.groups.by_member.sums(self.candidates.positions, results)

    @cached_property
    def _languages_read(self) -> NDArray[np.bool_]:
        """[members, languages] languages that the group members read."""
        places = self.groups.place_of_reader[self.groups.by_member.readers]
        return languages_read(self.histories.some(places), self.facts.language)


def score_candidates(recommender: Recommender, task: tuple[Ints, int]) -> Shard:
    """Make a shard of the first stage."""
    rows = candidates_of_books(recommender, task)
    pairs = np.array(len(rows.book))
    return {"start": rows.start, "book": rows.book, "logit": rows.logit, "pairs": pairs}


def score_background(recommender: Recommender, task: slice) -> Shard:
    """Make a shard of the background."""
    sums = background_sums(recommender, task)
    return {"sums": sums, "pairs": np.array((task.stop - task.start) * len(sums))}


def score_members(recommender: Recommender, task: MemberTask) -> Shard:
    """Make a shard of the members' logits."""
    scores, computed = member_scores(recommender, task)
    return {
        "logit": scores.logit,
        "rating": scores.rating,
        "pairs": np.array(len(scores.logit)),
        "computed": np.array(computed),
    }


def list_similar(recommender: Recommender, task: tuple[Ints, Candidates, int]) -> Shard:
    """Make a shard of the last stage."""
    return shard_of(similar_lists(recommender, task))
