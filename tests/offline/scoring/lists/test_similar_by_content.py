"""Neighbours by content, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bookrec.offline.scoring.lists.similar_by_content import BookContent, similar_by_content


def content(author: list[int], title: list[list[float]], works: np.ndarray, popularity: np.ndarray):
    return BookContent(
        np.array(author, dtype=np.int32), np.array(title, dtype=np.float32), works, popularity
    )


WORKS = np.array([0, 1, 2, 3, 1, 4], dtype=np.int32)
POPULARITY = np.array([0, 1, 5, 2, 9, 3], dtype=np.float32)
CATALOGUE = content(
    [7, 7, 0, 8, 7, 0], [[3, 0], [0, 2], [1, 1], [-1, 0], [0, 5], [0, 0]], WORKS, POPULARITY
)


def rows(lists) -> list[dict[int, float]]:
    return [
        dict(zip(lists.book[a:z].tolist(), np.round(lists.score[a:z], 5).tolist(), strict=True))
        for a, z in zip(lists.start[:-1], lists.start[1:], strict=True)
    ]


def test_content_is_half_title_half_author():
    books = np.array([0, 3, 5], dtype=np.int32)
    first, second, third = rows(similar_by_content(books, CATALOGUE, top=5))
    # Book 0: books 1 and 4 share its author (one work: the more popular edition is shown);
    # book 2 shares half of its title's direction; book 3 points the other way.
    assert first == {4: 0.5, 2: pytest.approx(np.sqrt(0.5) / 2, abs=1e-5)}
    assert list(first) == [4, 2]
    assert second == {}
    assert third == {}, "neither author nor title: nothing in common"


def test_content_lists_are_cut_and_leave_out_the_own_work():
    lists = similar_by_content(np.array([4], dtype=np.int32), CATALOGUE, top=1)
    # Book 1 is the same work; book 0 by the same author scores .5, book 2 cos 45° / 2 = .354.
    assert lists.book.tolist() == [0]
    assert lists.start.tolist() == [0, 1]


def test_unknown_authors_are_not_one_author():
    catalogue = content(
        [0, 0], [[1, 0], [0, 1]], np.arange(2, dtype=np.int32), np.zeros(2, dtype=np.float32)
    )
    lists = similar_by_content(np.array([0], dtype=np.int32), catalogue, 5)
    assert lists.book.tolist() == []


def test_among_many_alike_the_more_popular_are_listed():
    rng = np.random.default_rng(4)
    books, top = 3000, 6
    # Titles of two words: thousands of books are as much alike as the last one listed.
    titles = np.eye(4)[rng.integers(0, 4, books)] + np.eye(4)[rng.integers(0, 4, books)]
    catalogue = content(
        rng.integers(0, 40, books).tolist(),
        titles.tolist(),
        rng.integers(0, 900, books).astype(np.int32),
        rng.integers(0, 50, books).astype(np.float32),
    )
    asked = np.arange(0, books, 97, dtype=np.int32)
    for book, found in zip(asked, rows(similar_by_content(asked, catalogue, top)), strict=True):
        cosine = (
            titles @ titles[book] / np.linalg.norm(titles, axis=1) / np.linalg.norm(titles[book])
        )
        same = (catalogue.author == catalogue.author[book]) & (catalogue.author[book] > 0)
        score = np.round(cosine / 2 + same / 2, 5)
        expected: dict[int, float] = {}
        taken = {int(catalogue.work_of_book[book])}
        for other in sorted(range(books), key=lambda b: (-score[b], -catalogue.popularity[b], b)):
            if len(expected) < top and int(catalogue.work_of_book[other]) not in taken:
                taken.add(int(catalogue.work_of_book[other]))
                expected[other] = score[other]
        assert list(found) == list(expected)
        assert list(found.values()) == pytest.approx(list(expected.values()), abs=2e-5)
