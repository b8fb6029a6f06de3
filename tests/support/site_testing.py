"""Helpers to drive the site: in process (`Client`) and as a real server (`Server`)."""

from __future__ import annotations

import contextlib
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import cache
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
    """A running ``bookrec serve``."""

    def __init__(self, process: subprocess.Popen[str], address: str) -> None:
        self.process = process
        self.address = address

    def stop(self, with_signal: int = signal.SIGTERM) -> int:
        """Stop it; its exit code."""
        self.process.send_signal(with_signal)
        return self.process.wait(timeout=20)


def start_server(home: Home, workers: int = 1) -> Server:
    """Start a real server over a home directory and wait until it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
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
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    server = Server(process, f"http://127.0.0.1:{port}")
    _wait_until_alive(server)
    return server


def _wait_until_alive(server: Server) -> None:
    give_up_at = time.monotonic() + 30
    while time.monotonic() < give_up_at:
        if server.process.poll() is not None:
            assert server.process.stdout is not None
            pytest.fail(f"the server ended: {server.process.stdout.read()}")
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{server.address}/health/live").status_code == 200:
                return
        time.sleep(0.1)
    pytest.fail("the server did not answer within 30 seconds")
