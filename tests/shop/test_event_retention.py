"""Retention of events: old rows become counts, and every count stays what it was."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from bookrec.shop import event_retention
from bookrec.shop.connections import opened
from bookrec.shop.event_counts import (
    BookCount,
    DayCount,
    PlaceCount,
    SearchCount,
    count_books,
    count_by_day,
    count_by_place,
    count_searches,
)
from bookrec.shop.event_retention import Thinned, is_due, thin_events
from bookrec.shop.events import Actor, Event, Impression, write_batch

DAY = 86_400
TODAY = 20_000
LINH = Actor(user_id="shop:1")
VISITOR = Actor(visitor="4f1d")


def fill(shop: sqlite3.Connection) -> None:
    """Write three days: one list of three shown twice, two clicks, one purchase, searches."""
    shop.execute(
        "insert into account (user_id, username, username_folded, password_hash, created_at)"
        " values ('shop:1', 'linh', 'linh', 'x', 0)"
    )
    for day in (TODAY - 100, TODAY - 91, TODAY):
        at = day * DAY + 500
        write_batch(
            shop,
            [
                Event(
                    LINH, "view", at + 10, isbn="B", came_from="/", client_id=f"v{day}", seconds=30
                ),
                Event(VISITOR, "view", at + 20, isbn="B", seconds=5),
                Event(LINH, "buy", at + 30, isbn="B"),
                Event(LINH, "search", at, query=" Dune ", hits=0),
                Event(VISITOR, "search", at, query="dune", hits=3),
                Event(VISITOR, "search", at, query="emmma", hits=0),
            ],
            [
                Impression(LINH, f"a{day}", "yours", "/", ("A", "B", "C"), at),
                Impression(VISITOR, f"b{day}", "yours", "/", ("A", "B"), at),
            ],
        )


def figures(shop: sqlite3.Connection) -> tuple[object, ...]:
    span = (TODAY - 200, TODAY + 1)
    return (
        count_by_day(shop, *span),
        count_by_place(shop, *span),
        count_books(shop, *span, "view", 5),
    )


def test_counts_by_hand(tmp_path: Path) -> None:
    with opened(tmp_path / "shop.sqlite") as shop:
        fill(shop)
        by_day, by_place, books = figures(shop)
        assert count_by_day(shop, TODAY, TODAY + 1) == [
            DayCount(TODAY, "buy", 1),
            DayCount(TODAY, "click", 1),
            DayCount(TODAY, "search", 3),
            DayCount(TODAY, "view", 2),
        ]
        assert len(by_day) == 12  # type: ignore[arg-type]
        assert by_place == [
            PlaceCount("yours", 1, 6, 0, 0, 0),
            PlaceCount("yours", 2, 6, 3, 0, 3),
            PlaceCount("yours", 3, 3, 0, 0, 0),
        ]
        assert by_place[1].clickthrough == pytest.approx(0.5)
        assert books == [BookCount("B", 6, 105)]
        assert count_searches(shop, TODAY, TODAY + 1, 5) == [
            SearchCount("dune", 2, 3),
            SearchCount("emmma", 1, 0),
        ]
        assert count_searches(shop, TODAY, TODAY + 1, 5, without_hits=True) == [
            SearchCount("emmma", 1, 0)
        ]


def test_thinning_keeps_the_counts_and_drops_the_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path / "shop.sqlite") as shop:
        fill(shop)
        before = figures(shop)
        monkeypatch.setattr(event_retention, "_MOST_ROWS", 5)
        steps = []
        while not steps or steps[-1] == Thinned(5, steps[-1].impressions):
            steps.append(thin_events(shop, 90, TODAY * DAY + 999))
        assert [step.events for step in steps] == [5, 5, 4]
        assert sum(step.impressions for step in steps) == 4
        assert figures(shop) == before
        assert shop.execute("select count(*) from events").fetchone() == (7,)
        assert shop.execute("select count(*) from impressions").fetchone() == (2,)


def test_one_process_a_day_has_the_turn(tmp_path: Path) -> None:
    with opened(tmp_path / "shop.sqlite") as shop:
        now = TODAY * DAY
        assert [is_due(shop, at) for at in (now, now + 5, now + DAY - 1, now + DAY)] == [
            True,
            False,
            False,
            True,
        ]
