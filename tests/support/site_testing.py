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
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import IO, Any
from unittest.mock import patch

import httpx
import pytest
from litestar import Litestar
from litestar.datastructures import State
from litestar.testing import TestClient
from litestar.types import ASGIApp

from bookrec.settings import Home, templates_directory
from bookrec.web.app import _routes, create_app
from bookrec.web.kit.rendering import Renderer
from bookrec.web.kit.site_settings import SiteSettings

PASSWORD = "correct-horse-9"

Client = TestClient[Litestar]

_renderer = cache(Renderer)
"""Compiles the templates of a directory once for all sites of this process."""

_idle: dict[Path, list[tuple[Litestar, ASGIApp]]] = {}
"""Directory of templates → applications of closed sites, with the handlers of their routes."""


def make_settings(**changes: object) -> SiteSettings:
    """Settings that notice a new snapshot at once."""
    return SiteSettings(
        **{"templates": templates_directory(), "snapshot_check_s": 0.0, **changes}  # type: ignore[arg-type]
    )


@contextlib.contextmanager
def open_client(home: Home, **changes: object) -> Iterator[Client]:
    """The site in this process; redirects are not followed."""
    settings = make_settings(**changes)
    idle = _idle.setdefault(settings.templates, [])
    app, routed = _create_app(home, settings, idle)
    with TestClient(app) as client:
        client.follow_redirects = False
        yield client
    idle.append((app, routed))


def _create_app(
    home: Home, settings: SiteSettings, idle: list[tuple[Litestar, ASGIApp]]
) -> tuple[Litestar, ASGIApp]:
    """Create a site with the routes of a closed one, if there is one; also return their handler.

    To read the signatures of 250 handlers takes ten times as long as all else at a site's start.
    Routes depend on the directory of templates alone; what else differs between sites is replaced:
    lifespan, state and the layers around the routes.
    """
    routed: list[ASGIApp] = []

    def application(**options: Any) -> Litestar:
        if idle:
            app, handler = idle.pop()
            app._lifespan_managers = options["lifespan"]
            app.asgi_handler = handler
            app.state = State()
        else:
            app = Litestar(**options | {"route_handlers": _routes(settings.templates)})
        routed.append(app.asgi_handler)
        return app

    with (
        patch("bookrec.web.app.Renderer", _renderer),
        patch("bookrec.web.app._routes", lambda _: []),
        patch("bookrec.web.app.Litestar", application),
    ):
        return create_app(home, settings), routed[0]


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


_PATIENCE_S = 120
"""Seconds in which a server starts or stops; a busy machine is no failure."""


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
        return self.process.wait(timeout=_PATIENCE_S)

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
    try:
        _wait_until_alive(server)
    except BaseException:
        server.close()
        raise
    return server


def _wait_until_alive(server: Server) -> None:
    # Not by httpx, whose every call reads the certificates of all authorities.
    host = server.address.removeprefix("http://")
    give_up_at = time.monotonic() + _PATIENCE_S
    while time.monotonic() < give_up_at:
        if server.process.poll() is not None:
            pytest.fail(f"the server ended: {server.output()}")
        with (
            contextlib.suppress(OSError, HTTPException),
            contextlib.closing(HTTPConnection(host, timeout=5)) as connection,
        ):
            connection.request("GET", "/health/live")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.1)
    pytest.fail(f"the server did not answer within {_PATIENCE_S} seconds: {server.output()}")
