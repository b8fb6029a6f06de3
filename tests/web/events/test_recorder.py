"""The recorder: a bounded queue, batches, and what happens when the database cannot be written."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from bookrec.errors import ShopUnavailable
from bookrec.shop.events import Actor, Event, Impression
from bookrec.web.events import recorder as recorders
from bookrec.web.events.recorder import BATCH, PER_MINUTE, EventRecorder
from bookrec.web.kit.metrics import Metrics
from bookrec.web.store.database import opened

AN = Actor(visitor="an")


def view(number: int, actor: Actor = AN) -> Event:
    return Event(actor, "view", 1_000 + number, isbn=f"B{number}")


def rate(number: int) -> Event:
    return Event(AN, "rate", 1_000, isbn=f"R{number}", rating=9)


@contextlib.asynccontextmanager
async def open_recorder(path: Path) -> AsyncIterator[EventRecorder]:
    async with opened(path) as database:
        yield EventRecorder(database, Metrics())


def run(path: Path, test: Callable[[EventRecorder], Coroutine[Any, Any, None]]) -> list[Any]:
    """Run a test with a recorder; the kinds and books in the database after it."""

    async def body() -> None:
        async with open_recorder(path) as recorder:
            await test(recorder)

    asyncio.run(body())
    with contextlib.closing(sqlite3.connect(path)) as shop:
        return shop.execute("select kind, isbn from events order by event_id").fetchall()


def outcomes(recorder: EventRecorder) -> dict[str, float]:
    lines = recorder._metrics.render(None).decode().splitlines()
    return {
        line.split('outcome="')[1].split('"')[0]: float(line.rpartition(" ")[2])
        for line in lines
        if line.startswith("bookrec_events_total{")
    }


def test_a_full_queue_drops_views_and_keeps_what_was_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = 70
    monkeypatch.setattr(recorders, "WAITING", most)

    async def flood(recorder: EventRecorder) -> None:
        for number in range(most + 30):
            recorder.note(view(number, Actor(visitor=f"v{number}")))
        assert recorder.waiting == most
        assert not recorder.has_room(1)
        assert recorder.note(rate(1))
        shown = Impression(AN, "l", "yours", "/", ("A",), 1)
        assert not recorder.note(shown)
        for number in range(2 * most):
            recorder.note(rate(number))
        assert recorder.waiting == 2 * most
        assert outcomes(recorder) == {"dropped": 30 + 1 + most + 1}
        await recorder.write_all()
        assert recorder.waiting == 0
        assert outcomes(recorder)["written"] == 2 * most

    rows = run(tmp_path / "shop.sqlite", flood)
    assert len(rows) == 2 * most
    assert rows[most] == ("rate", "R1")


def test_one_actor_cannot_fill_the_queue(tmp_path: Path) -> None:
    async def flood(recorder: EventRecorder) -> None:
        taken = [recorder.note(view(number)) for number in range(PER_MINUTE + 5)]
        assert taken.count(True) == PER_MINUTE
        assert recorder.note(view(0, Actor(visitor="other")))

    run(tmp_path / "shop.sqlite", flood)


def test_batches_are_written_in_the_background(tmp_path: Path) -> None:
    async def visit(recorder: EventRecorder) -> None:
        async with recorder.running():
            recorder.note(*(view(number) for number in range(BATCH)))
            while recorder.waiting:
                await asyncio.sleep(0.005)
            recorder.note(rate(3))
            assert recorder.pending(AN)[-1] == rate(3)
        assert recorder.waiting == 0, "what is left is written at the end"
        assert recorder.pending(AN) == []

    rows = run(tmp_path / "shop.sqlite", visit)
    assert (len(rows), rows[-1]) == (BATCH + 1, ("rate", "R3"))


def test_a_locked_database_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "shop.sqlite"
    monkeypatch.setattr("bookrec.web.store.connections._BUSY_TIMEOUT_S", 0.01)

    async def visit(recorder: EventRecorder) -> None:
        recorder.note(view(1), view(2))
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("begin exclusive")
            with pytest.raises(ShopUnavailable):
                await recorder.write_all()
            other.execute("rollback")
        assert recorder.waiting == 2
        assert recorder.pending(AN) == [view(1), view(2)]
        await recorder.write_all()

    assert run(path, visit) == [("view", "B1"), ("view", "B2")]


def test_rows_that_cannot_be_written_do_not_stop_the_others(tmp_path: Path) -> None:
    async def visit(recorder: EventRecorder) -> None:
        recorder.note(Event(AN, "view", 1, isbn=None), view(1))
        with pytest.raises(sqlite3.IntegrityError):
            await recorder.write_all()
        assert outcomes(recorder) == {"failed": 2}
        recorder.note(view(2))
        await recorder.write_all()

    assert run(tmp_path / "shop.sqlite", visit) == [("view", "B2")]


def test_who_withdraws_is_written_no_more(tmp_path: Path) -> None:
    async def visit(recorder: EventRecorder) -> None:
        recorder.note(view(1), view(2, Actor(visitor="other")))
        writing = asyncio.ensure_future(recorder.write_all())
        while not recorder._writing:
            await asyncio.sleep(0)
        recorder.drop(AN)
        await writing

    assert run(tmp_path / "shop.sqlite", visit) == [("view", "B2")]


def test_limits_agree() -> None:
    assert recorders.BATCH <= recorders.PER_MINUTE <= recorders.WAITING
