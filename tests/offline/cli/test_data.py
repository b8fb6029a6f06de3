"""``bookrec data import`` as an operator runs it: output, exit codes, one-sentence errors."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from bookrec.offline.cli.data import data
from bookrec.offline.data.import_data import AUTO
from bookrec.offline.data.mapping.known_names import known_names
from bookrec.settings import Home
from command_line import run_in_process

FILES = {
    "Users.csv": "User-ID,Location,Age\n1,x,20\n2,y,200\n",
    "Books.csv": "ISBN,Book-Title,Book-Author,Year-Of-Publication,Publisher\n"
    "080442957X,The Trial,Franz Kafka,1998,Holt\n",
    "Ratings.csv": "User-ID,ISBN,Book-Rating\n2,080442957X,8\n2,1111111111,8\n",
}


@pytest.fixture
def source(tmp_path):
    directory = tmp_path / "raw"
    directory.mkdir()
    for name, text in FILES.items():
        (directory / name).write_text(text)
    return directory


def bookrec(*arguments):
    """Run the command in a process of its own."""
    command = [sys.executable, "-m", "bookrec", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def bookrec_here(*arguments):
    """Run the command in this process, which has pandas loaded already."""
    return run_in_process(["bookrec", *map(str, arguments)])


def test_an_import_accounts_for_every_row_and_names_the_next_command(tmp_path, source):
    done = bookrec("--home", tmp_path, "data", "import", source, "--accept-loss")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert "Users.csv: 2 rows read = 2 kept + 0 rejected" in lines
    assert "    repaired           1  age_impossible" in lines
    assert "Ratings.csv: 2 rows read = 1 kept + 1 rejected" in lines
    assert "    rejected           1  book_not_in_catalogue" in lines
    assert lines[-1] == "Next: bookrec train"
    current = (tmp_path / "artifacts/datasets/current").read_text().strip()
    assert f"Data set {current} is current: 2 readers (1 with an interaction)" in done.stdout


def test_an_import_says_what_the_corrections_of_works_did(tmp_path, source):
    isbns = [f"{n:010d}" for n in range(1, 25)]
    lines = "".join(f"{isbn},same,{isbns[0]}\n" for isbn in isbns[1:])
    (tmp_path / "works.csv").write_text(f"isbn,relation,other_isbn\n{lines}")
    done = bookrec_here("--home", tmp_path, "data", "import", source, "--accept-loss")
    assert done.returncode == 0, done.stderr
    assert "books are editions of" in done.stdout
    assert "works.csv: 24 ISBNs are not in the catalogue, their lines change" in done.stdout
    assert f"{', '.join(isbns[:20])}, ...\n" in done.stdout


def test_an_error_is_one_sentence_without_a_traceback(tmp_path, source):
    (source / "Books.csv").write_text("")
    failed = bookrec("--home", tmp_path / "home", "data", "import", source)
    assert failed.returncode == 1
    assert failed.stdout == ""
    *stages, error = failed.stderr.splitlines()
    assert error.startswith(f"Error: {source / 'Books.csv'} is empty")
    # Files are read two at a time, so that others may have begun; nothing else is printed.
    assert "Reading Books.csv" in stages
    assert len(set(stages)) == len(stages)
    assert set(stages) <= {f"Reading {path.name}" for path in source.iterdir()}
    assert not (tmp_path / "home").exists()


def test_a_loss_is_shown_and_refused(tmp_path, source):
    failed = bookrec_here("--home", tmp_path / "home", "data", "import", source)
    assert failed.returncode == 1
    assert "    rejected           1  book_not_in_catalogue" in failed.stdout
    assert "    line 3: 2,1111111111,8" in failed.stdout
    *_, error = failed.stderr.splitlines()
    assert error.startswith("Error: Not imported: more than 5% would be lost: 50% of Ratings.csv")
    assert not (tmp_path / "home" / "artifacts" / "datasets" / "current").exists()


def test_what_is_undecided_is_asked_with_the_columns_on_the_screen(tmp_path, source):
    (source / "Books.csv").unlink()
    failed = bookrec_here("--home", tmp_path / "home", "data", "import", source)
    assert failed.returncode == 1
    assert "Ratings.csv: ratings" in failed.stdout
    assert "→ book_id" in failed.stdout
    draft = tmp_path / "home" / "mapping-draft.toml"
    *_, error = failed.stderr.splitlines()
    assert "no table has the titles of the books" in error
    assert f"--mapping {draft}" in error
    assert draft.exists()


def test_a_mapping_is_written_on_demand_and_read_back(tmp_path, source):
    (source / "Ratings.csv").write_text("User-ID,ISBN,Book-Rating\n2,080442957X,8\n")
    mapping = tmp_path / "shop.toml"
    runs = []
    for option in ("--write-mapping", "--mapping"):
        home = Home(tmp_path / f"home {option}")
        result = CliRunner().invoke(data, ["import", str(source), option, str(mapping)], obj=home)
        assert result.exit_code == 0, result.output
        runs.append((home.datasets / "current").read_text())
    assert runs[0] == runs[1]


def test_an_unknown_format_is_a_usage_error(tmp_path, source):
    result = CliRunner().invoke(
        data, ["import", "--format", "xml", str(source)], obj=Home(tmp_path)
    )
    assert result.exit_code == 2


def test_every_well_known_source_can_be_named():
    options = {option.name: option for option in data.commands["import"].params}
    assert set(options["layout"].type.choices) == {AUTO, *known_names()}


@pytest.mark.parametrize("arguments", [[], ["import"], ["sample"]])
def test_help_has_an_example(arguments):
    result = CliRunner().invoke(data, [*arguments, "--help"])
    assert result.exit_code == 0
    assert "Example:\n" in result.output
