"""Scoring that is killed, stopped or out of disk: what stays, and that the next run goes on."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import tiny_scoring
from bookrec.errors import BookrecError
from bookrec.files import read_pointer, remove_abandoned
from bookrec.offline.data.dataset import load_dataset
from bookrec.settings import Home
from tiny_scoring import home_with_models, score_tiny, tables

pytestmark = pytest.mark.slow

SETTINGS = {"per_shard": 16}
SHARDS = 8 + 6 + 8 + 8 + 6
"""120 readers, 90 books (each has readers), 120 voices, and the lists of the books, in shards of 16;
512 background readers in shards of 64."""

RUN = """
# Runs for each line of the input, the name of a point, in a process of its own that has the modules
# of this one: to import them takes most of the time of a run.
import os, signal, sys
from pathlib import Path

sys.path.insert(0, sys.argv[1])

from bookrec.offline.scoring.job import job_directory as score_job
from bookrec.offline.scoring.job import run as score_run
from bookrec.offline.scoring.job import score as scoring
from bookrec.offline.scoring.job import write_tables as score_tables
from bookrec.offline.data.dataset import load_dataset
from bookrec.offline.scoring.job.shard_store import ShardStore
from bookrec.offline.scoring.job.tables.snapshot_writer import SnapshotWriter
from bookrec.settings import Home
from tiny_scoring import score_tiny

home, tiny, model_id = Home(Path(sys.argv[2])), Home(Path(sys.argv[3])), sys.argv[4]


def die(*_, **__):
    print("heavy:", sorted({"tensorflow", "keras"} & set(sys.modules)), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)


def after(count, call):
    def counted(*arguments):
        nonlocal count
        if not count:
            die()
        count -= 1
        return call(*arguments)

    return counted


def half_compiled(aside, *_, **__):
    (aside / "ranker").mkdir()
    (aside / "ranker" / "ranker.json").write_text("{}")
    die()


def run(point):
    if point == "while compiling":
        score_run.compile_into = half_compiled
    elif point == "after compiling":
        score_run.ScoreRun._compute = die
    elif point == "between shards":
        ShardStore.save = after(3, ShardStore.save)
    elif point == "while a shard is written":
        import bookrec.files as files
        files.os.fsync = after(1, files.os.fsync)
    elif point == "among the voices":
        save, last = ShardStore.save, after(2, ShardStore.save)
        ShardStore.save = lambda store, stage, *shard: (
            last if stage == "members" else save
        )(store, stage, *shard)
    elif point == "while tables are written":
        SnapshotWriter.similar_top = die
    elif point == "right before publishing":
        scoring.publish = die
    directory = score_tiny(home, model_id, load_dataset(tiny), workers=1, per_shard=16, progress=print)
    print("published", directory)


if __name__ == "__main__":
    for line in sys.stdin:
        process = os.fork()
        if not process:
            run(line.strip())
            break
        print("ended:", os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), flush=True)
