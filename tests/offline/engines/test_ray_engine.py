"""The Ray engine: local clusters, lost workers, and what an operator is told.

Every cluster here listens on the loopback interface alone, and is gone when its test is.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

import ray_work
from bookrec.errors import BookrecError
from bookrec.files import read_pointer
from bookrec.inference.recommender import Recommender
from bookrec.offline.engines import ray_cluster, ray_engine
from bookrec.offline.engines.engine import make_engine
from bookrec.offline.engines.processes import Processes
from bookrec.offline.engines.ray_engine import RayEngine
from bookrec.offline.scoring.job.stages import score_lists
from bookrec.offline.scoring.lists.audience import _histories
from bookrec.settings import Home
from command_line import bookrec
from ray_work import (
    die,
    die_once,
    first_of_all,
    load,
    refuse,
    score_after_a_death,
    sleep,
    square,
    where,
)
from tiny_scoring import tables

pytestmark = [pytest.mark.slow, pytest.mark.longest]

SUPPORT = Path(ray_work.__file__).parent
STORE_BYTES = 128 * 2**20


@pytest.fixture(scope="module")
def ray_paths() -> Iterator[None]:
    """Workers can import `ray_work`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(SUPPORT))
        patch.delenv("RAY_ADDRESS", raising=False)
        yield


