"""A book's audience on the site: nobody who has it, best first, as a file."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from bookrec.files import read_pointer
from bookrec.inference.recommender import Recommender
from bookrec.shop.schema import migrate
from bookrec.web.owner.audience import (
    Member,
    audience_csv,
    find_audience,
    readers_to_leave_out,
)
from bookrec.web.store.catalogue import CatalogueBook, find_book
from bookrec.web.store.snapshot_reader import Snapshot


@pytest.fixture
def snapshot(published_snapshot: Path) -> Snapshot:
    return Snapshot(published_snapshot / str(read_pointer(published_snapshot)))


def dracula(snapshot: Snapshot) -> CatalogueBook:
    book = find_book(snapshot, "014143984X")
    assert book is not None
    return book


def test_readers_of_the_work_are_left_out_and_scores_fall(snapshot: Snapshot) -> None:
    recommender = Recommender.load(snapshot.ranker_directory)
    book = dracula(snapshot)
    members = find_audience(snapshot, recommender, book, [])
    owners = {
        row[0]
        for row in snapshot.rows(
            "select user_id from reader join interaction using (reader_id)"
            " join book using (book_id) where work_id = ?",
            (book.work_id,),
        )
    }
    assert members
    assert owners.isdisjoint(member.user_id for member in members)
    scores = [member.score for member in members]
    assert scores == sorted(scores, reverse=True)
    assert [member.rank for member in members] == list(range(1, len(members) + 1))
    first, *rest = members
    without = find_audience(snapshot, recommender, book, [first.user_id])
    assert [member.user_id for member in without] == [member.user_id for member in rest]


def test_an_added_book_has_no_audience_yet(snapshot: Snapshot) -> None:
    from msgspec.structs import replace

    recommender = Recommender.load(snapshot.ranker_directory)
    assert find_audience(snapshot, recommender, replace(dracula(snapshot), book_id=-5), []) == []


def test_the_file_has_no_formulas() -> None:
    members = [Member(1, "=1+1", None, 0.5), Member(2, "shop:3", 34, 0.25, "an@example.org")]
    assert audience_csv(members).splitlines() == [
        "rank,reader,email,age,score",
        "1,'=1+1,,,0.5000",
        "2,shop:3,an@example.org,34,0.2500",
    ]


def test_readers_who_reject_a_value_of_the_book_are_left_out(
    snapshot: Snapshot, tmp_path: Path
) -> None:
    migrate(tmp_path / "shop.sqlite")
    with contextlib.closing(sqlite3.connect(tmp_path / "shop.sqlite")) as shop:
        shop.executemany(
            "insert into taste_correction values (?, ?, ?, '', 1)",
            [
                ("shop:1", "author", "bramstoker"),
                ("shop:2", "author", "stephenking"),
                ("shop:3", "decade", "2000"),
                ("shop:4", "category", "bramstoker"),
            ],
        )
        shop.execute("insert into shelf_book values (9, 'shop:5', '014143984X', 'dismissed', 1)")
        out = readers_to_leave_out(shop, dracula(snapshot))
    assert sorted(out) == ["shop:1", "shop:3", "shop:5"]
