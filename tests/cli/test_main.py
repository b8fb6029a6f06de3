"""The command line as a whole: helps, exit codes, sentences."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from bookrec import __version__
from bookrec.cli.main import VERBS, cli
from bookrec.settings import Home


def walk(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of every command, groups included."""
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            yield from walk(child, (*path, name))


COMMANDS = list(walk(cli))


def test_the_commands_of_the_product_are_there():
    assert {
        ("demo",),
        ("data", "sample"),
        ("data", "import"),
        ("train",),
        ("artifacts", "list"),
        ("artifacts", "check"),
        ("score",),
        ("nightly",),
        ("snapshots", "list"),
        ("snapshots", "show"),
        ("snapshots", "verify"),
        ("snapshots", "rollback"),
        ("snapshots", "prune"),
        ("serve",),
        ("accounts", "create"),
        ("accounts", "invite"),
        ("accounts", "disable"),
        ("accounts", "list"),
        ("doctor",),
    } <= set(COMMANDS)


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_help_has_an_example_of_the_command_itself(path: tuple[str, ...]):
    result = CliRunner().invoke(cli, [*path, "--help"])
    assert result.exit_code == 0, result.output
    _, heading, example = result.output.partition("  Example:\n")
    assert heading
    words = example.splitlines()[0].split()
    assert words[0] == "bookrec"
    assert [word for word in words if word in path] == list(path)


@pytest.mark.parametrize("verb", VERBS)
def test_the_listed_help_is_the_commands_own_first_line(verb: str):
    command = cli.get_command(click.Context(cli), verb)
    assert command is not None
    assert command.help is not None
    first = command.help.strip().splitlines()[0]
    assert VERBS[verb][1] == first, f"cli.VERBS says {VERBS[verb][1]!r}"


def run(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bookrec", "--home", str(home), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_error_of_ours_is_one_sentence_and_exit_code_1(tmp_path: Path):
    result = run("snapshots", "show", home=tmp_path)
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr == (
        f"Error: No snapshot is published in {Home(tmp_path).snapshots}; "
        "run 'bookrec score' first.\n"
    )


def test_a_damaged_part_gives_doctor_exit_code_1(tmp_path: Path):
    (tmp_path / "artifacts" / "datasets" / "lost").mkdir(parents=True)
    (tmp_path / "artifacts" / "datasets" / "current").write_text("lost\n")
    result = run("doctor", home=tmp_path)
    assert "damaged  data set" in result.stdout
    assert result.returncode == 1
    assert run("doctor", home=tmp_path / "new").returncode == 0


def test_models_are_listed_without_tensorflow(tmp_path: Path):
    directory = tmp_path / "artifacts" / "models" / "hand-made"
    directory.mkdir(parents=True)
    manifest = {"model_id": "hand-made", "preset": "imported", "seed": 7, "dataset_id": "small"}
    manifest |= {"dataset_digest": "d", "metrics": {}, "files": {}, "source": {"model": "a.h5"}}
    (directory / "manifest.json").write_text(json.dumps(manifest))
    code = (
        "import sys; from bookrec.cli.main import main; main(); "
        "print(sorted({'tensorflow', 'keras', 'pandas'} & sys.modules.keys()))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, "--home", str(tmp_path), "artifacts", "list"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout == "  hand-made  small  seed 7  imported from a.h5\n[]\n"


def test_wrong_usage_is_exit_code_2(tmp_path: Path):
    result = run("snapshots", "prune", "--keep", "none", home=tmp_path)
    assert result.returncode == 2
    assert "'none' is not a valid integer" in result.stderr
    assert run("train-and-score", home=tmp_path).returncode == 2


def test_the_version():
    assert __version__ in CliRunner().invoke(cli, ["--version"]).output


def test_the_home_directory_comes_from_the_environment(tmp_path: Path):
    result = CliRunner().invoke(
        cli, ["snapshots", "list"], env={"BOOKREC_HOME": str(tmp_path / "there")}
    )
    assert f"No snapshots in {tmp_path / 'there' / 'precomputed'}" in result.output


def test_a_missing_package_is_a_sentence(tmp_path: Path):
    """``bookrec train`` on a web host without the offline extra."""
    script = (
        "import sys; sys.modules['tqdm'] = None; sys.modules['keras'] = None\n"
        "sys.modules['pandas'] = None\n"
        f"sys.argv = ['bookrec', '--home', {str(tmp_path)!r}, 'train']\n"
        "from bookrec.cli.main import main; main()"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert result.stderr.startswith("Error: ")
    assert "pip install 'bookrec[offline]'" in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("mishap", "said"),
    [
        ("OSError(errno.ENOSPC, 'No space left on device', '/x')", "No space left on device: '/x'"),
        ("full_database()", "database or disk is full"),
    ],
)
def test_a_full_disk_is_a_sentence(mishap: str, said: str):
    result = run_failing_verb(mishap)
    assert result.returncode == 1
    assert said in result.stderr
    assert result.stderr.startswith("Error: ")
    assert len(result.stderr.splitlines()) == 1


def test_a_bug_of_ours_keeps_its_traceback():
    result = run_failing_verb("FileNotFoundError(errno.ENOENT, 'No such file', '/x')")
    assert result.returncode == 1
    assert "Traceback" in result.stderr


def run_failing_verb(mishap: str) -> subprocess.CompletedProcess[str]:
    """``bookrec snapshots list`` where listing raises ``mishap``."""
    script = f"""
import errno, sqlite3, sys
from bookrec.cli import main as cli
from bookrec.cli import snapshots as snapshots_cli

def full_database():
    connection = sqlite3.connect(":memory:")
    connection.execute("pragma max_page_count = 2")
    connection.execute("create table filler (content)")
    try:
        connection.execute("insert into filler values (zeroblob(100000))")
    except sqlite3.OperationalError as error:
        return error

def fail(_):
    raise {mishap}

snapshots_cli.list_snapshots = fail
sys.argv = ["bookrec", "snapshots", "list"]
cli.main()
"""
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
