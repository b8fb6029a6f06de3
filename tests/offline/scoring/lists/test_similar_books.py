"""Neighbourhoods beside their definition, and who speaks for a book."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bookrec.ages import age_band
from bookrec.inference.history import make_history
from bookrec.inference.ranker.split_ranker import probabilities
from bookrec.inference.recommender import Reader, ReaderKind, Recommender
from bookrec.offline.data.histories import Histories
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.scoring.job.shard_store import Shard
from bookrec.offline.scoring.job.similar_stages import similar_stages
from bookrec.offline.scoring.job.stages import lists_of
from bookrec.offline.scoring.lists.background import background_books, reader_of
from bookrec.offline.scoring.lists.corrections import CandidateFacts, candidate_facts
from bookrec.offline.scoring.lists.group_members import (
    GroupMembers,
    changed_groups,
    sample_group_members,
)
from bookrec.offline.scoring.lists.member_logits import MemberTask
from bookrec.offline.scoring.lists.similar_books import BACKGROUND_WEIGHT
from bookrec.offline.scoring.lists.top_n import Lists
from small_recommender import BOOKS, EMBEDDING, make_recommender

READERS = 29
ISBNS = [f"isbn-{book}" for book in range(BOOKS)]


def make_facts(recommender: Recommender) -> CandidateFacts:
    """Languages of the recommender's metadata; books 3, 8 and 21 are badly rated by everybody."""
    ratings = np.where(np.isin(np.arange(recommender.n_books), [3, 8, 21]), 5.0, 8.0)
    count = np.full(recommender.n_books, 20, dtype=np.int32)
    return candidate_facts(
        recommender.retrieval.metadata.language, ratings.astype(np.float32), count
    )


def background_by_definition(recommender: Recommender) -> np.ndarray:
    """Mean logits of all books, one background reader after the other."""
    everything = np.arange(recommender.n_books, dtype=np.int32)
    popularity = recommender.retrieval.metadata.popularity
    return np.mean(
        [
            recommender.logits(recommender.profile(reader_of(book)), everything)
            for book in background_books(popularity).tolist()
        ],
        axis=0,
    )


def make_interactions(seed: int = 3) -> Interactions:
    """Readers of 1 to 12 books; reader 4 and book 11 have none."""
    rng = np.random.default_rng(seed)
    rows = [
        (reader, book)
        for reader in range(READERS)
        for book in np.sort(rng.choice(BOOKS, rng.integers(1, 13), replace=False))
        if reader != 4 and book != 11
    ]
    reader, book = np.array(rows, dtype=np.int32).T
    return Interactions(reader, book, rng.integers(0, 11, len(rows)).astype(np.int8))


def make_histories(interactions: Interactions, kind: ReaderKind) -> tuple[Histories, np.ndarray]:
    readers, start = np.unique(interactions.reader_idx, return_index=True)
    rng = np.random.default_rng(5)
    rows = None
    if kind == "embedding":
        rows = rng.normal(size=(len(readers), EMBEDDING + 1)).astype(np.float32)
        rows[3] = np.nan
    place = np.full(READERS, -1)
    place[readers] = np.arange(len(readers))
    histories = Histories(
        np.append(start, len(interactions)),
        interactions.book_idx,
        interactions.rating,
        rng.integers(-1, 80, len(readers)).astype(np.int32),
        rows,
    )
    return histories, place


def by_definition(
    recommender: Recommender,
    interactions: Interactions,
    histories: Histories,
    place: np.ndarray,
    speakers: list[int],
    book: int,
    top: int,
    candidates: int,
    background: np.ndarray,
) -> tuple[list[int], list[float]]:
    alone = recommender.profile(Reader(make_history(np.array([book]), np.zeros(1, int)), 0))
    near = near_of(recommender, book, candidates)
    facts = make_facts(recommender)
    given, ratings, languages = [], [], []
    for speaker in speakers:
        mine = interactions.reader_idx == speaker
        age = int(histories.ages[place[speaker]])
        row = None if histories.rows is None else histories.rows[place[speaker]]
        reader = Reader(
            make_history(interactions.book_idx[mine], interactions.rating[mine]),
            age_band(None if age < 0 else age),
            None if row is None or np.isnan(row[0]) else row,
        )
        given.append(recommender.logits(recommender.profile(reader), near).astype(float))
        rating_of = dict(
            zip(reader.history.books.tolist(), reader.history.ratings.tolist(), strict=True)
        )
        ratings.append([rating_of.get(b, 0) for b in near.tolist()])
        own = facts.language[reader.history.books].tolist()
        languages.append({code for code in own if own.count(code) >= len(own) / 5})
    lift = recommender.logits(alone, near).astype(float)
    if given:
        lift = (lift + np.mean(given, axis=0)) / 2
    lift -= BACKGROUND_WEIGHT * background[near]
    for at, b in enumerate(near.tolist()):
        theirs = [row[at] for row in ratings if row[at]]
        known = len(theirs) >= 2
        if known and np.mean([*theirs, 7.5, 7.5]) < 6:
            lift[at] = -np.inf
        if facts.badly_rated[b] and not (known and np.mean([*theirs, 5, 5]) >= 7):
            lift[at] = -np.inf
        own, other = int(facts.language[book]), int(facts.language[b])
        if own != other and own and other:
            read_own = sum(own in codes for codes in languages)
            read_other = sum(other in codes for codes in languages)
            lift[at] += min(np.log((read_other + 0.5) / (read_own + 1.5)), 0)
    taken, found, scores = {int(recommender.work_of_book[book])}, [], []
    for at in sorted(range(len(near)), key=lambda i: (-lift[i], near[i])):
        work = int(recommender.work_of_book[near[at]])
        if work not in taken and len(found) < top and lift[at] > -np.inf:
            taken.add(work)
            found.append(int(near[at]))
            scores.append(float(probabilities(lift[at])))
    return found, scores


