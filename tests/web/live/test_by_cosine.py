"""Next books by cosine, worked out by hand."""

from __future__ import annotations

from bookrec.shop.live.live_events import LiveEvent
from bookrec.web.live.by_cosine import books_by_cosine, likers
from bookrec.web.live.room_state import RoomState
from bookrec.web.store.catalogue import ListedBook
from catalogue_books import make_book

NEAR = {
    "1": [ListedBook(make_book(11), 0.6), ListedBook(make_book(12), 0.5)],
    "2": [
        ListedBook(make_book(12), 0.9),
        ListedBook(make_book(13), 0.8),
        ListedBook(make_book(2), 0.7),
        ListedBook(make_book(14, work_id=13), 0.3),
    ],
}


def isbns(liked: dict[str, int], stock: set[str] | None = None) -> list[str]:
    chosen = books_by_cosine(liked, NEAR, {1, 2}, lambda isbn: stock is None or isbn in stock)
    return [book.isbn for book in chosen]


def test_likers_want_like_or_buy_and_dislike_nothing() -> None:
    events = [
        *(("staged", None, "1"), ("staged", None, "2"), ("like", 7, "1"), ("cart", 7, "1")),
        *(("want", 8, "1"), ("dismiss", 9, "1"), ("dismiss", 7, "2")),
    ]
    state = RoomState(
        [
            LiveEvent(number, 1, member, kind, isbn, "", 0, at=number)  # type: ignore[arg-type]
            for number, (kind, member, isbn) in enumerate(events, start=1)
        ]
    )
    assert likers(state) == {"1": 2}


def test_books_are_ordered_by_likers_times_cosine() -> None:
    # 3 · .6 = 1.8 of 11, 3 · .5 + .9 = 2.4 of 12, .8 + .3 = 1.1 of the work of 13 and 14.
    assert isbns({"1": 3, "2": 1}) == ["12", "11", "13"]
    assert isbns({"2": 1}) == ["13", "12"], "1.1 of a work of two editions outweighs .9"
    assert isbns({}) == []


def test_books_without_stock_and_shown_works_are_left_out() -> None:
    assert isbns({"1": 3, "2": 1}, stock={"11", "2", "14"}) == ["11", "14"]
