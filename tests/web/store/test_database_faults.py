"""``var/shop.sqlite`` locked, full, deleted or replaced under a running server."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from bookrec.settings import Home
from site_testing import PASSWORD, Client, Server, form_token, open_client, register, sign_in

SENTENCE = "cannot be used at the moment"


@contextlib.contextmanager
def locked(home: Home) -> Iterator[None]:
    with contextlib.closing(sqlite3.connect(home.shop_database, isolation_level=None)) as holder:
        holder.execute("begin exclusive")
        yield
        holder.execute("rollback")


def answers(http: httpx.Client, headers: dict[str, str]) -> dict[str, int]:
    """Statuses of a write by the API, a form that writes, readiness, and a page of everyone."""
    http.cookies.clear()
    token = form_token(http.get("/login").text)
    form = {"username": "anna", "password": PASSWORD, "csrf_token": token}
    written = http.put("/api/v1/me/ratings/0141439580", json={"rating": 9}, headers=headers)
    page = http.post("/login", data=form)
    ready = http.get("/health/ready")
    for answer in (written, ready):
        if answer.status_code == 503:
            assert SENTENCE in answer.json()["detail"]
            assert answer.headers["retry-after"]
    if page.status_code == 503:
        assert "not saved" in page.text
        assert "/var/" not in page.text
    return {
        "write": written.status_code,
        "form": page.status_code,
        "ready": ready.status_code,
        "home": http.get("/").status_code,
    }


WORKING = {"write": 200, "form": 303, "ready": 200, "home": 200}
UNUSABLE = {"write": 503, "form": 503, "ready": 503, "home": 200}


def stored_ratings(path: Path) -> int:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        count: int = connection.execute("select count(*) from shop_interaction").fetchone()[0]
        return count


@pytest.mark.slow
def test_a_real_server_survives_a_lock_and_a_lost_and_restored_file(
    serve: Callable[..., Server], home: Home, snapshot_id: str, tmp_path: Path
) -> None:
    server = serve()
    with httpx.Client(base_url=server.address, timeout=15) as http:
        body = {"username": "anna", "password": PASSWORD}
        assert http.post("/api/v1/accounts", json=body).status_code == 201
        token = http.post("/api/v1/session", json=body).json()["token"]
        headers = {"authorization": f"Bearer {token}"}
        assert answers(http, headers) == WORKING
        with locked(home):
            assert answers(http, headers) == UNUSABLE
            assert http.get("/api/v1/me/ratings", headers=headers).status_code == 200
        assert answers(http, headers) == WORKING

        backup = tmp_path / "backup.sqlite"
        with (
            contextlib.closing(sqlite3.connect(home.shop_database)) as live,
            contextlib.closing(sqlite3.connect(backup)) as copy,
        ):
            live.backup(copy)
        home.shop_database.unlink()
        assert answers(http, headers) == UNUSABLE
        assert http.get("/api/v1/me/ratings", headers=headers).status_code == 503
        assert not home.shop_database.exists(), "a new, empty file would hide the loss"

        # The log of the lost file still lies there; its pages must not get into the restored one.
        restored = tmp_path / "restored.sqlite"
        shutil.copy(backup, restored)
        with contextlib.closing(sqlite3.connect(restored)) as connection, connection:
            connection.execute("update account set age = 77")
        shutil.move(restored, home.shop_database)
        assert answers(http, headers) == WORKING
    assert server.stop() == 0
    with contextlib.closing(sqlite3.connect(home.shop_database)) as connection:
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
        assert connection.execute("select age from account").fetchall() == [(77,)]
    assert stored_ratings(home.shop_database) == 1


def test_waiting_requests_are_answered_in_time_however_many(
    home: Home, snapshot_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Waits add up in no queue: one write waits for the lock, and the others hear of it."""
    import asyncio

    from bookrec.errors import ShopUnavailable
    from bookrec.web.store import database

    waits: list[str] = []

    async def scenario() -> tuple[int, int]:
        async with database.opened(home.shop_database) as shop:
            execute = shop._connections.writer.execute

            async def counted(statement: str, *parameters: object) -> object:
                waits.extend([statement] if statement.startswith("begin") else [])
                return await execute(statement, *parameters)

            monkeypatch.setattr(shop._connections.writer, "execute", counted)

            async def write() -> None:
                async with shop.write() as transaction:
                    await transaction.execute("update account set age = 5")

            with locked(home):
                results = await asyncio.gather(
                    *(write() for _ in range(30)), return_exceptions=True
                )
            begun = len(waits)
            await write()
            return sum(isinstance(result, ShopUnavailable) for result in results), begun

    assert asyncio.run(scenario()) == (30, 1)


def test_a_full_database_refuses_and_recovers(home: Home, snapshot_id: str) -> None:
    with open_client(home) as client:
        headers = register(client)
        register(client, "berta")
        writer = client.app.state.site.database._connections.writer
        pages = _pragma(client, writer, "pragma page_count")
        _pragma(client, writer, f"pragma max_page_count = {pages}")
        statuses = [
            client.post(
                "/api/v1/accounts", json={"username": f"reader-{number}", "password": PASSWORD}
            ).status_code
            for number in range(40)
        ]
        assert set(statuses) == {201, 503}
        assert statuses[-1] == 503
        ready = client.get("/health/ready")
        assert ready.status_code == 503
        assert SENTENCE in ready.json()["detail"]
        assert client.get("/api/v1/me/ratings", headers=headers).status_code == 200
        with contextlib.closing(sqlite3.connect(home.shop_database)) as connection:
            known = connection.execute("select count(*) from account").fetchone()[0]
        assert known == 2 + statuses.count(201), "an account for each acknowledged registration"
        _pragma(client, writer, "pragma max_page_count = 1000000")
        assert client.get("/health/ready").status_code == 200


def _pragma(client: Client, connection: object, statement: str) -> int:
    async def run() -> int:
        rows = await connection.execute_fetchall(statement)  # type: ignore[attr-defined]
        return int(next(iter(rows))[0])

    return client.blocking_portal.call(run)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_write_into_a_file_that_goes_is_never_acknowledged(
    home: Home, snapshot_id: str, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    with open_client(home) as client:
        headers = register(client)
        database = client.app.state.site.database
        check, calls = database._check_place, []

        def lose_file() -> None:
            calls.append(1)
            if len(calls) == (1 if moment == "before" else 2):
                home.shop_database.rename(home.root / "gone.sqlite")
            check()

        monkeypatch.setattr(database, "_check_place", lose_file)
        rated = client.put("/api/v1/me/ratings/0141439580", json={"rating": 9}, headers=headers)
        assert rated.status_code == 503
        monkeypatch.undo()
        assert client.get("/health/ready").status_code == 503
        (home.root / "gone.sqlite").rename(home.shop_database)
        assert client.get("/health/ready").status_code == 200


def test_a_reader_without_a_writable_database_still_reads(home: Home, snapshot_id: str) -> None:
    with open_client(home) as client:
        register(client)
        sign_in(client)
        with contextlib.closing(sqlite3.connect(home.shop_database)) as connection, connection:
            connection.execute("update session set last_seen_at = last_seen_at - 1000")
        with locked(home):
            assert client.get("/books/0141439580").status_code == 200
