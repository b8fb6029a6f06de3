"""Arms on the site: lists of another snapshot, the stock rule, the visit, and mixes of two arms."""

from __future__ import annotations

import shutil

import pytest

from arm_snapshots import LOST, OTHER, add_other
from bookrec.settings import Home
from bookrec.shop.experiments.arms import Arm
from bookrec.shop.experiments.experiments import create_experiment
from bookrec.web.accounts.cli import create_account
from bookrec.web.experiments.arm_snapshots import ArmSnapshots, list_of_arm
from bookrec.web.store.catalogue import stored_list
from bookrec.web.store.snapshot_reader import Snapshot
from selling import in_shop, offer
from site_testing import PASSWORD, Client, bearer, open_client, register, sign_in, write_events
from small_snapshot import LISTED_READER

LIMIT = 8


@pytest.fixture
def reader(client: Client, home: Home) -> dict[str, str]:
    """Headers of a reader with a list in both snapshots."""
    create_account(home, "listed", PASSWORD, user_id=LISTED_READER)
    return bearer(client, "listed")


@pytest.fixture
def other(home: Home, snapshot_id: str) -> str:
    return add_other(home.snapshots, snapshot_id)


def isbns(client: Client, headers: dict[str, str], limit: int = LIMIT) -> list[str]:
    answer = client.get(f"/api/v1/me/recommendations?limit={limit}", headers=headers).json()
    return [item["book"]["isbn"] for item in answer["items"]]


def both(home: Home, arm: Arm, *, interleaved: bool = False) -> None:
    """Put every reader into one arm: both are equal, unless they are interleaved."""
    arms = {"a": {} if interleaved else arm, "b": arm}
    in_shop(home, lambda c: create_experiment(c, "duel", arms, 100, interleaved=interleaved))


def test_a_list_of_another_snapshot_has_books_of_the_catalogue(
    home: Home, snapshot_id: str, other: str
) -> None:
    published, another = (Snapshot(home.snapshots / name) for name in (snapshot_id, other))
    (reader_id,) = published.rows("select reader_id from reader where user_id = '276725'")[0]
    stored = [item.book for item in stored_list(published, reader_id)]
    theirs = list_of_arm(published, another, LISTED_READER)
    assert [item.book for item in theirs] == stored[::-1]
    assert LOST not in {item.book.isbn for item in theirs}
    assert list_of_arm(published, another, "nobody") == []


def test_a_reader_of_the_arm_gets_the_snapshots_list_until_it_is_gone(
    client: Client, home: Home, reader: dict[str, str], other: str
) -> None:
    published = isbns(client, reader, 12)
    stranger = register(client, liked_isbns=["0345806786"])
    live = isbns(client, stranger)
    both(home, {"snapshot": other})
    assert isbns(client, reader, 12) == published[::-1]
    assert isbns(client, stranger) == live, "a live list is the published one's"
    shutil.rmtree(home.snapshots / other)
    assert isbns(client, reader, 12) == published


def test_a_lost_snapshot_comes_back(home: Home, snapshot_id: str, other: str) -> None:
    arms = ArmSnapshots(home.snapshots, 0.0)
    opened = arms.of(OTHER)
    assert opened is not None
    assert arms.of(OTHER) is opened
    (home.snapshots / OTHER).rename(home.snapshots / "away")
    assert arms.of(OTHER) is None
    (home.snapshots / "away").rename(home.snapshots / OTHER)
    assert arms.of(OTHER) is not None
    seldom = ArmSnapshots(home.snapshots, 3_600.0)
    assert seldom.of("20250101T000000Z-00000000") is None
    shutil.copytree(home.snapshots / snapshot_id, home.snapshots / "20250101T000000Z-00000000")
    assert seldom.of("20250101T000000Z-00000000") is None, "it is looked for once an hour"


