"""The site over a small snapshot: in process (`client`) and as a real server (`serve`)."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from bookrec.files import read_pointer
from bookrec.settings import Home
from bookrec.web.accounts import passwords
from quick_shops import cheap_hashes, copied_shops
from shared_builds import build_once
from site_testing import Client, Server, open_client, start_server
from small_snapshot import build_snapshot

_SITE_HASHER = passwords._HASHER


@pytest.fixture(autouse=True, scope="module")
def quick_sites() -> Iterator[None]:
    """Sites in this process copy new shops, and hash passwords cheaply."""
    with copied_shops("bookrec.web.store.database"), cheap_hashes():
        yield


@pytest.fixture
def site_hashes() -> Iterator[None]:
    """Passwords are hashed as on the site."""
    with patch.object(passwords, "_HASHER", _SITE_HASHER):
        yield


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home directory without anything in it."""
    return Home(tmp_path / "home")


@pytest.fixture(scope="session")
def published_snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory of snapshots in which the small one is published; copy it."""

    def build(root: Path) -> None:
        build_snapshot(Home(root / "home"))

    return Home(build_once(tmp_path_factory, "small-snapshot", build) / "home").snapshots


@pytest.fixture
def snapshot_id(home: Home, published_snapshot: Path) -> str:
    """The small snapshot, published in `home`."""
    shutil.copytree(published_snapshot, home.snapshots)
    snapshot_id = read_pointer(home.snapshots)
    assert snapshot_id is not None
    return snapshot_id


@pytest.fixture
def client(home: Home, snapshot_id: str) -> Iterator[Client]:
    """The site over the small snapshot, in this process."""
    with open_client(home) as client:
        yield client


@pytest.fixture(scope="module")
def site_to_read(
    published_snapshot: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Client]:
    """One site over the small snapshot for all tests of a file that only read."""
    home = Home(tmp_path_factory.mktemp("site") / "home")
    shutil.copytree(published_snapshot, home.snapshots)
    with open_client(home) as client:
        yield client


@pytest.fixture
def visitor(site_to_read: Client) -> Client:
    """A visitor without cookies, who reads and changes nothing: starting a site takes 20 ms."""
    site_to_read.cookies.clear()
    return site_to_read


@pytest.fixture
def serve(home: Home) -> Iterator[Callable[..., Server]]:
    """Starts real servers over `home`; they are stopped at the end of the test."""
    servers: list[Server] = []

    def start(workers: int = 1) -> Server:
        servers.append(start_server(home, workers))
        return servers[-1]

    yield start
    for server in servers:
        server.close()
