"""The operator's corrections over the snapshot's rows, and books that only the operator knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from bookrec.shop.owner.corrections import BookCorrection
from bookrec.web.catalogue_search.search import SearchQuery, search
from bookrec.web.store.catalogue import (
    books_by_id,
    description,
    find_book,
    popular_books,
    similar_books,
)
from bookrec.web.store.reader_history import build_history
from bookrec.web.store.snapshot_reader import Snapshot
from small_snapshots import IDS, add

EMMA = "0141439580"


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    add(tmp_path, IDS[0])
    snapshot = Snapshot(tmp_path / IDS[0])
    snapshot.corrections = {
        EMMA: BookCorrection(EMMA, title="Emma, corrected", year=0, description="A novel."),
        "9786041234567": BookCorrection("9786041234567", True, "Đất rừng", "Đoàn Giỏi", year=1957),
    }
    return snapshot


def test_a_corrected_row_keeps_the_rest(snapshot: Snapshot) -> None:
    book = find_book(snapshot, EMMA)
    assert book is not None
    assert (book.title, book.author, book.year) == ("Emma, corrected", "Jane Austen", None)
    assert description(snapshot, book) == "A novel."
    assert description(snapshot, book, corrected=False) == ""
    assert books_by_id(snapshot, [book.book_id])[book.book_id].title == "Emma, corrected"


def test_popular_books_follow_corrections_that_come_and_go(snapshot: Snapshot) -> None:
    corrections, snapshot.corrections = snapshot.corrections, {}
    listed = popular_books(snapshot, "all", 5)
    assert [(item.book.title, item.score) for item in listed] == [("Emma", 1.0), ("Dracula", 0.5)]
    listed.clear()
    snapshot.corrections = corrections
    assert [item.book.title for item in popular_books(snapshot, "all", 5)] == [
        "Emma, corrected",
        "Dracula",
    ]
    snapshot.corrections = {}
    assert [item.book.title for item in popular_books(snapshot, "all", 1)] == ["Emma"]
    assert popular_books(snapshot, "18-24", 5) == []


def test_an_added_book_is_found_by_id_and_number(snapshot: Snapshot) -> None:
    book = find_book(snapshot, "978-6-04-123456-7")
    assert book is not None
    assert (book.title, book.year, book.reader_count) == ("Đất rừng", 1957, 0)
    assert book.book_id < 0
    assert books_by_id(snapshot, [book.book_id, 1]).keys() == {book.book_id, 1}
    assert similar_books(snapshot, book, 5) == ("content", [])


def test_an_added_book_is_searched_without_marks(snapshot: Snapshot) -> None:
    result = search(snapshot, SearchQuery(q="dat rung"))
    assert [book.title for book in result.items] == ["Đất rừng"]
    assert result.total == 1
    assert search(snapshot, SearchQuery(q="dat rung", author="Austen")).total == 0


def test_the_ranker_is_not_asked_about_added_books(snapshot: Snapshot) -> None:
    rows = [("9786041234567", "rating", 9), (EMMA, "rating", 8)]
    history = build_history(snapshot, "shop:1", rows)
    assert len(history.books) == 2
    assert history.evidence == [(1, 8)]
