"""Reasons: true relations, the heaviest first, no book in more than its share."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bookrec.settings import Home
from bookrec.snapshot import current_snapshot
from bookrec.web.recommendations.reasons import (
    Candidate,
    Reason,
    choose_reasons,
    find_reasons,
    reason_candidates,
)
from bookrec.web.store.catalogue import CatalogueBook, find_book, stored_list
from bookrec.web.store.reader_history import ReaderHistory, build_history
from bookrec.web.store.snapshot_reader import Snapshot
from catalogue_books import make_book

SHINING, CARRIE, IT, LOT = "0345806786", "0743412281", "1501142976", "0307743667"
DRACULA = "014143984X"


@pytest.fixture(scope="module")
def snapshot(published_snapshot: Path) -> Snapshot:
    return Snapshot(current_snapshot(published_snapshot))


def book(snapshot: Snapshot, isbn: str) -> CatalogueBook:
    result = find_book(snapshot, isbn)
    assert result is not None
    return result


def reasons_for(
    snapshot: Snapshot,
    isbn: str,
    *rows: tuple[str, str, int | None],
    wanted: tuple[str, ...] = (),
    opened: tuple[str, ...] = (),
) -> list[tuple[str, str, int]]:
    """(isbn, relation, rating) of the reasons for one book, for a reader of the shop."""
    shelves = [(other, "want", 1) for other in wanted]
    history = build_history(snapshot, "shop:1", list(rows), shelves)
    listed = book(snapshot, isbn)
    reasons = find_reasons(snapshot, history, [listed], [book(snapshot, o) for o in opened])
    return [(r.book.isbn, r.relation, r.rating) for r in reasons.get(listed.book_id, [])]


@pytest.mark.parametrize(
    ("kind", "rating", "relation"),
    [
        ("rating", 9, "rated"),
        ("like", None, "liked"),
        ("purchase", None, "bought"),
        ("owned", None, "owned"),
    ],
)
def test_the_relation_is_what_the_reader_did(
    snapshot: Snapshot, kind: str, rating: int | None, relation: str
) -> None:
    assert reasons_for(snapshot, DRACULA, (SHINING, kind, rating)) == [
        (SHINING, relation, rating or 0)
    ]


def test_a_wanted_and_an_opened_book_are_reasons_too(snapshot: Snapshot) -> None:
    assert reasons_for(snapshot, DRACULA, wanted=(SHINING,)) == [(SHINING, "wanted", 0)]
    assert reasons_for(snapshot, DRACULA, opened=(SHINING,)) == [(SHINING, "opened", 0)]


def test_low_ratings_and_unrelated_books_are_none(snapshot: Snapshot) -> None:
    assert reasons_for(snapshot, DRACULA, (SHINING, "rating", 6)) == []
    assert reasons_for(snapshot, DRACULA, ("0439139597", "rating", 10)) == []


def test_the_author_counts_where_readers_say_nothing(snapshot: Snapshot) -> None:
    # A book without readers has content neighbours only: those are no reason.
    assert reasons_for(snapshot, "gb:12", ("0999999990", "rating", 9)) == [
        ("0999999990", "author", 0)
    ]


def test_the_rating_weighs(snapshot: Snapshot) -> None:
    first, *_ = reasons_for(snapshot, IT, (SHINING, "rating", 7), (CARRIE, "rating", 10))
    assert first == (CARRIE, "rated", 10)


def test_the_data_set_knows_no_likes(snapshot: Snapshot) -> None:
    (user_id, reader_id), *_ = snapshot.rows(
        "select user_id, reader_id from reader join interaction using (reader_id)"
        " where rating = 0 and reader_id in (select reader_id from user_top)"
    )
    history = build_history(snapshot, user_id, [])
    unrated = {seen.book_id: seen for seen in history.books.values() if seen.rating == 0}
    assert {seen.kind for seen in unrated.values()} == {"dataset"}
    only = ReaderHistory(history.reader_id, unrated)
    listed = [item.book for item in stored_list(snapshot, reader_id)]
    relations = {
        r.relation for group in find_reasons(snapshot, only, listed).values() for r in group
    }
    assert relations <= {"readers", "author"}
    assert relations


def test_a_prequel_comes_before_a_stranger() -> None:
    before, stranger = make_book(1), make_book(2)
    candidates = [
        Candidate(Reason(stranger, "rated", 10), 1.0),
        Candidate(Reason(before, "follows"), 1.6),
    ]
    ordered = sorted(candidates, key=lambda c: -c.weight)
    assert choose_reasons([(9, ordered)])[9] == [Reason(before, "follows")]


def test_no_book_exceeds_a_quarter_where_another_could_be_named() -> None:
    favourite, second, third = make_book(1), make_book(2), make_book(3)
    both = [
        Candidate(Reason(favourite, "rated", 10), 1.0),
        Candidate(Reason(second, "rated", 9), 0.5),
        Candidate(Reason(third, "liked"), 0.4),
    ]
    alone = [Candidate(Reason(favourite, "rated", 10), 1.0)]
    places = [(100 + n, both) for n in range(11)] + [(200, alone), (201, [])]
    chosen = choose_reasons(places)
    uses = Counter(reason.book.book_id for reasons in chosen.values() for reason in reasons)
    assert chosen[200] == [Reason(favourite, "rated", 10)]  # only this book explains it
    assert 201 not in chosen
    assert len(chosen) == 12
    assert max(uses.values()) <= 4  # three books share twelve places
    assert chosen[100][0].book == favourite


@pytest.mark.slow
def test_no_reason_of_any_reader_of_the_sample_data_is_false(sample_home: Home) -> None:
    snapshot = Snapshot(current_snapshot(sample_home.snapshots))
    readers = snapshot.rows("select reader_id, user_id from reader order by reader_id")
    places = explained = 0
    for reader_id, user_id in readers:
        listed = [item.book for item in stored_list(snapshot, reader_id)][:18]
        history = build_history(snapshot, user_id, [])
        candidates = reason_candidates(snapshot, history, listed)
        reasons = find_reasons(snapshot, history, listed)
        check_true(history, reasons)
        check_share(candidates, reasons)
        places += len(listed)
        explained += len(reasons)
    assert places > 10_000
    assert explained > 0.6 * places


def check_true(history: ReaderHistory, reasons: dict[int, list[Reason]]) -> None:
    """Each reason is a book of the reader's, and the relation is what the data set says."""
    for reason in (reason for found in reasons.values() for reason in found):
        seen = history.books[reason.book.book_id]
        assert reason.relation in ("rated", "readers", "author", "follows")
        if reason.relation == "rated":
            assert reason.rating == seen.rating >= 7
        if reason.relation == "readers":
            assert seen.rating == 0


def check_share(candidates: dict[int, list[Candidate]], reasons: dict[int, list[Reason]]) -> None:
    """A book in more than a quarter of the reasons stands only where no other has room."""
    share = max(1, len(reasons) // 4)
    uses = Counter(r.book.work_id for found in reasons.values() for r in found)
    for book_id, found in reasons.items():
        works = {c.reason.book.work_id for c in candidates[book_id]}
        if any(uses[r.book.work_id] > share for r in found):
            assert all(uses[work] >= share for work in works)
