"""Most co-liked books of a snapshot, by ISBN; none in an older one."""

from __future__ import annotations

import pytest

from bookrec.settings import Home
from bookrec.web.store.catalogue import cosine_neighbours
from small_snapshot import build_snapshot, changed_snapshot

PRIDE, EMMA, SENSE, EYRE = "0141439513", "0141439580", "0141439661", "0141441143"


@pytest.fixture
def snapshot_id(home: Home) -> str:
    return build_snapshot(home)


def test_neighbours_come_best_first_by_the_isbn_that_was_asked_for(home: Home, snapshot_id: str):
    books = "(select book_id from book where isbn = '{}')"
    emma, sense, eyre = (books.format(isbn) for isbn in (EMMA, SENSE, EYRE))
    snapshot = changed_snapshot(
        home,
        snapshot_id,
        "delete from cosine_top;"
        f"insert into cosine_top values ({emma}, 1, {eyre}, 0.5), ({emma}, 2, {sense}, 0.25),"
        f" ({sense}, 1, {emma}, 0.25);",
    )
    lists = cosine_neighbours(snapshot, ["978-0-14-143958-7", SENSE, PRIDE, "0000000000"], 20)
    rows = {i: [(row.book.isbn, row.score) for row in listed] for i, listed in lists.items()}
    assert rows == {
        "978-0-14-143958-7": [(EYRE, 0.5), (SENSE, 0.25)],
        SENSE: [(EMMA, 0.25)],
        PRIDE: [],
    }
    assert [row.book.isbn for row in cosine_neighbours(snapshot, [EMMA], 1)[EMMA]] == [EYRE]


def test_an_older_snapshot_has_none(home: Home, snapshot_id: str):
    snapshot = changed_snapshot(home, snapshot_id, "drop table cosine_top;")
    assert not snapshot.cosine_top
    assert cosine_neighbours(snapshot, [EMMA], 20) == {EMMA: []}
