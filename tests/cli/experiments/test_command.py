"""``bookrec experiments`` as an operator types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bookrec.cli.main import cli
from bookrec.settings import Home


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
    assert "b: diversity 2" in shown
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
