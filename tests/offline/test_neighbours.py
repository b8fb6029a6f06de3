"""Neighbours by content, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bookrec.offline.features import BookFeatures
from bookrec.offline.neighbours import similar_by_content
from small_recommender import make_facts


def features(author: list[int], title: list[list[float]]) -> BookFeatures:
    size = len(author)
    ints, floats = np.zeros(size, dtype=np.int32), np.zeros(size, dtype=np.float32)
    return BookFeatures(
        ints, np.array(author, dtype=np.int32), ints, ints, floats, floats, floats,
        np.array(title, dtype=np.float32), np.zeros((size, 1), dtype=np.float32),
        make_facts(np.random.default_rng(0), size),
    )  # fmt: skip


WORKS = np.array([0, 1, 2, 3, 1, 4], dtype=np.int32)
POPULARITY = np.array([0, 1, 5, 2, 9, 3], dtype=np.float32)
CATALOGUE = features(
    [7, 7, 0, 8, 7, 0], [[3, 0], [0, 2], [1, 1], [-1, 0], [0, 5], [0, 0]]
)  # fmt: skip


def rows(lists) -> list[dict[int, float]]:
    return [
        dict(zip(lists.book[a:z].tolist(), np.round(lists.score[a:z], 5).tolist(), strict=True))
        for a, z in zip(lists.start[:-1], lists.start[1:], strict=True)
    ]


def test_content_is_half_title_half_author():
    books = np.array([0, 3, 5], dtype=np.int32)
    first, second, third = rows(similar_by_content(books, CATALOGUE, WORKS, POPULARITY, top=5))
    # Book 0: books 1 and 4 share its author (one work: the more popular edition is shown);
    # book 2 shares half of its title's direction; book 3 points the other way.
    assert first == {4: 0.5, 2: pytest.approx(np.sqrt(0.5) / 2, abs=1e-5)}
    assert list(first) == [4, 2]
    assert second == {}
    assert third == {}, "neither author nor title: nothing in common"


def test_content_lists_are_cut_and_leave_out_the_own_work():
    lists = similar_by_content(np.array([4], dtype=np.int32), CATALOGUE, WORKS, POPULARITY, top=1)
    # Book 1 is the same work; book 0 by the same author scores .5, book 2 cos 45° / 2 = .354.
    assert lists.book.tolist() == [0]
    assert lists.start.tolist() == [0, 1]


def test_unknown_authors_are_not_one_author():
    catalogue = features([0, 0], [[1, 0], [0, 1]])
    lists = similar_by_content(
        np.array([0], dtype=np.int32), catalogue, np.arange(2, dtype=np.int32), np.zeros(2), 5
    )
    assert lists.book.tolist() == []
