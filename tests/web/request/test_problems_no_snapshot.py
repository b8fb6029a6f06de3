"""The site before the first publish, and beside a damaged one."""

from __future__ import annotations

import pytest

from bookrec.files import write_pointer
from bookrec.settings import Home
from bookrec.snapshot import current_snapshot
from site_testing import open_client
from small_snapshot import build_snapshot


def test_without_a_snapshot_the_site_starts_and_says_what_to_run(home: Home) -> None:
    with open_client(home) as client:
        for path in ("/", "/books", "/login"):
            page = client.get(path)
            assert page.status_code == 503
            assert "bookrec score" in page.text
            assert page.headers["retry-after"]
            assert str(home.root) not in page.text
        api = client.get("/api/v1/books")
        assert api.status_code == 503
        assert api.headers["content-type"] == "application/problem+json"
        assert client.get("/health/live").status_code == 200
        assert client.get("/health/ready").status_code == 503
        assert client.get("/metrics").status_code == 200
        build_snapshot(home)
        assert client.get("/").status_code == 200
        assert client.get("/health/ready").status_code == 200


@pytest.mark.parametrize("damage", ["pointer", "file"])
def test_a_damaged_successor_leaves_the_old_snapshot_served(home: Home, damage: str) -> None:
    old = build_snapshot(home)
    with open_client(home) as client:
        assert client.get("/health/ready").json()["snapshot_id"] == old
        if damage == "pointer":
            write_pointer(home.snapshots, "20990101T000000Z-00000000")
        else:
            build_snapshot(home)
            database = current_snapshot(home.snapshots) / "snapshot.sqlite"
            database.chmod(0o644)
            database.write_bytes(b"not a database" * 100)
        assert client.get("/health/ready").json()["snapshot_id"] == old
        assert client.get("/books?q=emma").status_code == 200
        new = build_snapshot(home)
        assert client.get("/health/ready").json()["snapshot_id"] == new
