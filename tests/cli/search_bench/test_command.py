"""``bookrec bench search`` over the small snapshot."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from bookrec.cli.main import cli
from bookrec.errors import BookrecError
from bookrec.settings import Home
from small_snapshot import build_snapshot


def test_figures_of_a_table_and_of_made_queries(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    snapshot_id = build_snapshot(home, with_ranker=False)
    table, figures = tmp_path / "queries.tsv", tmp_path / "figures.json"
    table.write_text(
        "class\tkind\tquery\ttitle\tauthor\n"
        "clean\ttitle\temma\tEmma\tJane Austen\n"
        "clean\ttitle\tzzzz\tEmma\tJane Austen\n"
        "damaged\tedit\tdracual\tDracula\tBram Stoker\n",
        encoding="utf-8",
    )
    arguments = ["--home", str(home.root), "bench", "search"]
    result = CliRunner().invoke(
        cli,
        [*arguments, "--queries", str(table), "--misses", "--json", str(figures)],
        catch_exceptions=False,
    )
    assert result.exit_code == 0
    assert "not in ten: 'zzzz' for 'Emma' by 'Jane Austen'" in result.output
    document = json.loads(figures.read_text(encoding="utf-8"))
    assert document["snapshot_id"] == snapshot_id
    assert [(f["kind_class"], f["kind"], f["queries"], f["mrr"]) for f in document["figures"]] == [
        ("clean", "all", 2, 0.5),
        ("clean", "title", 2, 0.5),
        ("damaged", "all", 1, 1.0),
        ("damaged", "edit", 1, 1.0),
    ]
    assert document["cpu"]["p50_ms"] <= document["cpu"]["max_ms"]
    made = CliRunner().invoke(cli, [*arguments, "--number", "24"], catch_exceptions=False)
    assert made.exit_code == 0
    assert "damaged   all" in made.output


def test_without_a_snapshot_it_says_what_to_do(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["--home", str(tmp_path), "bench", "search"])
    assert isinstance(result.exception, BookrecError)
    assert "bookrec score" in str(result.exception)
