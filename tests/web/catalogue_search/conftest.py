"""The small snapshot, open for reading."""

from __future__ import annotations

from pathlib import Path

import pytest

from bookrec.snapshot import current_snapshot
from bookrec.web.store.snapshot_reader import Snapshot


@pytest.fixture(scope="module")
def small_snapshot(published_snapshot: Path) -> Snapshot:
    """The small snapshot; read it only."""
    return Snapshot(current_snapshot(published_snapshot))