def made(
    recommender: Recommender,
    books: np.ndarray,
    members: GroupMembers,
    interactions: Interactions,
    histories: Histories,
    top: int,
    candidates: int,
    per_shard: int = 2,
) -> tuple[list[Lists], tuple[int, int]]:
    """Each shard's lists; pairs they were made from, and pairs computed."""
    finished: dict[str, list[Shard]] = {}
    readers = np.unique(interactions.reader_idx)
    for stage in similar_stages(
        books,
        members,
        readers,
        histories,
        make_facts(recommender),
        top,
        candidates,
        per_shard,
        lambda name, count: finished[name][:count],
    ):
        tasks = [stage.task(stage.where(number)) for number in range(stage.shards)]
        finished[stage.name] = [stage.work(recommender, task) for task in tasks]
    return [lists_of(shard) for shard in finished["similar"]], counted(finished)


def counted(finished: dict[str, list[Shard]]) -> tuple[int, int]:
    """Pairs of the lists, and pairs computed."""
    shards = [shard for some in finished.values() for shard in some]
    return (
        sum(int(shard["pairs"]) for shard in shards),
        sum(int(shard.get("computed", shard["pairs"])) for shard in shards),
    )


def rows_of_lists(lists: list[Lists]) -> list[tuple[list[int], list[float]]]:
    """(books, scores) of every list, one after the other."""
    return [
        (some.book[start:end].tolist(), some.score[start:end].tolist())
        for some in lists
        for start, end in zip(some.start, some.start[1:], strict=False)
    ]


@pytest.mark.parametrize("kind", ["history", "embedding"])
def test_a_neighbourhood_equals_its_definition(kind: ReaderKind):
    recommender, interactions = make_recommender(kind), make_interactions()
    histories, place = make_histories(interactions, kind)
    members = sample_group_members(interactions, [f"r{n}" for n in range(READERS)], ISBNS, limit=3)
    books = np.array([2, 30, 11, 17, 5], dtype=np.int32)  # nobody read book 11
    lists, (pairs, computed) = made(recommender, books, members, interactions, histories, 6, 24)
    assert [len(some.start) - 1 for some in lists] == [2, 2, 1]
    asked: dict[int, set[int]] = {}
    background = background_by_definition(recommender)
    expected_pairs = alone = 512 * BOOKS
    for book, (found, scores) in zip(books.tolist(), rows_of_lists(lists), strict=True):
        speakers = members.readers[members.start[book] : members.start[book + 1]].tolist()
        expected, expected_scores = by_definition(
            recommender, interactions, histories, place, speakers, book, 6, 24, background
        )
        assert found == expected
        np.testing.assert_allclose(scores, expected_scores, rtol=1e-5)
        near = near_of(recommender, book, 24).tolist()
        alone += len(near)
        expected_pairs += (1 + len(speakers)) * len(near)
        for speaker in speakers:
            asked.setdefault(speaker, set()).update(near)
    assert pairs == expected_pairs
    assert computed == alone + sum(map(len, asked.values())), "nobody is asked twice"
    assert computed < pairs


def near_of(recommender: Recommender, book: int, candidates: int) -> np.ndarray:
    own = np.array([book], dtype=np.int32)
    profile = recommender.profile(Reader(make_history(own, np.zeros(1, int)), 0))
    tower = recommender.retrieval.tower_scores([profile.retriever_scores])[0]
    return recommender.retrieval.candidates(
        profile.retriever_scores, tower, candidates, own, popular=False
    )


