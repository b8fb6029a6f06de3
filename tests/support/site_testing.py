"""Helpers to drive the site: in process (`Client`) and as a real server (`Server`)."""

from __future__ import annotations

import contextlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import IO
from unittest.mock import patch

import httpx
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from bookrec.settings import Home, templates_directory
from bookrec.web.app import create_app
from bookrec.web.kit.rendering import Renderer
from bookrec.web.kit.site_settings import SiteSettings

PASSWORD = "correct-horse-9"

Client = TestClient[Litestar]

_renderer = cache(Renderer)
"""Compiles the templates of a directory once for all sites of this process."""


def make_settings(**changes: object) -> SiteSettings:
    """Settings that notice a new snapshot at once."""
    return SiteSettings(
        **{"templates": templates_directory(), "snapshot_check_s": 0.0, **changes}  # type: ignore[arg-type]
    )


@contextlib.contextmanager
def open_client(home: Home, **changes: object) -> Iterator[Client]:
    """The site in this process; redirects are not followed."""
    with patch("bookrec.web.app.Renderer", _renderer):
        app = create_app(home, make_settings(**changes))
    with TestClient(app) as client:
        client.follow_redirects = False
        yield client


def bearer(client: Client, username: str, password: str = PASSWORD) -> dict[str, str]:
    """Headers of a signed-in API client."""
    answer = client.post("/api/v1/session", json={"username": username, "password": password})
    assert answer.status_code == 201, answer.text
    return {"authorization": f"Bearer {answer.json()['token']}"}


def register(client: Client, username: str = "anna", **fields: object) -> dict[str, str]:
    """Register by the API; headers of the new reader."""
    body = {"username": username, "password": PASSWORD, **fields}
    answer = client.post("/api/v1/accounts", json=body)
    assert answer.status_code == 201, answer.text
    return bearer(client, username)


def write_events(client: Client) -> None:
    """Have the site write the events that wait."""
    client.blocking_portal.call(client.app.state.site.recorder.write_all)


def form_token(page: str) -> str:
    """The token of the first form of a page."""
    field = re.search(r'name="csrf_token"\s+value="([0-9a-f]{64})"', page)
    assert field, "the page has no form with a token"
    return field[1]


def sign_in(client: Client, username: str = "anna", password: str = PASSWORD) -> httpx.Response:
    """Sign in by the page's form."""
    token = form_token(client.get("/login").text)
    return client.post(
        "/login",
        data={"username": username, "password": password, "next": "/", "csrf_token": token},
    )


class Server:
    """A running ``bookrec serve``.

    Its output goes to a file: a pipe that nobody reads would fill up and stop the server.
    """

    def __init__(self, process: subprocess.Popen[str], address: str, log: IO[str]) -> None:
        self.process = process
        self.address = address
        self._log = log

    def output(self) -> str:
        """Lines that the server has printed to stdout and stderr."""
        return Path(self._log.name).read_text(encoding="utf-8")

    def stop(self, with_signal: int = signal.SIGTERM) -> int:
        """Stop it; its exit code."""
        self.process.send_signal(with_signal)
        return self.process.wait(timeout=20)

    def close(self) -> None:
        """Stop it if it runs, and remove its output."""
        if self.process.poll() is None:
            self.stop()
        self._log.close()


def start_server(home: Home, workers: int = 1) -> Server:
    """Start a real server over a home directory and wait until it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tempfile.NamedTemporaryFile("w", prefix="bookrec-serve-", suffix=".log")  # noqa: SIM115
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "bookrec",
            "--home",
            str(home.root),
            "serve",
            "--port",
            str(port),
            "--workers",
            str(workers),
        ],
        stdout=log,
        stderr=subprocess.STDOUT,
        text=True,
    )
    server = Server(process, f"http://127.0.0.1:{port}", log)
    _wait_until_alive(server)
    return server


def _wait_until_alive(server: Server) -> None:
    give_up_at = time.monotonic() + 30
    while time.monotonic() < give_up_at:
        if server.process.poll() is not None:
            pytest.fail(f"the server ended: {server.output()}")
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{server.address}/health/live").status_code == 200:
                return
        time.sleep(0.1)
    pytest.fail(f"the server did not answer within 30 seconds: {server.output()}")
