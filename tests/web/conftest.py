"""The site over a small snapshot: in process (`client`) and as a real server (`serve`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bookrec.settings import Home
from site_testing import Client, Server, open_client, start_server
from small_snapshot import build_snapshot


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home directory without anything in it."""
    return Home(tmp_path / "home")


@pytest.fixture
def snapshot_id(home: Home) -> str:
    """The small snapshot, published in `home`."""
    return build_snapshot(home)


@pytest.fixture
def client(home: Home, snapshot_id: str) -> Iterator[Client]:
    """The site over the small snapshot, in this process."""
    with open_client(home) as client:
        yield client


@pytest.fixture
def serve(home: Home) -> Iterator[Callable[..., Server]]:
    """Starts real servers over `home`; they are stopped at the end of the test."""
    servers: list[Server] = []

    def start(workers: int = 1) -> Server:
        servers.append(start_server(home, workers))
        return servers[-1]

    yield start
    for server in servers:
        if server.process.poll() is None:
            server.stop()
        assert server.process.stdout is not None
        server.process.stdout.close()