def test_a_list_does_not_depend_on_the_other_books_of_the_shard():
    recommender, interactions = make_recommender(books=900), make_interactions()
    recommender = replace(recommender, work_of_book=np.arange(900, dtype=np.int32))
    histories, _ = make_histories(interactions, "history")
    members = sample_group_members(interactions, [f"r{n}" for n in range(READERS)], ISBNS)
    books = np.arange(BOOKS, dtype=np.int32)

    def lists(some: np.ndarray, per_shard: int):
        found, _ = made(recommender, some, members, interactions, histories, 20, 200, per_shard)
        return rows_of_lists(found)

    together = lists(books, 1000)
    assert lists(books, 5) == together
    for book in (0, 7, 36):
        assert lists(books[book : book + 1], 1000) == [together[book]]


def test_voices_are_the_readers_who_did_not_dislike_the_book():
    interactions = make_interactions()
    members = sample_group_members(
        interactions, [f"r{n}" for n in range(READERS)], ISBNS, limit=100
    )
    for book in range(BOOKS):
        read = (interactions.book_idx == book) & (
            (interactions.rating == 0) | (interactions.rating >= 5)
        )
        found = members.readers[members.start[book] : members.start[book + 1]]
        assert found.tolist() == interactions.reader_idx[read].tolist()


def test_voices_are_a_fixed_choice_whatever_the_positions():
    interactions = make_interactions()
    ids = [f"r{n}" for n in range(READERS)]
    few = sample_group_members(interactions, ids, ISBNS, limit=2)
    assert np.diff(few.start).max() == 2
    # The same readers in another order and with one more among them choose the same.
    order = np.random.default_rng(2).permutation(READERS)
    position = np.argsort(order)
    moved = Interactions(
        position[interactions.reader_idx].astype(np.int32),
        interactions.book_idx,
        interactions.rating,
    )
    moved = moved[np.lexsort((moved.book_idx, moved.reader_idx))]
    again = sample_group_members(moved, [ids[n] for n in order], ISBNS, limit=2)
    for book in range(BOOKS):
        one = {ids[r] for r in few.readers[few.start[book] : few.start[book + 1]]}
        two = {ids[order[r]] for r in again.readers[again.start[book] : again.start[book + 1]]}
        assert one == two


def test_every_reader_of_a_book_is_asked_as_often_as_any_other():
    readers, books = 40, 4000
    reader, book = np.divmod(np.arange(readers * books), books)
    interactions = Interactions(
        reader.astype(np.int32), book.astype(np.int32), np.zeros(readers * books, np.int8)
    )
    ids, isbns = [str(n) for n in range(readers)], [f"{n:010}" for n in range(books)]
    members = sample_group_members(interactions, ids, isbns, limit=10)
    asked = np.bincount(members.readers, minlength=readers)
    assert asked.sum() == 10 * books
    # Binomial(4000, 1/4): standard deviation 27.
    assert np.abs(asked - books / 4).max() < 5 * 27.4


def members_of(*readers: list[int]) -> GroupMembers:
    start = np.concatenate([[0], np.cumsum([len(r) for r in readers])]).astype(np.int64)
    return GroupMembers(start, np.array([r for one in readers for r in one], dtype=np.int32))


def test_neighbourhoods_change_with_their_voices():
    before = members_of([0, 1], [2], [], [1, 2], [0])
    # "c" is now at position 1, "b" at 2; "d" is new; "a" has changed.
    after = members_of([0, 2], [1], [3], [1, 2], [])
    changed = changed_groups(
        (before, ["a", "b", "c"]),
        (after, ["a", "c", "b", "d"]),
        np.array([True, False, False, False]),
    )
    assert changed.tolist() == [True, False, True, False, True]


def test_a_task_carries_only_the_histories_it_needs():
    recommender, interactions = make_recommender(), make_interactions()
    histories, _ = make_histories(interactions, "history")
    members = sample_group_members(interactions, [f"r{n}" for n in range(READERS)], ISBNS, limit=2)
    speakers = np.unique(members.readers[members.start[8] : members.start[10]])
    nearby: list[Shard] = []
    first, _, asked, _ = similar_stages(
        np.array([8, 9], np.int32),
        members,
        np.unique(interactions.reader_idx),
        histories,
        make_facts(recommender),
        5,
        20,
        100,
        lambda *_: nearby,
    )
    nearby.append(first.work(recommender, first.task(slice(0, 2))))
    assert asked.members.tolist() == speakers.tolist()
    task = asked.task(slice(0, len(speakers)))
    assert isinstance(task, MemberTask)
    assert len(task.histories) == len(speakers) <= 4
    for at, speaker in enumerate(speakers):
        mine = interactions.reader_idx == speaker
        own = slice(task.histories.start[at], task.histories.start[at + 1])
        assert task.histories.books[own].tolist() == interactions.book_idx[mine].tolist()
