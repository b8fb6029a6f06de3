"""The published snapshot as the site sees it.

A worker looks at ``precomputed/current`` at most once a second. A request asks `SnapshotWatch` once
and keeps the `Snapshot` it got to its end, so all it says comes from one snapshot, whatever is
published meanwhile.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bookrec.errors import NoSnapshot, SnapshotError
from bookrec.snapshot import RANKER_NAME, current_snapshot, open_database, read_meta

logger = logging.getLogger(__name__)


class Snapshot:
    """One published snapshot, open for reading.

    Lookups of microseconds run in place on the event loop (`rows`, `row`). Whatever may take
    milliseconds (searches) runs in a worker thread on a second connection (`slow_rows`).
    """

    def __init__(self, directory: Path) -> None:
        """Open it.

        Raises:
            SnapshotError: the database is missing, damaged or of another schema version.
        """
        self.snapshot_id = directory.name
        self.ranker_directory = directory / RANKER_NAME
        self._connection = open_database(directory)
        self._slow_connection = open_database(directory)
        self._slow_lock = threading.Lock()
        self.meta = read_meta(self._connection)
        # The last request that holds this snapshot closes it, however long after the next publish.
        weakref.finalize(self, self._connection.close)
        weakref.finalize(self, self._slow_connection.close)

    @property
    def sample(self) -> bool:
        """True when the snapshot was made from generated sample data."""
        return self.meta.get("sample") == "1"

    def rows(self, query: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query that takes microseconds; for the event loop's thread only."""
        return self._connection.execute(query, parameters).fetchall()

    def each(self, query: str, parameters: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        """Like `rows`, but read row by row, for whoever may stop early."""
        return self._connection.execute(query, parameters)

    def row(self, query: str, parameters: tuple[Any, ...] = ()) -> tuple[Any, ...] | None:
        """The first row of such a query, or None."""
        row: tuple[Any, ...] | None = self._connection.execute(query, parameters).fetchone()
        return row

    def slow_rows(
        self, query: str, parameters: tuple[Any, ...] | dict[str, Any] = ()
    ) -> list[tuple[Any, ...]]:
        """All rows of a query that may take milliseconds; for worker threads, one at a time."""
        with self._slow_lock:
            return self._slow_connection.execute(query, parameters).fetchall()


class SnapshotWatch:
    """Hands out the published snapshot and follows ``current``."""

    def __init__(self, snapshots: Path, check_every_s: float) -> None:
        self._snapshots = snapshots
        self._check_every_s = check_every_s
        self._looked_at = float("-inf")
        self._snapshot: Snapshot | None = None
        self._error: SnapshotError | None = None

    def current(self) -> Snapshot:
        """The published snapshot, at most ``check_every_s`` old news.

        A snapshot that is served stays served when its successor cannot be opened.

        Raises:
            NoSnapshot: nothing was ever published.
            SnapshotError: the first one published cannot be opened.
        """
        now = time.monotonic()
        if now - self._looked_at >= self._check_every_s:
            self._looked_at = now
            self._look()
        if self._snapshot is None:
            raise self._error or NoSnapshot("No snapshot is published; run 'bookrec score' first.")
        return self._snapshot

    def _look(self) -> None:
        served = self._snapshot.snapshot_id if self._snapshot else None
        try:
            directory = current_snapshot(self._snapshots)
            if directory.name != served:
                self._snapshot = Snapshot(directory)
                logger.info("snapshot %s is served (before: %s)", directory.name, served)
            self._error = None
        except (SnapshotError, sqlite3.Error, OSError) as error:
            if str(error) != str(self._error):
                logger.warning("no new snapshot, %s is served: %s", served or "none", error)
            self._error = error if isinstance(error, SnapshotError) else SnapshotError(str(error))