"""


@pytest.fixture(scope="module")
def undisturbed(
    tiny_home: Home, tiny_bundles: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[tuple]]:
    """The tables of a run that nobody disturbed."""
    home = home_with_models(tiny_home, tmp_path_factory.mktemp("undisturbed"))
    model_id = tiny_bundles["default"].model_id
    return tables(score_tiny(home, model_id, load_dataset(tiny_home), **SETTINGS))


@contextlib.contextmanager
def forks_of(script: Path, *arguments: object) -> Iterator[Callable[[str], tuple[int, str]]]:
    """A function that runs a script for one line of its input: exit code, and what was printed."""
    with subprocess.Popen(
        [str(part) for part in (sys.executable, script, *arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    ) as forks:
        assert forks.stdin is not None
        assert forks.stdout is not None

        def run(line: str) -> tuple[int, str]:
            print(line, file=forks.stdin, flush=True)
            printed = ""
            for part in forks.stdout:
                if part.startswith("ended:"):
                    return int(part.removeprefix("ended:")), printed
                printed += part
            pytest.fail(printed)

        yield run


def test_killed_at_every_stage_it_goes_on_and_ends_in_the_same_tables(
    undisturbed: dict[str, list[tuple]],
    tiny_home: Home,
    tiny_bundles: dict[str, Any],
    tmp_path: Path,
):
    home = home_with_models(tiny_home, tmp_path / "home")
    script = tmp_path / "run.py"
    script.write_text(RUN)

    model_id = tiny_bundles["default"].model_id
    support = Path(tiny_scoring.__file__).parent
    with forks_of(script, support, home.root, tiny_home.root, model_id) as fork:

        def run(point: str) -> str:
            code, printed = fork(point)
            assert code == (0 if point == "never" else -signal.SIGKILL), printed
            assert (read_pointer(home.snapshots) is None) == (point != "never")
            if point != "never":
                assert "heavy: []" in printed, "TensorFlow lives in the process that compiles alone"
            return printed

        run("while compiling")
        assert "going on" not in run("after compiling"), (
            "half a compiled model is no compiled model"
        )
        first = run("between shards")
        assert "going on: ranker compiled" in first
        assert "shards are there" not in first
        damaged = spoil(home)
        assert f"going on: 1 of {SHARDS} shards are there" in run("while a shard is written"), (
            damaged
        )
        assert going_on(run("among the voices")) < 8 + 6 + 8
        assert going_on(run("while tables are written")) == 8 + 6 + 8 + 2
        assert going_on(run("right before publishing")) == SHARDS
        assert "is complete" in run("never")
    (directory,) = (path for path in home.snapshots.iterdir() if path.is_dir())
    assert directory.name == read_pointer(home.snapshots), "nothing of a killed run is left"
    assert tables(directory) == undisturbed


def spoil(home: Home) -> list[Path]:
    """Cut one finished shard short, and change a byte of another."""
    (job,) = home.snapshots.glob(".score-*")
    short, changed, _ = sorted(job.glob("shards/*/*.shard"))
    short.write_bytes(short.read_bytes()[:-1])
    content = bytearray(changed.read_bytes())
    content[-100] ^= 1
    changed.write_bytes(content)
    return [short, changed]


def going_on(said: str) -> int:
    found = re.search(rf"going on: (\d+) of {SHARDS} shards are there", said)
    assert found is not None, said
    return int(found[1])


INTERRUPTED = """
import os, signal, sys
from functools import partial
from bookrec.offline.scoring.job import score as scoring
from bookrec.offline.scoring.job.shard_store import ShardStore

scoring.ScoreSettings = partial(scoring.ScoreSettings, per_shard=16)
save, saved = ShardStore.save, []


def stop(*arguments):
    save(*arguments)
    saved.append(arguments)
    if len(saved) == 3:
        os.killpg(0, signal.SIGINT)  # as a terminal does


if __name__ == "__main__":
    ShardStore.save = stop
    from bookrec.cli.main import main
    sys.argv[0] = "bookrec"
    main()
