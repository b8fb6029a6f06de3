"""``bookrec experiments`` as an operator types it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bookrec.cli.main import cli
from bookrec.settings import Home
from small_snapshots import IDS, add

WITH_A_LOST_BOOK = """
insert into book (book_id, isbn, work_id, title, author, publisher, image_url, rating_count,
                  reader_count) values (6, 'lost', 5, 'Lost', '', '', '', 0, 0);
insert into user_top values (2, 2, 6, 0.1);
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def run(home: Home, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["--home", str(home.root), "experiments", *arguments])


def test_from_creation_to_the_end(home: Home):
    assert run(home, "list").output == "No experiments.\n"
    made = run(home, "create", "mix", "--arms", "a=default,b=diverse", "--share", "50")
    assert made.exit_code == 0, made.output
    assert "The experiment mix runs: a, b; 50 % of the readers." in made.output
    assert "mix  running" in run(home, "list").output
    shown = run(home, "show", "mix").output
    assert "b: diversity:2" in shown
    assert "too few readers to compare with a" in shown
    rows = json.loads(run(home, "show", "mix", "--json").output)
    assert [row["outcome"] for row in rows] == [
        *("opened", "opened", "kept", "kept"),
        *("dismissed", "dismissed", "short_list", "short_list"),
    ]
    assert run(home, "stop", "mix").output == "The experiment mix is stopped.\n"
    assert "mix  stopped" in run(home, "list").output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("create", "mix", "--arms", "a=default"), "at least two arms"),
        (("create", "mix", "--interleave", "a=default,b=alike,c=diverse"), "two arms; there are 3"),
        (("create", "mix", "--arms", f"a=default,b=snapshot:{IDS[2]}"), "There is no snapshot"),
        (("show", "nothing"), "There is no experiment 'nothing'"),
        (("stop", "nothing"), "No experiment 'nothing' runs"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    home: Home, arguments: tuple[str, ...], sentence: str
):
    result = run(home, *arguments)
    assert result.exit_code == 1
    assert sentence in str(result.exception)


def test_another_snapshot_is_checked_kept_and_missed(home: Home):
    for name in IDS:
        add(home.snapshots, name, change="" if name == IDS[2] else WITH_A_LOST_BOOK)
    made = run(home, "create", "duel", "--interleave", f"a=default,b=snapshot:{IDS[0]}")
    assert made.exit_code == 0, made.output
    assert "2 readers with a list, 2 of whom are known now; 1 of 3 listed books" in made.output
    assert "duel  running, interleaved" in run(home, "list").output
    pruned = CliRunner().invoke(
        cli, ["--home", str(home.root), "snapshots", "prune", "--keep", "1"]
    )
    assert pruned.output == f"Removed {IDS[1]}.\n2 snapshots left.\n"
    assert "GUARD RAIL" not in run(home, "show", "duel").output
    shutil.rmtree(home.snapshots / IDS[0])
    shown = run(home, "show", "duel").output
    assert f"b            GUARD RAIL: its snapshot {IDS[0]} is gone" in shown
    assert "a+b               0 readers counted, 0 under way" in shown
    rows = json.loads(run(home, "show", "duel", "--json").output)
    assert [(row["arm"], row["outcome"]) for row in rows][-2:] == [
        ("b", "dismissed"),
        ("a+b", "short_list"),
    ]


def test_arms_and_interleave_exclude_each_other(home: Home):
    for arguments in ((), ("--arms", "a=default,b=alike", "--interleave", "a=default,b=alike")):
        result = run(home, "create", "mix", *arguments)
        assert result.exit_code == 2
        assert "Give either --arms or --interleave." in result.output
