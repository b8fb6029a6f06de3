"""Neighbours of recent books: in visits where there are some, similar books elsewhere."""

from __future__ import annotations

import pytest

from bookrec.settings import Home
from bookrec.web.store.visit_neighbours import visit_neighbours
from small_snapshot import build_snapshot, changed_snapshot


@pytest.fixture
def snapshot_id(home: Home) -> str:
    return build_snapshot(home)


def test_visits_come_before_similar_books(home: Home, snapshot_id: str):
    snapshot = changed_snapshot(
        home,
        snapshot_id,
        "insert into visit_top values (2, 1, 9, 1.0), (2, 2, 4, 0.5), (7, 1, 3, 1.0);",
    )
    similar = snapshot.rows(
        "select similar_book_id, score from similar_top where book_id = 5 order by rank"
    )
    assert similar
    near, scores, lengths = visit_neighbours(snapshot, [5, 2])
    assert near.tolist() == [*(row[0] for row in similar), 9, 4]
    assert scores.tolist() == [*(row[1] for row in similar), 1.0, 0.5]
    assert lengths.tolist() == [len(similar), 2]


def test_an_older_snapshot_has_similar_books_alone(home: Home, snapshot_id: str):
    snapshot = changed_snapshot(home, snapshot_id, "drop table visit_top;")
    near, _, lengths = visit_neighbours(snapshot, [5])
    assert lengths.tolist() == [len(near)]
    assert len(near) > 0
    assert visit_neighbours(snapshot, [])[2].tolist() == []
