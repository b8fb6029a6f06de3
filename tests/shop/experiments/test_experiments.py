"""Experiments as stored: one at a time, arms by a keyed hash, outcomes of readers after their days."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bookrec.errors import ShopError
from bookrec.shop.connections import opened
from bookrec.shop.events import Actor, Event, Impression, write_batch
from bookrec.shop.experiments.experiments import (
    Experiment,
    all_experiments,
    create_experiment,
    find_experiment,
    running_experiment,
    stop_experiment,
    tag,
)
from bookrec.shop.experiments.list_settings import ListSettings
from bookrec.shop.experiments.outcomes import read_outcomes
from bookrec.shop.experiments.tags import with_arms
from bookrec.shop.selling.shop_settings import ShopSettings

ARMS = {"a": {}, "b": {"diversity": "2", "most_of_author": "1"}}
DAY = 86_400


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with opened(tmp_path / "shop.sqlite") as connection:
        yield connection


def test_one_runs_at_a_time_and_names_are_used_once(connection: sqlite3.Connection):
    create_experiment(connection, "mix", ARMS, 50)
    running = running_experiment(connection)
    assert running is not None
    assert (running.name, running.arms, running.share, running.control) == ("mix", ARMS, 50, "a")
    with pytest.raises(ShopError, match="'mix' runs; stop it first"):
        create_experiment(connection, "other", ARMS, 50)
    stop_experiment(connection, "mix")
    assert running_experiment(connection) is None
    with pytest.raises(ShopError, match="No experiment 'mix' runs"):
        stop_experiment(connection, "mix")
    with pytest.raises(ShopError, match="was an experiment 'mix' before"):
        create_experiment(connection, "mix", ARMS, 50)
    with pytest.raises(ShopError, match="is no name"):
        create_experiment(connection, "Mix it", ARMS, 50)
    create_experiment(connection, "other", ARMS, 100)
    assert {e.name for e in all_experiments(connection)} == {"mix", "other"}
    assert find_experiment(connection, "nothing") is None


def test_readers_are_spread_evenly_and_stay():
    experiment = Experiment("mix", ARMS, 50, 7, "key", 0)
    readers = [f"shop:{number}" for number in range(4_000)]
    counts = Counter(experiment.arm_of(reader) for reader in readers)
    assert abs(counts[None] - 2_000) < 150
    assert abs(counts["a"] - counts["b"]) < 150
    assert [experiment.arm_of(r) for r in readers] == [experiment.arm_of(r) for r in readers]
    # Another key is another assignment, independent of the first.
    other = replace(experiment, secret="another")
    both = Counter((experiment.arm_of(r), other.arm_of(r)) for r in readers)
    assert abs(both["a", "a"] - both["a", "b"]) < 100


def test_an_arm_changes_the_settings_of_its_readers_alone():
    experiment = Experiment("mix", ARMS, 100, 7, "key", 0)
    shop = ShopSettings(most_of_author=3)
    readers = {experiment.arm_of(f"shop:{number}"): f"shop:{number}" for number in range(20)}
    assert experiment.lists_of(readers["a"], shop) == (ListSettings(shop, arm="a"),)
    changed = replace(shop, diversity=2, most_of_author=1)
    assert experiment.lists_of(readers["b"], shop) == (ListSettings(changed, arm="b"),)
    assert experiment.lists_of("", shop) == (ListSettings(shop),), "'' is nobody"


def test_interleaved_readers_have_both_arms_and_coins_of_the_day():
    experiment = Experiment("duel", ARMS, 50, 7, "key", 0, None, True)
    readers = [f"shop:{number}" for number in range(200)]
    inside = [reader for reader in readers if experiment.takes_part(reader)]
    assert 60 < len(inside) < 140
    for reader in readers:
        arms = [lists.arm for lists in experiment.lists_of(reader, ShopSettings())]
        assert arms == (["a", "b"] if reader in inside else [""])
        assert tag(experiment, reader) == ("duel:a+b" if reader in inside else None)


def test_two_arms_are_interleaved_and_no_more(connection: sqlite3.Connection):
    with pytest.raises(ShopError, match="two arms; there are 3"):
        create_experiment(connection, "duel", {**ARMS, "c": {}}, 50, interleaved=True)
    create_experiment(connection, "duel", ARMS, 50, interleaved=True)
    running = running_experiment(connection)
    assert running is not None
    assert running.interleaved


def reader(connection: sqlite3.Connection, number: int) -> str:
    user_id = f"shop:{number}"
    connection.execute(
        "insert into account (user_id, username, username_folded, password_hash, created_at)"
        " values (?, ?, ?, 'x', 0)",
        (user_id, user_id, user_id),
    )
    return user_id


def test_readers_count_when_their_days_are_over(connection: sqlite3.Connection):
    experiment = create_experiment(connection, "mix", ARMS, 100, days=7)
    start = experiment.started_at
    expected: Counter[tuple[str, str]] = Counter()
    for number in range(40):
        user_id = reader(connection, number)
        arm = experiment.arm_of(user_id)
        assert arm is not None
        actor, list_id = Actor(user_id), f"list-{number}"
        at = start + (1 if number < 30 else 5) * DAY  # the last ten have not had their days
        isbns = tuple("ABCDEF") if number % 3 else ("A",)
        shown = Impression(actor, list_id, "yours", "/", isbns, at)
        events = []
        if number % 2:
            events.append(Event(actor, "click", at + DAY, "A", list_id=list_id))
        if number % 5 == 0:
            events.append(Event(actor, "dismiss", at + 9 * DAY, "A"))  # too late to count
        tagged = with_arms(connection, [shown, *events])
        write_batch(connection, [], [item for item in tagged if isinstance(item, Impression)])
        write_batch(connection, [item for item in tagged if isinstance(item, Event)], [])
        if number < 30:
            expected[arm, "readers"] += 1
            expected[arm, "opened"] += number % 2
            expected[arm, "short_list"] += number % 3 == 0
    outcomes = read_outcomes(connection, experiment, start + 9 * DAY)
    measured = {(o.arm, o.outcome): o.proportion for o in outcomes}
    for arm in ("a", "b"):
        assert measured[arm, "opened"].readers == expected[arm, "readers"] > 5
        assert measured[arm, "opened"].hits == expected[arm, "opened"]
        assert measured[arm, "short_list"].hits == expected[arm, "short_list"]
        assert measured[arm, "dismissed"].hits == 0
        assert measured[arm, "kept"].hits == 0
    compared = {o.outcome: o.compared for o in outcomes if o.arm == "b"}
    assert compared["opened"] is not None
    assert all(o.compared is None for o in outcomes if o.arm == "a")
    # Everyone's days are over later; a stopped experiment counts nobody beyond its end.
    later = read_outcomes(connection, experiment, start + 30 * DAY)
    assert sum(o.proportion.readers for o in later if o.outcome == "opened") == 40
    ended = replace(experiment, stopped_at=start + 9 * DAY)
    again = read_outcomes(connection, ended, start + 30 * DAY)
    assert sum(o.proportion.readers for o in again if o.outcome == "opened") == 30
