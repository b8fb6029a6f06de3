"""Values that a reader rejects: their keys, the books they cover, the history they leave."""

from __future__ import annotations

from pathlib import Path

import pytest

from bookrec.snapshot import current_snapshot
from bookrec.web.store.catalogue import CatalogueBook, find_book
from bookrec.web.store.reader_history import build_history
from bookrec.web.store.rejections import Rejections, key_of, known_label, label_in
from bookrec.web.store.snapshot_reader import Snapshot
from small_snapshot import LISTED_READER

CARRIE, DUNE, FOUNDATION, NUMBER_RED, EMMA, BEOWULF = (
    *("0743412281", "0441172717", "0553293354"),
    *("6045553120", "0141439580", "ml:357"),
)


@pytest.fixture(scope="module")
def snapshot(published_snapshot: Path) -> Snapshot:
    return Snapshot(current_snapshot(published_snapshot))


def book(snapshot: Snapshot, isbn: str) -> CatalogueBook:
    hit = find_book(snapshot, isbn)
    assert hit is not None
    return hit


def rejections(*values: tuple[str, str]) -> Rejections:
    return Rejections.of([(facet, key_of(facet, label), label, 1) for facet, label in values])


@pytest.mark.parametrize(
    ("isbn", "values"),
    [
        (FOUNDATION, ["Isaac Asimov", "Foundation Novels", "Scifi", "1990", "en"]),
        (NUMBER_RED, ["Vũ Trọng Phụng", "", "Vietnam", "", "vi"]),
        (BEOWULF, ["", "", "Classic", "", "en"]),
    ],
)
def test_values_of_a_book(snapshot: Snapshot, isbn: str, values: list[str]) -> None:
    facets = ("author", "series", "category", "decade", "language")
    assert [label_in(book(snapshot, isbn), facet) for facet in facets] == values


@pytest.mark.parametrize(
    ("facet", "label", "covered"),
    [
        ("author", "KING, Stephen", CARRIE),
        ("series", "The Foundation Novels Series", FOUNDATION),
        ("category", "Horror", CARRIE),
        ("decade", "1990", DUNE),
        ("language", "vi", NUMBER_RED),
    ],
)
def test_a_value_in_any_spelling_covers_its_books(
    snapshot: Snapshot, facet: str, label: str, covered: str
) -> None:
    isbns = {CARRIE, DUNE, FOUNDATION, NUMBER_RED, EMMA, BEOWULF}
    books = [book(snapshot, isbn) for isbn in isbns]
    hits = {b.isbn for b in books if rejections((facet, label)).covers(b)}
    also = {FOUNDATION} if facet == "decade" else set()
    assert hits == {covered} | also
    assert key_of(facet, key_of(facet, label)) == key_of(facet, label)


@pytest.mark.parametrize(
    ("facet", "value", "label"),
    [
        ("author", "austen, jane", "Jane Austen"),
        ("author", "Nobody Known", ""),
        ("author", "", ""),
        ("series", "harry potter series", "Harry Potter"),
        ("category", "Horror", "Horror"),
        ("category", "horror?", ""),
        ("language", "vi", "vi"),
        ("language", "xx", ""),
        ("decade", "1990", "1990"),
        ("decade", "1995", ""),
        ("decade", "199", ""),
    ],
)
def test_only_values_of_the_catalogue_are_known(
    snapshot: Snapshot, facet: str, value: str, label: str
) -> None:
    assert known_label(snapshot, facet, value) == label


def test_books_of_a_rejected_value_stay_seen_and_are_no_evidence(snapshot: Snapshot) -> None:
    rows = [(CARRIE, "rating", 9), (DUNE, "like", None), (EMMA, "rating", 3)]
    shelves = [("1501142976", "want", 5)]
    before = build_history(snapshot, "shop:1", rows, shelves)
    after = build_history(
        snapshot, "shop:1", rows, shelves, [("author", "stephenking", "Stephen King", 7)]
    )
    carrie, it = (book(snapshot, isbn).book_id for isbn in (CARRIE, "1501142976"))
    assert after.books == before.books
    assert after.kept_works == before.kept_works
    assert after.rejected == {carrie, it}
    assert {pair[0] for pair in before.evidence} - {pair[0] for pair in after.evidence} == {
        carrie,
        it,
    }
    assert [b.book_id for b in after.liked] == [book(snapshot, DUNE).book_id]
    assert after.has_evidence


def test_a_history_of_rejected_books_alone_has_no_evidence(snapshot: Snapshot) -> None:
    king = [("author", "stephenking", "Stephen King", 7)]
    assert not build_history(snapshot, "shop:1", [(CARRIE, "like", None)], (), king).has_evidence
    listed = build_history(snapshot, LISTED_READER, [], (), king)
    assert listed.reader_id is not None
    assert listed.rejected < listed.books.keys()
