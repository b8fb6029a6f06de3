"""Counts of shown books and the shares of what followed."""

from __future__ import annotations

from bookrec.shop.event_counts import PlaceCount
from bookrec.web.owner.shown_books import by_place, by_shelf, overall

COUNTS = [
    PlaceCount("yours", 1, shown=40, clicks=10, carts=5, buys=2),
    PlaceCount("yours", 2, shown=40, clicks=5, carts=1, buys=1),
    PlaceCount("new", 1, shown=20, clicks=1, carts=0, buys=0),
    PlaceCount("new", 10, shown=20, clicks=0, carts=0, buys=0),
]


def test_steps_are_shares_of_what_was_opened() -> None:
    row = overall(COUNTS)
    assert (row.shown, row.opened, row.kept, row.bought) == (120, 16, 6, 3)
    assert (row.share, row.kept_share, row.bought_share) == (16 / 120, 6 / 16, 3 / 16)
    assert overall([]).kept_share == 0


def test_shelves_come_in_the_order_of_openings_per_shown() -> None:
    assert [(row.name, row.shown, row.opened) for row in by_shelf(COUNTS)] == [
        ("yours", 80, 15),
        ("new", 40, 1),
    ]


def test_places_of_all_shelves_or_of_one() -> None:
    assert [(row.name, row.shown) for row in by_place(COUNTS)] == [("1", 60), ("2", 40), ("10", 20)]
    assert [(row.name, row.shown) for row in by_place(COUNTS, "new")] == [("1", 20), ("10", 20)]
