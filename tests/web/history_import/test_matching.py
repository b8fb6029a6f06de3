"""Matching of entries to the small catalogue."""

from __future__ import annotations

from pathlib import Path

import pytest

from bookrec.snapshot import current_snapshot
from bookrec.web.history_import.entries import READ, Entry
from bookrec.web.history_import.matching import match_entries
from bookrec.web.store.snapshot_reader import Snapshot


@pytest.fixture(scope="module")
def snapshot(published_snapshot: Path) -> Snapshot:
    return Snapshot(current_snapshot(published_snapshot))


def match(snapshot: Snapshot, title: str, author: str, *isbns: str) -> tuple[str | None, str]:
    entry = Entry(2, title, author, isbns, None, READ)
    (result,) = match_entries(snapshot, [entry])
    return (result.book.isbn if result.book else None), result.by


@pytest.mark.parametrize("isbn", ["0441172717", "9780441172719"])
def test_an_isbn_in_any_spelling_comes_first(snapshot: Snapshot, isbn: str) -> None:
    assert match(snapshot, "Another Title", "Nobody", isbn) == ("0441172717", "isbn")


@pytest.mark.parametrize(
    ("title", "author", "isbn"),
    [
        ("Emma", "Jane Austen", "0141439580"),
        ("EMMA", "Austen, Jane", "0141439580"),
        ("Carrie (Stephen King, #1)", "Stephen King", "0743412281"),
        ("Dune: The Gateway", "Frank Herbert, Brian Herbert", "0441172717"),
        ("The Dispossessed", "Le Guin, Ursula K.", "0061054887"),
        ("De men phieu luu ky", "Tô Hoài", "6042098672"),
        ("Salem's Lot", "Stephen King", "0307743667"),
        ("Neuromancer", "", "0441569595"),
    ],
)
def test_by_title_and_author(snapshot: Snapshot, title: str, author: str, isbn: str) -> None:
    assert match(snapshot, title, author) == (isbn, "title")


def test_the_most_read_edition_is_taken(snapshot: Snapshot) -> None:
    isbn, by = match(snapshot, "Pride and Prejudice", "Jane Austen")
    rows = snapshot.rows(
        "select isbn from book where title = 'Pride and Prejudice'"
        " order by reader_count desc, book_id"
    )
    assert (isbn, by) == (rows[0][0], "title")


@pytest.mark.parametrize(
    ("title", "author", "reason"),
    [
        ("Emma", "Alexander McCall Smith", "not_in_catalogue"),
        ("It Ends with Us", "Colleen Hoover", "not_in_catalogue"),
        ("Foundation and Earth", "Isaac Asimov", "not_in_catalogue"),
        ("", "Jane Austen", "no_title"),
        ("!?", "Jane Austen", "no_title"),
    ],
)
def test_another_book_is_no_match(snapshot: Snapshot, title: str, author: str, reason: str) -> None:
    assert match(snapshot, title, author, "0306406152") == (None, reason)
