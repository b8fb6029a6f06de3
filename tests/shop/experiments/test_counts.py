"""Readers of mixed lists: whose books they opened, kept and dismissed more of, by day."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from bookrec.shop.connections import opened
from bookrec.shop.events import Actor, Event, Impression, write_batch
from bookrec.shop.experiments.counts import Readers, count_readers, counts_by_preference
from bookrec.shop.experiments.experiments import Experiment, create_experiment
from bookrec.shop.experiments.outcomes import read_outcomes
from bookrec.shop.experiments.sequential import Proportion
from bookrec.shop.experiments.tags import with_arms

DAY = 86_400
LISTED, TEAMS = tuple("PQRSTU"), ("a", "b", "b", "a", "a", "")


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with opened(tmp_path / "shop.sqlite") as connection:
        yield connection


@pytest.fixture
def duel(connection: sqlite3.Connection) -> Experiment:
    arms = {"a": {}, "b": {"diversity": "2"}}
    return create_experiment(connection, "duel", arms, 100, days=7, interleaved=True)


def visit(connection: sqlite3.Connection, name: str, at: int, acts: str, size: int = 6) -> None:
    """Show a mixed list to a reader, who then acts: ``cP`` opens P, ``wP`` wants it, ``dP`` …"""
    connection.execute(
        "insert or ignore into account (user_id, username, username_folded, password_hash,"
        " created_at) values (?, ?, ?, 'x', 0)",
        (name, name, name),
    )
    actor, list_id = Actor(name), f"list-{name}-{at}"
    kinds = {"c": "click", "w": "want", "d": "dismiss"}
    shown = Impression(actor, list_id, "yours", "/", LISTED[:size], at, teams=TEAMS[:size])
    events = [
        Event(actor, kinds[act], at + n, isbn, list_id=list_id if act == "c" else None)
        for n, (act, isbn) in enumerate(zip(acts[::2], acts[1::2], strict=True), start=1)
    ]
    write_batch(connection, [], list(with_arms(connection, [shown])))  # type: ignore[arg-type]
    for event in with_arms(connection, events):
        assert isinstance(event, Event)
        write_batch(connection, [event], [])


def test_each_reader_prefers_one_arm_or_none(connection: sqlite3.Connection, duel: Experiment):
    start = duel.started_at
    visit(connection, "r1", start, "cQcRcP")  # b: two of three
    visit(connection, "r2", start, "cPcPcQ")  # a book counts once: a tie
    visit(connection, "r3", start + DAY, "cPwPcQ")  # a tie of opened books, a kept
    visit(connection, "r4", start + DAY, "dQdU")  # a dismissed book of b, and one of nobody's
    visit(connection, "r5", start + 3 * DAY, "cU", size=6)  # nobody's book
    visit(connection, "r6", start + 3 * DAY, "cS", size=4)  # a, from a short list
    visit(connection, "r7", start + 6 * DAY, "cQ")  # not over yet
    visit(connection, "r1", start + 8 * DAY, "cPcScT")  # too late to count
    now = start + 12 * DAY
    assert counts_by_preference(connection, duel, now) == {
        7: (2, 0, 1, 0, 0, 0, 0, 0),
        8: (2, 0, 0, 1, 0, 0, 1, 0),
        10: (2, 1, 0, 0, 0, 0, 0, 1),
    }
    assert count_readers(connection, duel, now) == {"a+b": Readers(6, 1)}
    outcomes = {(o.arm, o.outcome): o for o in read_outcomes(connection, duel, now)}
    assert outcomes["b", "opened"].proportion == Proportion(2, 1)
    assert outcomes["a", "kept"].proportion == Proportion(1, 1)
    assert outcomes["b", "dismissed"].proportion == Proportion(1, 1)
    assert outcomes["a+b", "short_list"].proportion == Proportion(6, 1)
    looks = outcomes["b", "opened"].looks
    assert [look.day for look in looks] == [7, 8, 10]
    assert [look.result.difference for look in looks] == [0.5, 0.5, 0.0]
    p_values = [look.result.p_value for look in looks]
    assert p_values == sorted(p_values, reverse=True), "the smallest p-value so far"