@pytest.fixture(scope="module")
def cluster(ray_paths: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cluster of our own with two workers, which the engines of this process share."""
    made = RayEngine(2)
    assert list(made.map(first_of_all, Path, tmp_path_factory.mktemp("none"), [])) == []
    yield
    made._ray.shutdown()


@pytest.fixture
def engine(cluster: None) -> RayEngine:
    made = make_engine("ray", 2)
    assert isinstance(made, RayEngine)
    return made


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    path = tmp_path / "arrays"
    path.mkdir()
    np.save(path / "numbers.npy", np.arange(500_000, dtype=np.float32))
    return path


def test_every_task_is_done_once_and_arrays_are_shared(engine: RayEngine, directory: Path):
    done = list(engine.map(square, load, directory, enumerate(range(30))))
    assert sorted(done) == [(n, ("arrays", n * n)) for n in range(30)]
    assert engine.peak_bytes > 2**20
    for _, (pid, shared) in engine.map(where, load, directory, enumerate(range(6))):
        assert pid != os.getpid()
        assert shared
    assert list(engine.map(square, load, directory, [])) == []


def test_tasks_are_taken_as_they_are_needed(engine: RayEngine, directory: Path):
    taken = 0

    def tasks() -> Iterator[tuple[int, int]]:
        nonlocal taken
        for number in range(1000):
            taken += 1
            yield number, number

    made = engine.map(square, load, directory, tasks())
    with contextlib.closing(made):  # type: ignore[type-var]
        next(made)
        assert taken <= 8


def test_a_killed_worker_costs_nothing_but_its_shard(
    engine: RayEngine, directory: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
):
    mark = tmp_path / "killed"
    tasks = [(n, (mark, n)) for n in range(8)]
    done = sorted(engine.map(die_once, load, directory, tasks))
    assert done == [(n, ("arrays", n * n)) for n in range(8)]
    assert mark.exists()
    said = capfd.readouterr()
    assert said.err.splitlines() == ["a worker was lost; its shard 2 is computed again"]
    assert said.out == ""


def test_a_shard_that_kills_every_worker_ends_in_a_sentence(engine: RayEngine, directory: Path):
    with pytest.raises(BookrecError, match=r"were lost 4 times with the same shard.*--workers"):
        list(engine.map(die, load, directory, enumerate(range(5))))


def test_what_the_work_says_comes_as_it_is(engine: RayEngine, directory: Path):
    with pytest.raises(BookrecError, match=r"^There is no 0\.$"):
        list(engine.map(refuse, load, directory, [(0, 0)]))


def lock(_: Path) -> Any:
    return threading.Lock()


def test_what_cannot_be_sent_is_refused(engine: RayEngine, directory: Path):
    with pytest.raises(BookrecError, match=r"\(cannot pickle .*lock.*\).*--engine processes"):
        list(engine.map(square, lock, directory, [(0, 0)]))


def test_other_versions_are_refused(
    engine: RayEngine, directory: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(ray_engine, "_versions", lambda: {"bookrec": "77.0"})
    with pytest.raises(BookrecError, match=r"bookrec 0\..* instead of bookrec 77\.0; install"):
        list(engine.map(square, load, directory, [(0, 0)]))


def test_closing_ends_the_work(engine: RayEngine, directory: Path, tmp_path: Path):
    pids = tmp_path / "pids"
    pids.mkdir()
    made = engine.map(sleep, load, directory, ((n, (pids, n)) for n in range(20)))
    with contextlib.closing(made):  # type: ignore[type-var]
        next(made)
        eventually(lambda: any(pids.iterdir()))
    eventually(lambda: not any(map(is_running, (int(path.name) for path in pids.iterdir()))))
    # The cluster is still of use.
    assert list(engine.map(square, load, directory, [(4, 4)])) == [(4, ("arrays", 16))]


def eventually(happened: Callable[[], bool]) -> None:
    """Fail unless something happens within half a minute."""
    deadline = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_running(pid: int) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


def test_without_ray_the_package_is_named():
    code = (
        "import sys; sys.modules['ray'] = None\n"
        "from bookrec.offline.engines.engine import make_engine\n"
        "make_engine('ray', 2)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "BookrecError: The engine 'ray' needs the package 'ray'" in result.stderr
    assert "pip install 'bookrec[ray]'" in result.stderr


@pytest.mark.parametrize(
    ("address", "said"),
    [("127.0.0.1:9", "Connection refused"), ("ray://127.0.0.1:9", "on a machine of the cluster")],
)
def test_a_cluster_that_is_not_there(address: str, said: str):
    with pytest.raises(BookrecError, match=rf"{address} \(RAY_ADDRESS\) cannot .*{said}"):
        ray_cluster._join(None, address, {})


@pytest.fixture
def two_machines(ray_paths: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a cluster whose two machines, of one worker each, are this one twice."""
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    code = (
        "import sys\n"
        "from ray.cluster_utils import Cluster\n"
        f"machine = dict(num_cpus=1, object_store_memory={STORE_BYTES})\n"
        "head = dict(machine, include_dashboard=False)\n"
        "cluster = Cluster(initialize_head=True, head_node_args=head)\n"
        "cluster.add_node(**machine)\n"
        "print(cluster.address, flush=True)\n"
        "sys.stdin.read()\n"
        "cluster.shutdown()\n"
    )
    monkeypatch.setenv("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")  # the loopback interface alone
    cluster = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert cluster.stdout is not None
    yield cluster.stdout.readline().strip()
    cluster.communicate("", timeout=60)


def current(home: Home) -> Path:
    """The published snapshot."""
    name = read_pointer(home.snapshots)
    assert name is not None
    return home.snapshots / name


def test_two_machines_write_the_tables_of_one(
    sample_home_copy: Home, two_machines: str, monkeypatch: pytest.MonkeyPatch
):
    before = current(sample_home_copy)
    monkeypatch.setenv("RAY_ADDRESS", two_machines)
    said = bookrec(sample_home_copy, "score", "--engine", "ray")
    assert "raylet" not in said
    assert current(sample_home_copy) != before
    assert tables(current(sample_home_copy)) == tables(before)


def test_a_worker_killed_while_scoring_changes_no_list(
    engine: RayEngine, sample_home: Home, tmp_path: Path
):
    """Shards of the real work, on what a published snapshot has for the site."""
    mark, ranker = tmp_path / "killed", current(sample_home) / "ranker"
    _, histories = _histories(current(sample_home))
    parts = [slice(at, at + 50) for at in range(0, 400, 50)]
    tasks = [(n, (histories.shard(part), 10, 100)) for n, part in enumerate(parts)]
    expected = dict(Processes(1).map(score_lists, Recommender.load, ranker, tasks))
    marked = [(n, (mark, task)) for n, task in tasks]
    found = dict(engine.map(score_after_a_death, Recommender.load, ranker, marked))
    assert mark.exists()
    assert found.keys() == expected.keys() == set(range(8))
    for number, shard in expected.items():
        assert found[number].pop("shared").all()
        assert found[number].keys() == shard.keys()
        for name, array in shard.items():
            np.testing.assert_array_equal(found[number][name], array)


DRIVER = """
import os, sys
from pathlib import Path
from bookrec.errors import BookrecError
from bookrec.offline.engines.ray_engine import RayEngine
import ray_work as t

directory, pids = map(Path, sys.argv[1:])
made = RayEngine(2).map(t.sleep, t.load, directory, ((n, (pids, n)) for n in range(9)))
try:
    for _ in made:
        print("working", flush=True)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_of_a_driver_that_ends(
    ray_paths: None, directory: Path, tmp_path: Path, number: signal.Signals
):
    pids = tmp_path / "pids"
    pids.mkdir()
    driver = subprocess.Popen(
        [sys.executable, "-c", DRIVER, directory, pids],
        text=True,
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert driver.stdout is not None
    if driver.stdout.readline() != "working\n":
        pytest.fail(driver.communicate(timeout=60)[1])
    eventually(lambda: any(pids.iterdir()))
    processes = psutil.Process(driver.pid).children(recursive=True)
    assert len(processes) > 3
    assert_loopback_alone(processes)
    if number == signal.SIGINT:
        os.killpg(driver.pid, number)  # as the terminal does
    else:
        driver.kill()
        # Two small agents of Ray's look for it no more often than every few seconds.
        processes = [process for process in processes if "Agent" not in process.name()]
    out, err = driver.communicate(timeout=60)
    eventually(lambda: not any(is_running(process.pid) for process in processes))
    if number == signal.SIGINT:
        assert (driver.returncode, out, err) == (0, "interrupted\n", "")


def assert_loopback_alone(processes: list[psutil.Process]) -> None:
    addresses = set()
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            addresses |= {
                connection.laddr.ip
                for connection in process.net_connections("inet")
                if connection.status == psutil.CONN_LISTEN
            }
    assert addresses
    assert addresses <= {"127.0.0.1", "::1", "::ffff:127.0.0.1"}
