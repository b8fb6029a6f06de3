"""Neighbours by content, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bookrec.offline.scoring.lists.similar_by_content import (
    MOST_READERS,
    OTHER_LANGUAGE,
    POPULARITY,
    SAME_AUTHOR,
    TITLE,
    BookContent,
    similar_by_content,
)


def content(
    author: list[int],
    title: list[list[float]],
    works: np.ndarray,
    popularity: np.ndarray,
    bad: tuple[int, ...] = (),
    language: tuple[int, ...] = (),
):
    return BookContent(
        np.array(author, dtype=np.int32),
        np.array(title, dtype=np.float32),
        works,
        np.array(language or [0] * len(author), dtype=np.int32),
        popularity,
        np.isin(np.arange(len(author)), bad),
    )


WORKS = np.array([0, 1, 2, 3, 1, 4], dtype=np.int32)
READERS = np.log1p(np.array([0, 1, 30, 2, 5_000, 3])).astype(np.float32)
LARGEST = TITLE + SAME_AUTHOR + POPULARITY * np.log(1 + MOST_READERS)
CATALOGUE = content(
    [7, 7, 0, 8, 7, 0], [[3, 0], [0, 2], [1, 1], [-1, 0], [0, 5], [0, 0]], WORKS, READERS
)


def rows(lists) -> list[dict[int, float]]:
    return [
        dict(zip(lists.book[a:z].tolist(), np.round(lists.score[a:z], 5).tolist(), strict=True))
        for a, z in zip(lists.start[:-1], lists.start[1:], strict=True)
    ]


def test_content_is_title_author_and_popularity():
    books = np.array([0, 3, 5], dtype=np.int32)
    first, second, third = rows(similar_by_content(books, CATALOGUE, top=5))
    # Book 0: books 1 and 4 share its author (one work: the more popular edition is shown);
    # book 2 shares the direction of its title by cos 45°; book 3 points the other way.
    assert first == {
        4: pytest.approx((SAME_AUTHOR + POPULARITY * np.log(101)) / LARGEST, abs=1e-5),
        2: pytest.approx((TITLE * np.sqrt(0.5) + POPULARITY * np.log(31)) / LARGEST, abs=1e-5),
    }
    assert list(first) == sorted(first, key=first.__getitem__, reverse=True)
    assert second == {}, "a negative cosine is nothing in common, however popular the book"
    assert third == {}, "neither author nor title: nothing in common"


def test_content_lists_are_cut_and_leave_out_the_own_work():
    lists = similar_by_content(np.array([4], dtype=np.int32), CATALOGUE, top=1)
    # Book 1 is the same work. Book 0 by the same author and without readers has .4; book 2 with
    # 30 readers has .5 cos 45° + .07 log 31 = .594.
    assert lists.book.tolist() == [2]
    assert lists.start.tolist() == [0, 1]


def test_scores_reach_one_and_badly_rated_books_are_not_listed():
    titles, works = [[1.0, 0], [1, 0], [1, 0]], np.arange(3, dtype=np.int32)
    readers = np.log1p(np.array([0, 9, 100])).astype(np.float32)
    book = np.array([0], dtype=np.int32)
    (listed,) = rows(similar_by_content(book, content([5, 5, 5], titles, works, readers), 5))
    less = POPULARITY * np.log(101 / 10) / LARGEST
    assert listed == {2: pytest.approx(1.0), 1: pytest.approx(1 - less, abs=1e-5)}
    catalogue = content([5, 5, 5], titles, works, readers, bad=(2,))
    (listed,) = rows(similar_by_content(book, catalogue, 5))
    assert list(listed) == [1]
    bad_book = np.array([2], dtype=np.int32)
    assert len(rows(similar_by_content(bad_book, catalogue, 5))[0]) == 2, "it has a list itself"


def test_another_language_lowers_the_score_and_an_unknown_one_does_not():
    titles, works = [[1.0, 0]] * 4, np.arange(4, dtype=np.int32)
    catalogue = content([5] * 4, titles, works, np.zeros(4), language=(2, 3, 0, 2))
    book, unknown = np.array([0], dtype=np.int32), np.array([2], dtype=np.int32)
    same = (TITLE + SAME_AUTHOR) / LARGEST
    (listed,) = rows(similar_by_content(book, catalogue, 5))
    assert list(listed) == [2, 3, 1]
    assert list(listed.values()) == pytest.approx([same, same, OTHER_LANGUAGE * same], abs=1e-5)
    assert len(set(rows(similar_by_content(unknown, catalogue, 5))[0].values())) == 1


def test_unknown_authors_are_not_one_author():
    catalogue = content(
        [0, 0], [[1, 0], [0, 1]], np.arange(2, dtype=np.int32), np.zeros(2, dtype=np.float32)
    )
    lists = similar_by_content(np.array([0], dtype=np.int32), catalogue, 5)
    assert lists.book.tolist() == []


def test_many_books_equal_the_definition():
    rng = np.random.default_rng(4)
    books, top = 3000, 6
    # Titles of two words: thousands of books are as much alike as the last one listed.
    titles = np.eye(4)[rng.integers(0, 4, books)] + np.eye(4)[rng.integers(0, 4, books)]
    catalogue = content(
        rng.integers(0, 40, books).tolist(),
        titles.tolist(),
        rng.integers(0, 900, books).astype(np.int32),
        rng.uniform(0, 7, books).astype(np.float32),
    )
    asked = np.arange(0, books, 97, dtype=np.int32)
    for book, found in zip(asked, rows(similar_by_content(asked, catalogue, top)), strict=True):
        cosine = (
            titles @ titles[book] / np.linalg.norm(titles, axis=1) / np.linalg.norm(titles[book])
        )
        same = (catalogue.author == catalogue.author[book]) & (catalogue.author[book] > 0)
        known = POPULARITY * np.minimum(catalogue.popularity, np.log(101))
        total = TITLE * cosine + SAME_AUTHOR * same + known
        score = np.where((cosine > 1e-6) | same, total / LARGEST, 0.0)
        expected: dict[int, float] = {}
        taken = {int(catalogue.work_of_book[book])}
        for other in sorted(range(books), key=lambda b: (-round(score[b], 6), b)):
            if len(expected) < top and int(catalogue.work_of_book[other]) not in taken:
                taken.add(int(catalogue.work_of_book[other]))
                expected[other] = score[other]
        assert list(found) == list(expected)
        assert list(found.values()) == pytest.approx(list(expected.values()), abs=2e-5)
