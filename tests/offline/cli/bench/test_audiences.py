"""``bookrec bench audiences`` on small data."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bookrec.cli.main import cli
from bookrec.settings import Home


def run(home: Home, *arguments: str):
    return CliRunner().invoke(cli, ["--home", str(home.root), "bench", "audiences", *arguments])


def test_every_rule_is_measured_beside_the_average(tiny_home: Home, tmp_path: Path):
    path = tmp_path / "figures.json"
    result = run(tiny_home, "--sizes", "3", "--json", str(path))
    assert result.exit_code == 0, result.output
    rows = json.loads(path.read_text())
    assert [row["rule"] for row in rows] == [
        "popular",
        "average",
        "least misery",
        "average, with reactions",
        "fair, with reactions, tuned",
        "fair, with reactions",
    ]
    average = rows[1]
    assert average["share_of_average"] == 1
    # In a group of three the worst quarter is one reader, who may like nothing that is shown.
    assert average["worst_of_average"] == (1 if average["worst_quarter"] else None)
    assert all(0 <= row["share"] <= 1 for row in rows)
    assert f"| 3 | average | {average['share']:.4f} | 1.00 |" in result.output
    assert run(tiny_home, "--sizes", "3").output == result.output.replace(str(path), "")


@pytest.mark.parametrize("sizes", ["0", "five", ""])
def test_impossible_sizes_are_refused(tiny_home: Home, sizes: str):
    assert run(tiny_home, "--sizes", sizes).exit_code == 2


def test_groups_larger_than_the_readers_are_refused_in_a_sentence(tiny_home: Home):
    result = run(tiny_home, "--sizes", "4000")
    assert result.exit_code == 1
    assert "Ask for smaller groups with --sizes." in str(result.exception)
