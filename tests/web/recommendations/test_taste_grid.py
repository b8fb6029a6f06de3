"""Books to tick at registration."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bookrec.snapshot import current_snapshot
from bookrec.web.recommendations.taste_grid import TasteGrid, load_grid, telling_order
from bookrec.web.store.snapshot_reader import Snapshot
from catalogue_books import make_book


def likes_of(*columns: str) -> np.ndarray:
    """[readers, books] from columns of 0 and 1."""
    return np.array([[mark == "1" for mark in column] for column in columns]).T


def test_every_taste_has_a_book_before_a_large_one_has_its_second() -> None:
    # Two books of seven readers who like both, one of three others: popularity would choose 0, 1.
    likes = likes_of("1111111000", "1111110000", "0000000111")
    assert telling_order(likes, 2) == [0, 2]
    assert telling_order(likes, 9) == [0, 2, 1]


def test_ticks_choose_the_readers_who_decide() -> None:
    books = [make_book(number) for number in range(4)]
    # 60 readers like 0 and 1; 100 others like 2 and 3.
    likes = np.zeros((160, 4), dtype=bool)
    likes[:60, 0] = likes[:50, 1] = True
    likes[60:, 2] = likes[80:, 3] = True
    grid = TasteGrid(books, likes)
    assert [book.isbn for book in grid.choose(2)] == ["2", "0"]
    assert [book.isbn for book in grid.choose(1, ticked=["0"])] == ["1"]
    assert [book.isbn for book in grid.choose(1, ticked=["3"])] == ["2"]
    assert [book.isbn for book in grid.choose(9, ticked=["0"], shown=["1", "2"])] == ["3"]


def test_candidates_are_popular_books_of_different_authors(published_snapshot: Path) -> None:
    snapshot = Snapshot(current_snapshot(published_snapshot))
    grid = load_grid(snapshot)
    authors = [book.author for book in grid.books if book.author]
    assert len(authors) == len(set(authors)) > 10
    assert grid.likes.shape[1] == len(grid.books)
    for place, book in enumerate(grid.books):
        (count,) = snapshot.rows(
            "select count(*) from interaction where book_id = ? and (rating = 0 or rating >= 7)",
            (book.book_id,),
        )
        assert grid.likes[:, place].sum() == count[0]
