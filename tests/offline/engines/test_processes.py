"""Work in shards: order, appetite, and what is left when somebody is killed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bookrec.errors import BookrecError
from bookrec.offline.engines.engine import ENGINES, make_engine
from bookrec.offline.engines.processes import Processes, map_shards
from process_work import (
    blas_threads,
    describe,
    die,
    die_once,
    fail_to_load,
    load,
    load_marker,
    loaded_with_blas,
    own_pid,
)


@pytest.mark.parametrize("workers", [0, 2])
def test_work_has_one_blas_thread(tmp_path: Path, workers: int):
    for threads in map_shards(blas_threads, loaded_with_blas, tmp_path, range(3), workers):
        assert threads
        assert set(threads) == {1}


@pytest.mark.parametrize("workers", [0, 2])
def test_results_come_in_the_order_of_the_tasks(tmp_path: Path, workers: int):
    directory = tmp_path / "arrays"
    made = list(map_shards(describe, load, directory, range(25), workers))
    assert made == [("arrays", task * task) for task in range(25)]


def test_tasks_are_taken_as_they_are_needed(tmp_path: Path):
    taken = 0

    def tasks() -> Iterator[int]:
        nonlocal taken
        for number in range(1000):
            taken += 1
            yield number

    made = map_shards(describe, load, tmp_path, tasks(), 1)
    with contextlib.closing(made):  # type: ignore[type-var]
        assert next(made)[1] == 0
        assert taken < 20


def test_a_killed_process_is_told_in_a_sentence(tmp_path: Path):
    with pytest.raises(BookrecError, match="worker process was killed"):
        list(map_shards(die, load, tmp_path, range(20), 1))


@pytest.mark.parametrize("workers", [1, 2])
def test_what_a_killed_process_worked_on_is_done_by_a_fresh_one(tmp_path: Path, workers: int):
    engine = Processes(workers)
    made = dict(engine.map(die_once, load_marker, tmp_path, [(n + 100, n) for n in range(12)]))
    assert made == {n + 100: n * n for n in range(12)}
    assert (tmp_path / "killed").exists()
    assert 2**20 < engine.peak_bytes < 2**33


def test_a_block_keeps_the_processes_of_its_maps(tmp_path: Path):
    engine = Processes(1)

    def process_of(directory: Path) -> int:
        ((_, pid),) = engine.map(own_pid, load, directory, [(0, None)])
        return pid

    alone = process_of(tmp_path)
    with engine.kept():
        first, second = process_of(tmp_path), process_of(tmp_path / "another")
        with pytest.raises(BookrecError, match="worker process was killed"):
            dict(engine.map(die, load, tmp_path, [(0, 2)]))
        third = process_of(tmp_path)
        assert is_running(third)
    assert first == second
    assert len({alone, first, third, os.getpid()}) == 4
    assert not any(is_running(pid) for pid in (alone, first, third))


def test_what_goes_wrong_with_loading_is_told_in_full(tmp_path: Path):
    directory = tmp_path / "arrays"
    with pytest.raises(BookrecError, match=r"^arrays is damaged; make it again\.$"):
        list(map_shards(describe, fail_to_load, directory, range(3), 1))


def test_an_engine_that_is_not_installed_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(ENGINES, "ray", ("bookrec_no_such_engine:Engine", "ray"))
    with pytest.raises(BookrecError, match=r"'bookrec_no_such_engine', .*'bookrec\[ray\]'"):
        make_engine("ray", None)
    assert isinstance(make_engine("processes", 2), Processes)


def test_scoring_imports_no_tensorflow():
    """Neither the process that directs nor the workers, who import the stages."""
    modules = ["scoring.job.score", "scoring.job.run", "scoring.job.stages"]
    modules += ["cli.score", "nightly", "cli.nightly"]
    names = [f"bookrec.offline.{module}" for module in modules]
    code = f"import sys, {', '.join(names)}; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert set(names) <= set(loaded)
    assert not {"tensorflow", "keras"} & set(loaded)


def test_workers_import_no_pandas():
    """Half of the time that a worker takes to start, and 65 MiB in each."""
    modules = ["ranking.listwise_groups", "scoring.job.similar_stages", "scoring.job.stages"]
    lists = ["scoring.lists.audience", "scoring.lists.candidate_recall"]
    names = ", ".join(f"bookrec.offline.{module}" for module in modules + lists)
    code = f"import sys, {names}; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert "bookrec.offline.scoring.job.stages" in loaded
    assert not {"pandas", "pyarrow", "tensorflow", "keras"} & set(loaded)


PARENT = """
import os, sys, time
from pathlib import Path
from bookrec.offline.engines.processes import map_shards

def load(directory):
    (directory / str(os.getpid())).touch()

def sleep(_, task):
    time.sleep(600 if task else 0)

if __name__ == "__main__":
    for _ in map_shards(sleep, load, Path(sys.argv[1]), range(4), 2):
        print("working", flush=True)
"""


def test_workers_end_with_a_killed_parent(tmp_path: Path):
    script, pids = tmp_path / "parent.py", tmp_path / "pids"
    script.write_text(PARENT)
    pids.mkdir()
    parent = subprocess.Popen([sys.executable, script, pids], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"working\n"
    parent.kill()
    parent.wait()
    parent.stdout.close()
    workers = [int(path.name) for path in pids.iterdir()]
    assert workers
    deadline = time.monotonic() + 30
    while any(is_running(pid) for pid in workers) and time.monotonic() < deadline:
        time.sleep(0.05)
    left = [pid for pid in workers if is_running(pid)]
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert not left


def is_running(pid: int) -> bool:
    """Whether a process lives; one that ended and that nobody has waited for does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
