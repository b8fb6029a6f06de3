"""Following the pointer to the published snapshot."""

from __future__ import annotations

import time

import pytest

from bookrec.errors import NoSnapshot
from bookrec.settings import Home
from bookrec.web.store.snapshot_reader import SnapshotWatch
from small_snapshot import build_snapshot


def test_the_watch_looks_at_most_as_often_as_told(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    watch = SnapshotWatch(home.snapshots, check_every_s=1.0)
    with pytest.raises(NoSnapshot):
        watch.current()
    first = build_snapshot(home)
    now[0] = 100.9
    with pytest.raises(NoSnapshot):
        watch.current()
    now[0] = 101.0
    held = watch.current()
    assert held.snapshot_id == first
    second = build_snapshot(home)
    now[0] = 101.9
    assert watch.current() is held
    now[0] = 102.1
    assert watch.current().snapshot_id == second
    assert held.row("select count(*) from book") is not None