"""


def test_ctrl_c_is_a_sentence_and_leaves_nobody_working(
    undisturbed: dict[str, list[tuple]],
    tiny_home: Home,
    tiny_bundles: dict[str, Any],
    tmp_path: Path,
):
    home = home_with_models(tiny_home, tmp_path / "home")
    home.datasets.symlink_to(tiny_home.datasets)
    script = tmp_path / "run.py"
    script.write_text(INTERRUPTED)
    model_id = tiny_bundles["default"].model_id
    arguments = ["--home", home.root, "score", "--model", model_id, "--top", "10", "--workers", "2"]
    process = subprocess.Popen(
        [str(part) for part in (sys.executable, script, *arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    _, errors = process.communicate()
    assert process.returncode == 1
    assert errors == (
        f"Error: Stopped: 3 of {SHARDS} shards are finished and kept; run 'bookrec score' again to "
        "go on. The published snapshot is unchanged.\n"
    )
    # Python's own tracker of shared resources ends a moment after its process.
    deadline = time.monotonic() + 30
    while group_members(process.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert group_members(process.pid) == []
    assert read_pointer(home.snapshots) is None
    assert len(list(home.snapshots.glob(".score-*/shards/*/*.shard"))) == 3


def group_members(group: int) -> list[str]:
    """Command lines of the living processes of a group."""
    members = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, its_group, *_ = status.read_text().rpartition(")")[2].split()
            if int(its_group) == group and state != "Z":
                members.append((status.parent / "cmdline").read_bytes().decode())
    return members


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A directory with 16 MiB of disk of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = (
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=16m", "none", place], capture_output=True
        )
        if os.geteuid() == 0 and shutil.which("mount")
        else None
    )
    if mounted is None or mounted.returncode:
        pytest.skip("a small disk can be mounted by root alone, and not in every container")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


def filling(place: Path, call: Callable[..., Any], skip: int = 0) -> Callable[..., Any]:
    """``call``, but from the call after ``skip`` on the disk is full when it begins."""
    calls = 0

    def replaced(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > skip:
            with (place / "ballast").open("ab", buffering=0) as file:
                try:
                    while file.write(bytes(4096)):
                        pass
                except OSError:
                    pass
        return call(*arguments, **named)

    return replaced


@pytest.mark.parametrize(("where", "kept"), [("compile", 0), ("shards", 3), ("tables", SHARDS)])
def test_a_full_disk_is_a_sentence_and_the_next_run_goes_on(
    undisturbed: dict[str, list[tuple]],
    tiny_home: Home,
    tiny_bundles: dict[str, Any],
    small_disk: Path,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
    kept: int,
):
    from bookrec.offline.scoring.job import run as score_run
    from bookrec.offline.scoring.job.shard_store import ShardStore
    from bookrec.offline.scoring.job.tables.snapshot_writer import SnapshotWriter

    home = home_with_models(tiny_home, small_disk)
    dataset, model_id = load_dataset(tiny_home), tiny_bundles["default"].model_id
    earlier = score_tiny(home, model_id, dataset, top=3)
    with monkeypatch.context() as patch:
        if where == "compile":
            full = filling(small_disk, score_run.compile_into)
            patch.setattr(score_run, "compile_into", full)
        elif where == "shards":
            patch.setattr(ShardStore, "save", filling(small_disk, ShardStore.save, skip=3))
        else:
            patch.setattr(SnapshotWriter, "readers", filling(small_disk, SnapshotWriter.readers))
        with pytest.raises(BookrecError) as told:
            score_tiny(home, model_id, dataset, **SETTINGS)
    said = str(told.value)
    assert said.startswith(f"The disk of {home.snapshots} is full, 0 MiB are left; free some")
    assert "The published snapshot is unchanged." in said
    assert (f"{kept} of {SHARDS} shards are finished and kept" in said) == (kept > 0)
    assert read_pointer(home.snapshots) == earlier.name
    assert [path for path in home.snapshots.iterdir() if path.is_dir()].count(earlier) == 1
    (small_disk / "ballast").unlink()
    lines: list[str] = []
    directory = score_tiny(home, model_id, dataset, **SETTINGS, progress=lines.append)
    assert (f"going on: {kept} of {SHARDS} shards are there" in lines) == (kept > 0)
    assert tables(directory) == undisturbed


def test_two_runs_of_the_same_job_do_not_share_it(tmp_path: Path):
    from bookrec.offline.scoring.job.job_directory import open_job

    identity = {"model": "a"}
    with (
        open_job(tmp_path, identity),
        pytest.raises(BookrecError, match="Another 'bookrec score' is working"),
        open_job(tmp_path, identity),
    ):
        pass


def test_a_left_job_stays_until_another_begins_and_a_held_one_stays_even_then(tmp_path: Path):
    from bookrec.offline.scoring.job.job_directory import open_job

    with open_job(tmp_path, {"model": "a"}) as left:
        left.ensure_compiled(lambda aside: (aside / "x").touch())
    os.utime(left.directory, (0, 0))
    assert remove_abandoned(tmp_path) == [], "as old as it may be, it is no staging directory"
    with open_job(tmp_path, {"model": "a"}) as again:
        assert (again.directory, again.snapshot_id) == (left.directory, left.snapshot_id)
        assert not again.ensure_compiled(lambda _: pytest.fail("it is there"))
        with open_job(tmp_path, {"model": "b"}) as other:
            assert other.directory != again.directory
            assert again.directory.exists()
            other.ensure_compiled(lambda aside: (aside / "y").touch())
    with open_job(tmp_path, {"model": "b"}) as same:
        assert same.directory == other.directory
        assert not left.directory.exists()
        same.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_job_in_which_nothing_was_finished_leaves_nothing(tmp_path: Path):
    from bookrec.offline.scoring.job.job_directory import open_job

    def fail(aside: Path) -> None:
        (aside / "half").touch()
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"), open_job(tmp_path, {"model": "a"}) as job:
        job.ensure_compiled(fail)
    assert list(tmp_path.iterdir()) == []
