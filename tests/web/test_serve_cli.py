"""A real server on loopback: start and stop, workers, live inference, publishing while it serves."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from bookrec.errors import BookrecError
from bookrec.settings import Home
from bookrec.web.serve_cli import serve as serve_command
from site_testing import PASSWORD, Server
from small_snapshot import build_snapshot

pytestmark = pytest.mark.slow

FORBIDDEN = ("tensorflow", "keras", "pandas", "scipy", "bookrec.offline")
Serve = Callable[..., Server]


def workers_of(server: Server) -> list[int]:
    """Process ids of the server and its workers."""
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text()
    return [server.process.pid, *map(int, children.split())]


@pytest.mark.parametrize("with_signal", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_serves_and_stops_cleanly(
    serve: Serve, snapshot_id: str, with_signal: signal.Signals
) -> None:
    server = serve()
    pids = workers_of(server)
    assert httpx.get(server.address).status_code == 200
    assert server.stop(with_signal) == 0
    output = server.output()
    assert f"Serving {server.address}/" in output
    assert snapshot_id in output
    assert "Traceback" not in output
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_without_a_snapshot_it_starts_and_waits_for_one(serve: Serve, home: Home) -> None:
    server = serve()
    assert httpx.get(server.address).status_code == 503
    build_snapshot(home)
    _wait_for(lambda: httpx.get(server.address).status_code == 200)


def test_a_port_in_use_is_a_sentence(home: Home) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused = CliRunner().invoke(serve_command, ["--port", port], obj=home)
    assert isinstance(refused.exception, BookrecError)
    assert f"Port {port}" in str(refused.exception)


def test_help_has_an_example() -> None:
    shown = CliRunner().invoke(serve_command, ["--help"])
    assert "Example:" in shown.output


def test_sessions_and_lists_are_shared_by_workers(serve: Serve, snapshot_id: str) -> None:
    server = serve(workers=2)
    body = {"username": "anna", "password": PASSWORD, "liked_isbns": ["0345806786"]}
    assert httpx.post(f"{server.address}/api/v1/accounts", json=body).status_code == 201
    del body["liked_isbns"]
    token = httpx.post(f"{server.address}/api/v1/session", json=body).json()["token"]
    answers = set()
    for _ in range(30):  # each on a new connection, so both workers are met
        answer = httpx.get(
            f"{server.address}/api/v1/me/recommendations",
            headers={"authorization": f"Bearer {token}"},
        )
        assert answer.json()["source"] == "live"
        answers.add(str(answer.json()["items"]))
    assert len(answers) == 1


def test_live_inference_needs_neither_tensorflow_nor_pandas(serve: Serve, snapshot_id: str) -> None:
    server = serve()
    body = {"username": "anna", "password": PASSWORD, "liked_isbns": ["0345806786"]}
    assert httpx.post(f"{server.address}/api/v1/accounts", json=body).status_code == 201
    assert 'outcome="done"' in httpx.get(f"{server.address}/metrics").text
    mapped = "".join(Path(f"/proc/{pid}/maps").read_text() for pid in workers_of(server))
    assert "ranker/knn_neighbour.npy" in mapped
    assert not re.search(r"tensorflow|/pandas/|/scipy/|/keras/", mapped)


def test_importing_the_site_loads_nothing_heavy() -> None:
    code = (
        "import sys, bookrec.web.app, bookrec.web.serve_cli, bookrec.web.accounts.cli,"
        " bookrec.inference.recommender;"
        f"print([m for m in sys.modules if m.startswith({FORBIDDEN!r})])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


# --- publishing while serving -------------------------------------------------------------------


class Watcher(threading.Thread):
    """Asks without pause and keeps what was inconsistent or failed."""

    def __init__(self, address: str, marker_of: dict[str, str], token: str) -> None:
        super().__init__(daemon=True)
        self.address = address
        self.marker_of = marker_of
        self.token = token
        self.stopping = threading.Event()
        self.seen: set[str] = set()
        self.faults: list[str] = []
        self.count = 0

    def run(self) -> None:
        headers = {"authorization": f"Bearer {self.token}"}
        with httpx.Client(base_url=self.address, headers=headers, timeout=20) as client:
            while not self.stopping.is_set():
                try:
                    for path in (
                        "/api/v1/books/014143984X/similar",
                        "/api/v1/books/popular",
                        "/api/v1/me/recommendations",
                    ):
                        self._check(client.get(path))
                    assert client.get("/").status_code == 200
                except Exception as error:
                    self.faults.append(repr(error))

    def _check(self, answer: httpx.Response) -> None:
        assert answer.status_code == 200, answer.text
        listed = answer.json()
        marker = self.marker_of[listed["snapshot_id"]]
        titles = [item["book"]["title"] for item in listed["items"]]
        assert titles
        wrong = [title for title in titles if not title.endswith(marker)]
        assert not wrong, f"{listed['snapshot_id']} is {marker}, but: {wrong}"
        self.seen.add(listed["snapshot_id"])
        self.count += 1


def test_publishing_fails_no_request_and_mixes_no_answer(serve: Serve, home: Home) -> None:
    marker_of = {build_snapshot(home, " [a]"): " [a]"}
    server = serve(workers=2)
    body: dict[str, object] = {"username": "anna", "password": PASSWORD}
    likes = {**body, "liked_isbns": ["0345806786", "0441172717"]}
    assert httpx.post(f"{server.address}/api/v1/accounts", json=likes).status_code == 201
    token = httpx.post(f"{server.address}/api/v1/session", json=body).json()["token"]
    watchers = [Watcher(server.address, marker_of, token) for _ in range(3)]
    for watcher in watchers:
        watcher.start()
    for marker in (" [b]", " [c]"):
        _publish(home, marker_of, marker)
        newest = max(marker_of)
        _wait_for(lambda newest=newest: all(newest in watcher.seen for watcher in watchers))
    for watcher in watchers:
        watcher.stopping.set()
        watcher.join(timeout=30)
    assert [fault for watcher in watchers for fault in watcher.faults] == []
    assert all(watcher.count > 10 for watcher in watchers)


def _publish(home: Home, marker_of: dict[str, str], marker: str) -> None:
    """Publish; the watchers learn the id before any answer can name it."""
    from bookrec import snapshot as snapshots

    time.sleep(1.1)  # ids are of whole seconds: the newest must sort last
    current = (home.snapshots / "current").read_text()
    publish, snapshots.publish = snapshots.publish, lambda *_: None
    try:
        new = build_snapshot(home, marker)
    finally:
        snapshots.publish = publish
    assert (home.snapshots / "current").read_text() == current
    marker_of[new] = marker
    snapshots.publish(home.snapshots, new)


def _wait_for(condition: Callable[[], bool], timeout_s: float = 20) -> None:
    give_up_at = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < give_up_at, "it did not happen in time"
        time.sleep(0.05)


def test_a_pruned_snapshot_is_served_until_its_successor(serve: Serve, home: Home) -> None:
    build_snapshot(home, " [a]")
    server = serve()
    assert "Emma [a]" in httpx.get(f"{server.address}/api/v1/books/0141439580").text
    current = (home.snapshots / "current").read_text().strip()
    directory = home.snapshots / current
    os.rename(directory, directory.with_name(".gone"))  # noqa: PTH104
    time.sleep(1.2)
    assert "Emma [a]" in httpx.get(f"{server.address}/api/v1/books/0141439580").text
