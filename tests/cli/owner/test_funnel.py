"""``bookrec shop funnel``."""

from __future__ import annotations

import json
import sqlite3
import time

from bookrec.settings import Home
from bookrec.shop.events import Actor, Event, Impression, write_batch
from bookrec.shop.schema import migrate
from shop_commands import run

EMMA, DUNE = "0141439580", "0441172717"


def fill(home: Home) -> None:
    migrate(home.shop_database)
    actor, now = Actor(visitor="somebody"), int(time.time()) - 60
    click = Event(actor, "click", now + 1, DUNE, list_id="list-1", position=2)
    with sqlite3.connect(home.shop_database) as shop:
        write_batch(shop, [click], [Impression(actor, "list-1", "new", "/", (EMMA, DUNE), now)])


def test_counts_by_shelf_and_by_place(home: Home) -> None:
    assert "Nothing was shown" in run(home, "funnel").output
    fill(home)
    assert "new                 2        1  50.0%" in run(home, "funnel").output
    rows = json.loads(run(home, "funnel", "--shelf", "new", "--json").output)
    assert [(row["name"], row["shown"], row["opened"]) for row in rows] == [
        ("1", 1, 0),
        ("2", 1, 1),
    ]


def test_an_unknown_shelf_is_named_with_those_shown(home: Home) -> None:
    fill(home)
    result = run(home, "funnel", "--shelf", "nowhere")
    assert result.exit_code == 2
    assert "No shelf 'nowhere' was shown in 28 days; shown were: new." in result.output
