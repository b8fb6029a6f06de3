"""Lists of the books that visits go to: one edition a work, none of the book's own."""

from __future__ import annotations

import numpy as np
import pytest

from bookrec.inference.similarity_table import SimilarityTable
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.scoring.lists.visit_lists import visit_lists

WORKS = np.array([0, 1, 1, 2, 0, 3], dtype=np.int32)
"""Books 1 and 2 are editions of one work, 0 and 4 of another."""

NO_EASE = SimilarityTable(np.zeros(7, np.int64), np.empty(0, np.int32), np.empty(0, np.float32))


def interactions_of(visits: list[list[int]], times: bool = True) -> Interactions:
    reader = [place for place, visit in enumerate(visits) for _ in visit]
    book = [book for visit in visits for book in visit]
    time = [step for visit in visits for step in range(len(visit))]
    return Interactions(
        np.array(reader, dtype=np.int32),
        np.array(book, dtype=np.int32),
        np.zeros(len(book), dtype=np.int8),
        np.array(time, dtype=np.int64) if times else None,
    )


def test_a_list_names_an_edition_a_work_best_first():
    visits = [[0, 1, 3], [0, 2, 3], [0, 1, 4], [0, 1]]
    lists = visit_lists(interactions_of(visits), WORKS, NO_EASE)
    of_first = slice(*lists.start[:2])
    assert lists.book[of_first].tolist() == [1, 3]
    assert lists.score[lists.start[0]] == 1.0
    assert 0 < lists.score[lists.start[0] + 1] < 1
    assert lists.start[6] - lists.start[5] == 0  # nobody opened it


def test_lists_are_cut():
    lists = visit_lists(interactions_of([[0, 1, 3, 5]] * 3), WORKS, NO_EASE, top=1)
    assert np.diff(lists.start).tolist() == [1, 1, 0, 1, 0, 1]


@pytest.mark.parametrize("times", [True, False])
def test_without_times_there_are_no_lists(times: bool):
    rows = interactions_of([[0, 1], [1, 3]], times)
    if times:
        rows = Interactions(rows.reader_idx, rows.book_idx, rows.rating, np.full(4, -1))
    lists = visit_lists(rows, WORKS, NO_EASE)
    assert lists.start.tolist() == [0] * 7
    assert len(lists.book) == 0


def test_ease_adds_books_that_no_visit_has_in_common():
    ease = SimilarityTable(
        np.array([0, 1, 1, 1, 1, 1, 1]),
        np.array([5], dtype=np.int32),
        np.array([0.2], dtype=np.float32),
    )
    lists = visit_lists(interactions_of([[0, 1, 3]] * 2), WORKS, ease)
    assert set(lists.book[slice(*lists.start[:2])].tolist()) == {1, 3, 5}
