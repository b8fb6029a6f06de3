"""The snapshot of catalogue and popular books that needs no model."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from click.testing import CliRunner

from bookrec.cli.main import cli
from bookrec.errors import BookrecError
from bookrec.offline.data.dataset import save_dataset
from bookrec.offline.scoring.job.publish_catalogue import publish_catalogue
from bookrec.offline.scoring.shelf.compare_shelves import published_shelf
from bookrec.settings import Home
from bookrec.snapshot import (
    check_structure,
    current_snapshot,
    list_snapshots,
    open_database,
    read_meta,
)
from site_testing import open_client, register
from small_dataset import small_dataset
from small_snapshots import IDS, add


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    publish_catalogue(home, small_dataset(), lambda _: None)
    return home


def test_it_has_the_whole_catalogue_and_popular_books_but_no_lists(home: Home) -> None:
    directory = current_snapshot(home.snapshots)
    check_structure(directory)
    with contextlib.closing(open_database(directory)) as connection:
        counts = {
            table: connection.execute(f"select count(*) from {table}").fetchone()[0]
            for table in ("book", "reader", "interaction", "user_top", "similar_top")
        }
        popular = connection.execute(
            "select title from popular_top join book using (book_id) where segment = 'all'"
            " order by rank"
        ).fetchall()
        meta = read_meta(connection)
    assert counts == {"book": 6, "reader": 4, "interaction": 9, "user_top": 0, "similar_top": 0}
    assert popular[0] == ("Dracula",)
    assert meta["model_id"] == "none"
    assert (meta["books"], meta["readers"], meta["dataset_id"]) == (
        "6",
        "4",
        small_dataset().dataset_id,
    )
    assert published_shelf(home.snapshots) is None, "there are no lists to compare with"


def test_the_site_shows_it_and_gives_readers_popular_books(
    home: Home, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with open_client(home) as client:
        assert "Dracula" in client.get("/").text
        assert client.get("/books/0441172717").status_code == 200
        assert client.get("/api/v1/books/0441172717/similar").json()["items"] == []
        register(client, "anna")  # becomes the reader shop:1 of the data set
        headers = register(client, "berta", liked_isbns=["0441172717"])
        shelf = client.get("/api/v1/me/recommendations", headers=headers).json()
    assert shelf["source"] == "popular"
    assert shelf["items"][0]["book"]["title"] == "Dracula"
    assert "0441172717" not in [item["book"]["isbn"] for item in shelf["items"]]
    assert "ranker not loaded" not in caplog.text + "".join(capfd.readouterr())


def test_it_never_replaces_lists(home: Home) -> None:
    publish_catalogue(home, small_dataset(), lambda _: None)  # another one without lists may follow
    add(home.snapshots, IDS[2])
    with pytest.raises(BookrecError, match="lists of model hand-made"):
        publish_catalogue(home, small_dataset(), lambda _: None)
    assert current_snapshot(home.snapshots).name == IDS[2]


def test_the_commands_know_it(tmp_path: Path) -> None:
    home = Home(tmp_path)
    save_dataset(home, small_dataset())

    def run(*words: str) -> str:
        result = CliRunner().invoke(cli, ["--home", str(home.root), *words])
        assert result.exit_code == 0, result.output
        return result.output

    assert "bookrec train" in run("score", "--without-model")
    (info,) = list_snapshots(home.snapshots)
    assert f"* {info.snapshot_id}" in run("snapshots", "list")
    assert "model_id             none" in run("snapshots", "show")
    assert "catalogue and popular books alone" in run("snapshots", "verify")
    assert f"stale    snapshot       {info.snapshot_id} has catalogue" in run("doctor")
    both = CliRunner().invoke(
        cli, ["--home", str(home.root), "score", "--without-model", "--changed"]
    )
    assert both.exit_code == 2
