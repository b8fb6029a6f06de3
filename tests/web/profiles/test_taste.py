"""Beliefs about a reader's taste: known shares, the evidence behind them, what leaves them."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from bookrec.shop.schema import migrate
from bookrec.snapshot import current_snapshot
from bookrec.web.profiles.taste import Act, Belief, TasteProfile, taste_profile
from bookrec.web.recommendations.visits import Visit
from bookrec.web.selling.front import ShopFront
from bookrec.web.store.catalogue import books_by_isbn
from bookrec.web.store.reader_history import build_history
from bookrec.web.store.rows import Row
from bookrec.web.store.snapshot_reader import Snapshot
from small_snapshot import LISTED_READER

CARRIE, SHINING, IT = "0743412281", "0345806786", "1501142976"
DUNE, FOUNDATION, EMMA, NUMBER_RED = "0441172717", "0553293354", "0141439580", "6045553120"


@pytest.fixture(scope="module")
def snapshot(published_snapshot: Path) -> Snapshot:
    return Snapshot(current_snapshot(published_snapshot))


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShopFront]:
    """A shop that sells Carrie at 90,000 and Dune at 210,000."""
    path = tmp_path_factory.mktemp("shop") / "shop.sqlite"
    migrate(path)
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany(
            "insert into offer values (?, ?, 'VND', 3, 1)", [(CARRIE, 90_000), (DUNE, 210_000)]
        )
        yield ShopFront(connection, 1)


def profile(
    snapshot: Snapshot,
    front: ShopFront,
    rows: list[Row],
    *,
    reader: str = "shop:1",
    shelves: list[Row] | None = None,
    rejected: list[Row] | None = None,
    events: tuple[tuple[str, str], ...] = (),
    prices: tuple[int, ...] = (),
) -> TasteProfile:
    history = build_history(snapshot, reader, rows, shelves or [], rejected or [])
    books = books_by_isbn(snapshot, {isbn for isbn, _ in events})
    visit = Visit(snapshot, [books[isbn] for isbn, _ in events], [kind for _, kind in events])
    return taste_profile(snapshot, front, history, visit, prices)


def beliefs(of: TasteProfile, facet: str) -> dict[str, Belief]:
    return {b.label: b for f in of.facets if f.facet == facet for b in f.beliefs}


def shares(of: TasteProfile, facet: str) -> dict[str, float]:
    return {label: round(b.share, 4) for label, b in beliefs(of, facet).items()}


def test_ratings_weigh_as_in_the_history_of_lists(snapshot: Snapshot, front: ShopFront) -> None:
    """Liked 1, middling a half, bad nothing: King 1.5, Herbert 1, Asimov 0 of 2.5."""
    rows: list[Row] = [
        (CARRIE, "rating", 9),
        (SHINING, "rating", 5),
        (DUNE, "like", None),
        (FOUNDATION, "rating", 4),
    ]
    of = profile(snapshot, front, rows)
    assert of.books == 3
    assert shares(of, "author") == {"Stephen King": 0.6, "Frank Herbert": 0.4}
    assert list(beliefs(of, "author")) == ["Stephen King", "Frank Herbert"]
    assert shares(of, "decade") == {"2000": 0.4, "1990": 0.4, "2010": 0.2}
    assert shares(of, "language") == {"en": 1.0}
    assert "series" not in [f.facet for f in of.facets]


def test_evidence_names_the_heaviest_books_and_what_was_done(
    snapshot: Snapshot, front: ShopFront
) -> None:
    rows: list[Row] = [(SHINING, "rating", 6), (CARRIE, "purchase", None)]
    of = profile(snapshot, front, rows, shelves=[(IT, "want", 7)])
    king = beliefs(of, "author")["Stephen King"]
    assert king.books == 3
    assert king.value == "stephenking"
    rows_of = {e.book.isbn: (e.weight, e.acts) for e in king.evidence}
    assert rows_of == {
        CARRIE: (1.0, [Act("bought", here=True)]),
        IT: (1.0, [Act("wanted", here=True)]),
        SHINING: (0.5, [Act("rated", here=True, rating=6)]),
    }
    assert king.evidence[-1].book.isbn == SHINING


def test_acts_of_the_data_set_are_told_apart(snapshot: Snapshot, front: ShopFront) -> None:
    of = profile(snapshot, front, [(DUNE, "rating", 8)], reader=LISTED_READER)
    acts = {e.book.isbn: e.acts for b in beliefs(of, "author").values() for e in b.evidence}
    assert acts[DUNE] == [Act("rated", here=True, rating=8)]
    assert acts[EMMA] == [Act("rated", here=False, rating=10)]


def test_the_visit_weighs_by_kind_and_age(snapshot: Snapshot, front: ShopFront) -> None:
    """Dune was put into the cart last: 2. Carrie was opened before it: .8. Liked Emma: 1."""
    events = ((CARRIE, "view"), (CARRIE, "click"), (CARRIE, "view"), (DUNE, "cart"))
    of = profile(snapshot, front, [(EMMA, "like", None)], events=events)
    weights = {b.evidence[0].book.isbn: b.evidence[0] for b in beliefs(of, "author").values()}
    assert {isbn: round(e.weight, 6) for isbn, e in weights.items()} == {
        DUNE: 2.0,
        EMMA: 1.0,
        CARRIE: 0.8,
    }
    assert weights[CARRIE].acts == [Act("opened", here=True, times=2)]
    assert weights[DUNE].acts == [Act("carted", here=True)]
    assert shares(of, "author")["Frank Herbert"] == round(2 / 3.8, 4)


def test_dismissed_books_speak_for_nothing(snapshot: Snapshot, front: ShopFront) -> None:
    of = profile(
        *(snapshot, front, []), shelves=[(DUNE, "dismissed", 1)], events=((DUNE, "dismiss"),)
    )
    assert (of.books, of.facets) == (0, [])


def test_books_of_a_rejected_value_leave_every_facet(snapshot: Snapshot, front: ShopFront) -> None:
    rows: list[Row] = [(CARRIE, "like", None), (IT, "like", None), (DUNE, "like", None)]
    king: list[Row] = [("author", "stephenking", "Stephen King", 1)]
    of = profile(snapshot, front, rows, rejected=king)
    assert (of.books, of.left_out) == (1, 2)
    assert shares(of, "author") == {"Frank Herbert": 1.0}
    assert shares(of, "category") == {"Scifi": 1.0}


def test_unknown_values_say_nothing(snapshot: Snapshot, front: ShopFront) -> None:
    """Số đỏ has no year: it has no part in decades."""
    of = profile(snapshot, front, [(NUMBER_RED, "like", None), (DUNE, "like", None)])
    assert shares(of, "decade") == {"1990": 1.0}
    assert shares(of, "language") == {"vi": 0.5, "en": 0.5}


def test_prices_have_the_classes_of_the_shop(snapshot: Snapshot, front: ShopFront) -> None:
    rows: list[Row] = [(CARRIE, "rating", 9), (DUNE, "rating", 5), (EMMA, "like", None)]
    prices = (80_000, 90_000, 100_000, 200_000, 210_000, 300_000, 400_000, 500_000)
    of = profile(snapshot, front, rows, prices=prices)
    assert shares(of, "price") == {"-100000": 0.6667, "200000-400000": 0.3333}
    assert "price" not in [f.facet for f in profile(snapshot, front, rows).facets]


def test_weaker_beliefs_are_counted(snapshot: Snapshot, front: ShopFront) -> None:
    isbns = [CARRIE, DUNE, FOUNDATION, EMMA, "0441569595", "0451524934", "0062073486", NUMBER_RED]
    of = profile(snapshot, front, [(isbn, "like", None) for isbn in isbns])
    (authors,) = [f for f in of.facets if f.facet == "author"]
    assert (len(authors.beliefs), authors.values) == (6, 8)