def test_an_arm_has_its_own_stock_rule(client: Client, home: Home, reader: dict[str, str]) -> None:
    before = isbns(client, reader)
    sold = before[-1]
    offer(home, **{f"i{sold}": (85_000, 3)})
    assert isbns(client, reader) == [sold, *before[:-1]], "in stock first is the shop's rule"
    both(home, {"stock_rule": "only in stock"})
    # The rest of the list are popular books by the same rule, of which none can be bought.
    assert isbns(client, reader) == [sold]


def test_an_arm_may_leave_the_rule_alone(
    client: Client, home: Home, reader: dict[str, str]
) -> None:
    before = isbns(client, reader)
    offer(home, **{f"i{before[-1]}": (85_000, 3)})
    both(home, {"stock_rule": "ignore"})
    assert isbns(client, reader) == before


def test_an_arm_weighs_the_visit(home: Home, snapshot_id: str) -> None:
    create_account(home, "listed", PASSWORD, user_id=LISTED_READER)

    def opened_a_book(weight: str) -> list[str]:
        shutil.rmtree(home.shop_database.parent, ignore_errors=True)
        create_account(home, "listed", PASSWORD, user_id=LISTED_READER)
        with open_client(home) as client:
            if weight:
                both(home, {"visit_weight": weight})
            headers = bearer(client, "listed")
            event = {"id": "1", "kind": "view", "isbn": "0553293354"}
            client.post("/api/v1/events", json=[event], headers=headers)
            write_events(client)
            return isbns(client, headers)

    usual, none, equal = opened_a_book(""), opened_a_book("0"), opened_a_book("1")
    published = Snapshot(home.snapshots / snapshot_id)
    (reader_id,) = published.rows("select reader_id from reader where user_id = '276725'")[0]
    stored = [item.book.isbn for item in stored_list(published, reader_id)]
    assert none == stored[:LIMIT]
    assert opened_a_book("4") == usual
    assert len({tuple(usual), tuple(none), tuple(equal)}) == 3


def test_a_mixed_list_names_its_teams_and_clicks_count_for_them(
    client: Client, home: Home, reader: dict[str, str], other: str
) -> None:
    published = isbns(client, reader, 12)
    both(home, {"snapshot": other}, interleaved=True)
    mixed = isbns(client, reader, 12)
    assert sorted(mixed) == sorted(published)
    assert mixed not in (published, published[::-1])
    assert isbns(client, reader, 12) == mixed, "a reload does not shuffle"
    sign_in(client, "listed")
    assert client.get("/").status_code == 200
    write_events(client)
    rows = in_shop(
        home,
        lambda c: c.execute(
            "select list_id, shelf, isbns, teams, arm from impressions where arm is not null"
        ).fetchall(),
    )
    with_teams = [row for row in rows if row[3] is not None]
    assert {row[1] for row in with_teams} == {"api", "yours"}
    assert {row[4] for row in rows} == {"duel:a+b"}
    list_id, _, listed, teams, _ = with_teams[0]
    by_isbn = dict(zip(listed.split("\n"), teams.split("\n"), strict=True))
    counts = {team: list(by_isbn.values()).count(team) for team in "ab"}
    assert abs(counts["a"] - counts["b"]) <= 1
    # The first of each team in the published order is that team's best.
    assert by_isbn[published[0]] == "a"
    assert by_isbn[published[-1]] == "b"
    events = [
        {"id": "1", "kind": "click", "isbn": published[0], "list_id": list_id},
        {"id": "2", "kind": "click", "isbn": published[-1], "list_id": list_id},
        {"id": "3", "kind": "want", "isbn": published[-1]},
        {"id": "4", "kind": "dismiss", "isbn": mixed[3]},
        {"id": "5", "kind": "view", "isbn": "0999999990"},
    ]
    client.post("/api/v1/events", json=events, headers=reader)
    write_events(client)
    arms = in_shop(home, lambda c: dict(c.execute("select client_id, arm from events").fetchall()))
    assert arms == {
        "1": "duel:a",
        "2": "duel:b",
        "3": "duel:b",
        "4": f"duel:{by_isbn[mixed[3]]}",
        "5": "duel:a+b",
    }
