"""``bookrec shop books|promotions|audience|preview|report`` by their commands."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bookrec.cli.main import cli
from bookrec.errors import BookrecError
from bookrec.settings import Home
from bookrec.shop.owner.corrections import read_corrections
from bookrec.shop.owner.promotions import read_promotions
from selling import DUNE, EMMA, in_shop, stock_of
from shared_builds import build_once
from small_snapshot import build_snapshot


@pytest.fixture
def home(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with the small snapshot published."""

    def build(root: Path) -> None:
        build_snapshot(Home(root / "home"))

    built = Home(build_once(tmp_path_factory, "small-snapshot", build) / "home")
    shutil.copytree(built.snapshots, tmp_path / "precomputed")
    return Home(tmp_path)


def run(home: Home, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["--home", str(home.root), "shop", *arguments])


def refusal(home: Home, *arguments: str) -> str:
    result = run(home, *arguments)
    assert isinstance(result.exception, BookrecError), result.output
    return str(result.exception)


def test_books_are_corrected_added_listed_and_restored(home: Home) -> None:
    run(home, "books", "correct", EMMA, "--title", "Emma!", "--stock", "4", "--price", "85000")
    run(home, "books", "correct", EMMA, "--year", "")
    run(home, "books", "add", "978-604-1-23456-7", "--title", "Đất rừng")
    corrections = in_shop(home, read_corrections)
    assert (corrections[EMMA].title, corrections[EMMA].year) == ("Emma!", 0)
    assert corrections[EMMA].author is None
    assert stock_of(home, EMMA) == 4
    (added,) = [c for c in corrections.values() if c.added]
    assert f"{EMMA}  corrected: title = 'Emma!'" in run(home, "books", "list").output
    assert "has" in refusal(home, "books", "add", added.isbn, "--title", "again")
    assert "The year is 'soon'" in refusal(home, "books", "correct", EMMA, "--year", "soon")
    for isbn in (EMMA, added.isbn):
        assert run(home, "books", "restore", isbn).exit_code == 0
    assert in_shop(home, read_corrections) == {}
    assert "neither" in refusal(home, "books", "restore", EMMA)
    assert run(home, "books", "correct", EMMA).exit_code == 2


def test_promotions_come_and_go(home: Home) -> None:
    assert run(home, "promotions", "add", "978-0-441-17271-9").exit_code == 0
    assert in_shop(home, read_promotions) == (DUNE,)
    assert run(home, "promotions", "list").output == f"{DUNE}  Dune\n"
    assert run(home, "promotions", "end", DUNE).exit_code == 0
    assert "is not promoted" in refusal(home, "promotions", "end", DUNE)
    assert "no book 'nothing'" in refusal(home, "promotions", "add", "nothing")


def test_an_audience_as_a_file_and_a_draft(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "readers.csv"
    assert run(home, "audience", EMMA, "--output", str(path)).exit_code == 0
    assert path.read_text().startswith("rank,reader,email,age,score\n1,")
    draft = run(home, "audience", EMMA, "--draft").output
    assert "[en] For you: Emma" in draft
    assert "[vi] Dành cho bạn: Emma" in draft


def test_a_preview_stores_nothing(home: Home) -> None:
    output = run(home, "preview", "--like", "Dune", "--like", EMMA).output
    assert output.startswith("Own list (live)\n   1  0.")
    assert "/ Frank Herbert" not in output.partition("\n\n")[0]
    counts = in_shop(home, lambda c: c.execute("select count(*) from live_list").fetchone()[0])
    assert counts == 0
    assert "There is no reader 'nobody'" in refusal(home, "preview", "--reader", "nobody")
    assert run(home, "preview").exit_code == 2


def test_a_report_of_an_empty_shop(home: Home) -> None:
    assert "orders" in run(home, "report").output
    content = json.loads(run(home, "report", "--days", "3", "--json").output)
    assert content["orders"] == [0, 0, 0]
    assert content["night"] is None
