"""Queries of `bench search`: the same for the same seed, and each means its book."""

from __future__ import annotations

from pathlib import Path

import pytest

from bookrec.cli.search_bench.queries import KINDS, BenchQuery, make_queries, read_queries
from bookrec.errors import BookrecError

BOOKS = [
    ("Harry Potter and the Goblet of Fire (Book 4)", "J. K. Rowling", 30),
    ("Đất rừng phương Nam", "Đoàn Giỏi", 20),
    ("The Left Hand of Darkness", "Ursula K. Le Guin", 5),
    ("Unread", "Nobody", 0),
]


def test_queries() -> None:
    queries = make_queries(BOOKS, 120, seed=5)
    assert queries == make_queries(BOOKS, 120, seed=5)
    assert queries != make_queries(BOOKS, 120, seed=6)
    assert {(q.kind_class, q.kind) for q in queries} == {kind[:2] for kind in KINDS}
    assert "Unread" not in {q.title for q in queries}
    titles = {q.query for q in queries if q.kind == "title"}
    assert "harry potter and the goblet of fire" in titles
    edits = [q for q in queries if q.kind == "edit"]
    assert all(q.query not in titles for q in edits)
    assert any(q.query.startswith("jk rowling ") for q in queries if q.kind == "initials")


def test_nothing_read_makes_no_queries() -> None:
    assert make_queries([("Unread", "Nobody", 0)], 5, seed=1) == []
    assert make_queries([], 5, seed=1) == []


@pytest.mark.parametrize(
    ("title", "author", "meant"),
    [
        ("The Stand", "Stephen King", True),
        ("THE STAND (Signet)", "King, Stephen", True),
        ("The Stand: Uncut", "Stephen King", True),
        ("The Stand", "Another Author", False),
        ("The Last Stand", "Stephen King", False),
    ],
)
def test_editions_of_the_book_meant(title: str, author: str, meant: bool) -> None:
    query = BenchQuery("clean", "title", "stand", "The Stand", "Stephen King")
    assert query.means(title, author) is meant


def test_reading_a_table(tmp_path: Path) -> None:
    path = tmp_path / "queries.tsv"
    path.write_text(
        'class\tkind\tquery\ttitle\tauthor\nclean\ttitle\t"c" is\t"C" Is\tSue Grafton\n',
        encoding="utf-8",
    )
    assert read_queries(path) == [BenchQuery("clean", "title", '"c" is', '"C" Is', "Sue Grafton")]
    path.write_text("query,title\nx,y\n", encoding="utf-8")
    with pytest.raises(BookrecError, match="class, kind, query, title, author"):
        read_queries(path)
    path.write_text("class\tkind\tquery\ttitle\tauthor\n", encoding="utf-8")
    with pytest.raises(BookrecError, match="has no queries"):
        read_queries(path)
