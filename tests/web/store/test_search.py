"""Match expressions of the search."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookrec.text import fold
from bookrec.web.store.search import match_expression


@pytest.fixture(scope="module")
def index() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.execute(
        "create virtual table book_search using fts5 (title, author, isbn,"
        " tokenize = 'unicode61', prefix = '2 3')"
    )
    connection.execute("insert into book_search values ('emma', 'jane austen', '0141439580')")
    return connection


@given(q=st.text(max_size=40), author=st.text(max_size=20))
def test_every_text_is_a_query(index: sqlite3.Connection, q: str, author: str) -> None:
    expression = match_expression(q, author)
    assert bool(expression) == bool(fold(q) or fold(author))
    if expression:
        index.execute(
            "select count(*) from book_search where book_search match ?", (expression,)
        ).fetchone()
