"""Lists in shards and processes beside lists one by one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bookrec.inference.recommender import ReaderKind, Recommender
from bookrec.offline.data.histories import Histories, known_reader_features
from bookrec.offline.engines.processes import map_shards
from bookrec.offline.scoring.lists.top_n import Lists, lists_from, shard_lists
from small_recommender import BOOKS, EMBEDDING, make_recommender


def make_histories(rows: np.ndarray | None = None) -> Histories:
    """Eleven readers with none to ten books."""
    rng = np.random.default_rng(7)
    sizes = rng.permutation(11)
    books = [rng.choice(BOOKS, size, replace=False) for size in sizes]
    return Histories(
        np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        np.concatenate(books).astype(np.int32),
        rng.integers(0, 11, sizes.sum()).astype(np.int8),
        rng.integers(-1, 90, 11).astype(np.int32),
        rows,
    )


def lists_in_shards(
    directory: Path,
    histories: Histories,
    top: int,
    candidates: int | None,
    per_shard: int,
    workers: int = 0,
) -> Lists:
    starts = range(0, len(histories), per_shard)
    shards = [slice(at, min(at + per_shard, len(histories))) for at in starts]
    tasks = [(histories.shard(where), top, candidates) for where in shards]
    made = list(map_shards(shard_lists, Recommender.load, directory, tasks, workers))
    return lists_from(
        [part for lists in made for part in np.split(lists.book, lists.start[1:-1])],
        [part for lists in made for part in np.split(lists.score, lists.start[1:-1])],
    )


@pytest.mark.parametrize("kind", ["history", "embedding"])
@pytest.mark.parametrize("candidates", [None, 12])
def test_shards_change_nothing(tmp_path: Path, kind: ReaderKind, candidates: int | None):
    rows = None
    if kind == "embedding":
        rows = np.random.default_rng(1).normal(size=(11, EMBEDDING + 1)).astype(np.float32)
        rows[4] = np.nan  # a reader the ranker does not know
    recommender, histories = make_recommender(kind), make_histories(rows)
    recommender.save(tmp_path)
    lists = lists_in_shards(tmp_path, histories, 6, candidates, per_shard=3)
    assert len(lists.start) == 12
    for reader in range(11):
        own = slice(histories.start[reader], histories.start[reader + 1])
        age = int(histories.ages[reader])
        books, scores = replace(recommender, candidates=candidates).top_n(
            histories.books[own],
            histories.ratings[own],
            None if age < 0 else age,
            6,
            known_features=known_reader_features(rows, reader),
        )
        part = slice(lists.start[reader], lists.start[reader + 1])
        assert lists.book[part].tolist() == books.tolist()
        np.testing.assert_array_equal(lists.score[part], scores)


@pytest.mark.slow
def test_two_processes_make_the_same_lists_as_none(tmp_path: Path):
    make_recommender().save(tmp_path)
    one, two = (
        lists_in_shards(tmp_path, make_histories(), 6, 20, per_shard=4, workers=workers)
        for workers in (0, 2)
    )
    assert one.start.tolist() == two.start.tolist()
    assert one.book.tolist() == two.book.tolist()
    assert one.score.tolist() == two.score.tolist()


def test_nobody_has_no_lists(tmp_path: Path):
    make_recommender().save(tmp_path)
    nobody = Histories(
        np.zeros(1, np.int64),
        np.empty(0, np.int32),
        np.empty(0, np.int8),
        np.empty(0, np.int32),
        None,
    )
    lists = shard_lists(Recommender.load(tmp_path), (nobody, 5, None))
    assert lists.start.tolist() == [0]
    assert len(lists.book) == len(lists.score) == 0


def test_a_row_of_nan_is_a_reader_to_fold_in():
    rows = np.array([[1, 2], [np.nan, np.nan]], dtype=np.float32)
    known = known_reader_features(rows, 0)
    assert known is not None
    assert known.tolist() == [1, 2]
    assert known_reader_features(rows, 1) is None
    assert known_reader_features(None, 0) is None
