"""``bookrec snapshots`` on small snapshots."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bookrec.cli import snapshots as snapshots_module
from bookrec.cli.snapshots import snapshots
from bookrec.errors import NoSnapshot, SnapshotError
from bookrec.files import read_pointer, versions
from bookrec.settings import Home
from bookrec.snapshot import building
from small_snapshots import IDS, add, fill


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with three snapshots, the newest published."""
    home = Home(tmp_path)
    for name in IDS:
        add(home.snapshots, name)
    return home


def run(home: Home, *arguments: str) -> Result:
    return CliRunner().invoke(snapshots, list(arguments), obj=home)


def test_list_marks_the_published_one(home: Home):
    lines = run(home, "list").output.splitlines()
    assert [line[:27].strip() for line in lines] == [IDS[0], IDS[1], f"* {IDS[2]}"]
    assert "2 readers" in lines[0]
    assert "5 books" in lines[0]


def test_list_without_snapshots_names_the_next_command(tmp_path: Path):
    assert "run 'bookrec score'" in run(Home(tmp_path), "list").output


def test_list_shows_a_damaged_one(home: Home):
    (home.snapshots / IDS[0] / "snapshot.sqlite").unlink()
    result = run(home, "list")
    assert result.exit_code == 0
    assert "is missing" in result.output.splitlines()[0]


def test_show_counts_rows(home: Home):
    output = run(home, "show").output
    lines = {tuple(line.split()) for line in output.splitlines()}
    assert ("snapshot_id", IDS[2]) in lines
    assert ("rows", "in", "user_top", "3") in lines
    assert ("rows", "in", "similar_top", "3") in lines
    assert ("rows", "in", "interaction", "3") in lines
    assert ("validation", "pipeline", "ndcg@20", "0.2500") in lines
    assert IDS[0] in run(home, "show", IDS[0]).output


def test_show_has_the_figures_of_the_lists_beside_the_published_ones(home: Home):
    lines = [line.split() for line in run(home, "show").output.splitlines()]
    assert ["first", "20", "places", "a", "reader,", "12", "a", "book", "published"] in lines
    assert ["distinct", "books", "2"] in lines
    lines = [line.split() for line in run(home, "show", IDS[0]).output.splitlines()]
    assert ["distinct", "books", "2", "2"] in lines
    assert any(line[-2:] == ["this", "published"] for line in lines)


def test_show_without_the_offline_part_says_what_it_does_not_measure(
    home: Home, monkeypatch: pytest.MonkeyPatch
):
    def measure(_: Path) -> None:
        raise ModuleNotFoundError("No module named 'scipy'", name="scipy")

    monkeypatch.setattr(snapshots_module, "shelf_of", measure)
    result = run(home, "show")
    assert result.exit_code == 0
    assert "install bookrec[offline] (scipy is missing)" in result.output


def test_show_refuses_an_unknown_one(home: Home):
    result = run(home, "show", "../" + IDS[0])
    assert isinstance(result.exception, SnapshotError)
    assert f"known: {', '.join(IDS)}" in str(result.exception)


def test_show_before_anything_is_published(tmp_path: Path):
    assert isinstance(run(Home(tmp_path), "show").exception, NoSnapshot)


def test_verify_checks_the_tables(home: Home):
    result = run(home, "verify", "--pairs", "0")
    assert result.exit_code == 0
    assert f"{IDS[2]}: the tables pass all checks." in result.output
    assert "No list repeats a work by heading." in result.output


def test_verify_warns_of_repeated_works_and_still_passes(home: Home):
    name = "20261123T030000Z-abcdef01"
    with building(home.snapshots, name) as staging:
        fill(
            staging,
            name,
            """
            insert into book (book_id, isbn, work_id, title, author, publisher, image_url,
                              rating_count, reader_count)
            values (6, '0451526554', 9, 'Emma: A Romance', 'Austen, Jane', '', '', 0, 0);
            insert into user_top values (1, 3, 6, 0.1);
            """,
        )
    result = run(home, "verify", name, "--pairs", "0")
    assert result.exit_code == 0
    assert "Warning: 1 readers are offered a book they have, by heading." in result.output
    assert "1 x  0451526554 'Emma: A Romance', 0141439580 'Emma'" in result.output
    assert "Warning: 0 readers see one book twice, by heading." in result.output
    assert "name them in works.csv" in result.output


def test_rollback_goes_one_back_then_to_the_one_named(home: Home):
    assert f"Published {IDS[1]}" in run(home, "rollback").output
    assert read_pointer(home.snapshots) == IDS[1]
    assert f"Published {IDS[0]}" in run(home, "rollback").output
    assert f"Published {IDS[2]}" in run(home, "rollback", IDS[2]).output
    assert read_pointer(home.snapshots) == IDS[2]


def test_rollback_from_the_oldest_is_refused(home: Home):
    run(home, "rollback", IDS[0])
    result = run(home, "rollback")
    assert isinstance(result.exception, SnapshotError)
    assert "no snapshot before" in str(result.exception)
    assert read_pointer(home.snapshots) == IDS[0]


def test_prune_keeps_the_published_one(home: Home):
    run(home, "rollback", IDS[0])
    output = run(home, "prune", "--keep", "1").output
    assert f"Removed {IDS[1]}." in output
    assert "2 snapshots left." in output
    assert versions(home.snapshots) == [IDS[0], IDS[2]]


def test_prune_to_none_is_a_usage_error(home: Home):
    assert run(home, "prune", "--keep", "0").exit_code == 2
    assert versions(home.snapshots) == list(IDS)
