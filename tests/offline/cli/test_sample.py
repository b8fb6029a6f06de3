"""``bookrec data sample`` at the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from bookrec.errors import DataError
from bookrec.offline.cli.sample import sample
from bookrec.offline.data.sample.books import load_catalogue


def test_help_has_an_example():
    result = CliRunner().invoke(sample, ["--help"])
    assert result.exit_code == 0
    assert "Example:\n" in result.output


def test_it_writes_files_and_names_the_next_command(tmp_path: Path):
    target = tmp_path / "sample"
    options = ["--readers", "30", "--books", "60", "--interactions", "100", "--seed", "4"]
    result = CliRunner().invoke(sample, [str(target), *options])
    assert result.exit_code == 0, result.output
    assert "Users.csv (30 rows), Books.csv (60 rows)" in result.output
    assert f"Next: bookrec data import {target}" in result.output
    assert {path.name for path in target.iterdir()} == {
        "Users.csv",
        "Books.csv",
        "Ratings.csv",
        "README.txt",
        "SAMPLE-DATA.txt",
    }


def test_the_old_layout(tmp_path: Path):
    result = CliRunner().invoke(
        sample, [str(tmp_path / "old"), "--readers", "30", "--layout", "2005"]
    )
    assert result.exit_code == 0, result.output
    assert (tmp_path / "old" / "BX-Book-Ratings.csv").is_file()


def test_more_books_than_there_are_is_refused_in_a_sentence(tmp_path: Path):
    result = CliRunner().invoke(sample, [str(tmp_path / "new"), "--books", "99999"])
    assert isinstance(result.exception, DataError)
    assert f"at most --books {len(load_catalogue().books)}" in str(result.exception)
    assert list(tmp_path.iterdir()) == []


def test_an_occupied_directory_is_refused_in_a_sentence(tmp_path: Path):
    (tmp_path / "mine.txt").touch()
    result = CliRunner().invoke(sample, [str(tmp_path)])
    assert isinstance(result.exception, DataError)
    assert "is not empty" in str(result.exception)
    assert result.exception.exit_code == 1


@pytest.mark.parametrize("options", [["--readers", "0"], ["--layout", "1999"], ["--seed", "-1"]])
def test_bad_options_are_usage_errors(tmp_path: Path, options: list[str]):
    result = CliRunner().invoke(sample, [str(tmp_path / "new"), *options])
    assert result.exit_code == 2
    assert not (tmp_path / "new").exists()
