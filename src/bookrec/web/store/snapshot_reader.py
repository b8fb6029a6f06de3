"""The published snapshot, opened for reading by a worker of the site.

A worker looks at ``precomputed/current`` at most once a second. A request takes one `Snapshot` from
`SnapshotWatch` and keeps it to its end, so its answer comes from one snapshot even when another is
published meanwhile.
"""

from __future__ import annotations

import contextlib
import queue
import sqlite3
import time
import weakref
from collections.abc import Callable, Hashable, Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

from bookrec.errors import NoSnapshot, ShopUnavailable, SnapshotError
from bookrec.snapshot import NO_MODEL, RANKER_NAME, current_snapshot, open_database, read_meta
from bookrec.web.kit.log import get_logger
from bookrec.web.store.corrected_books import Corrections
from bookrec.web.store.offer_table import (
    NO_OFFERS,
    OfferTable,
    change_offer_table,
    create_offer_table,
)
from bookrec.web.store.rows import NamedParameters, Parameters, Row

logger = get_logger(__name__)

_SLOW_CONNECTIONS: Final = 4
_KEPT: Final = 500
T = TypeVar("T")


class Snapshot:
    """One published snapshot, open for reading.

    Lookups of microseconds run in place on the event loop (`rows`, `row`). Searches may take
    milliseconds, so they run in worker threads, on connections of their own (`slow_rows`).
    """

    def __init__(self, directory: Path) -> None:
        """Open the snapshot of a directory.

        Raises:
            SnapshotError: the database is missing, damaged or of another schema version.
        """
        self.snapshot_id = directory.name
        self.ranker_directory = directory / RANKER_NAME
        self._connection = open_database(directory)
        # All are opened now: the file may be gone, after the next publish, when one is needed.
        slow = [open_database(directory) for _ in range(_SLOW_CONNECTIONS)]
        self._free: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        for connection in slow:
            create_offer_table(connection)
            self._free.put(connection)
        self._offers = dict.fromkeys(map(id, slow), NO_OFFERS)
        """Id of a slow connection → the offers that it has."""
        self.meta = read_meta(self._connection)
        self.corrections: Corrections = {}
        """The operator's corrections of its books, as they were when it was last asked for."""
        self._kept: dict[Hashable, Any] = {}
        self.interactions_by_book = bool(
            self.row("select 1 from sqlite_schema where name = 'interaction_by_book'")
        )
        """Whether the interactions of one book can be looked up: older snapshots lack the index."""
        self.visit_top = bool(self.row("select 1 from sqlite_schema where name = 'visit_top'"))
        """Whether there are neighbours in visits: older snapshots lack the table."""
        self.cosine_top = bool(self.row("select 1 from sqlite_schema where name = 'cosine_top'"))
        """Whether there are books by cosine: older snapshots lack the table."""
        self.book_months = bool(self.row("select 1 from sqlite_schema where name = 'book_months'"))
        """Whether interactions are counted by month: older snapshots lack the table."""
        # Closed with the last request that holds this snapshot, even long after the next publish.
        for connection in (self._connection, *slow):
            weakref.finalize(self, connection.close)

    @property
    def sample(self) -> bool:
        """True when the snapshot was made from generated sample data."""
        return self.meta.get("sample") == "1"

    @property
    def has_model(self) -> bool:
        """False for a snapshot of catalogue and popular books alone."""
        return self.meta.get("model_id") != NO_MODEL

    def rows(self, query: str, parameters: Parameters = ()) -> list[Row]:
        """Return all rows of a query that takes microseconds; for the event loop's thread only."""
        return self._connection.execute(query, parameters).fetchall()

    def each(self, query: str, parameters: Parameters = ()) -> Iterator[Row]:
        """Yield the rows of such a query as they are read, for a caller that may stop early."""
        return self._connection.execute(query, parameters)

    def row(self, query: str, parameters: Parameters = ()) -> Row | None:
        """Return the first row of such a query, or None."""
        row: Row | None = self._connection.execute(query, parameters).fetchone()
        return row

    def slow_rows(
        self,
        query: str,
        parameters: Parameters | NamedParameters = (),
        offers: OfferTable = NO_OFFERS,
    ) -> list[Row]:
        """Return all rows of a query that may take milliseconds; for worker threads.

        As many queries as there are connections run at a time; SQLite lets go of the interpreter's lock
        while it searches.

        Args:
            query: one statement.
            parameters: its values.
            offers: offers that ``temp.offer`` has for it.
        """
        connection = self._free.get()
        try:
            loaded = self._offers[id(connection)]
            if offers is not NO_OFFERS and offers.version != loaded.version:
                change_offer_table(connection, loaded, offers)
                self._offers[id(connection)] = offers
            return connection.execute(query, parameters).fetchall()
        finally:
            self._free.put(connection)

    def keep(self, key: Hashable, compute: Callable[[], T]) -> T:
        """Return what ``compute`` returned for an equal key before, or now; recent keys only."""
        value: T | None = self._kept.get(key)
        if value is None:
            value = compute()
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            self._kept[key] = value
        return value


class SnapshotWatch:
    """The published snapshot of a worker; it follows the pointer ``current``."""

    def __init__(
        self,
        snapshots: Path,
        check_every_s: float,
        corrections: Callable[[], Corrections] = dict,
    ) -> None:
        """Watch the pointer in the directory of snapshots.

        Args:
            snapshots: directory with the pointer.
            check_every_s: least seconds between two looks at the pointer.
            corrections: returns the operator's corrections as they are now.
        """
        self._snapshots = snapshots
        self._corrections = corrections
        self._check_every_s = check_every_s
        self._looked_at = float("-inf")
        self._snapshot: Snapshot | None = None
        self._error: SnapshotError | None = None

    def current(self) -> Snapshot:
        """Return the snapshot that was published at most ``check_every_s`` seconds ago.

        A served snapshot stays served when its successor cannot be opened.

        Raises:
            NoSnapshot: nothing was ever published.
            SnapshotError: the first published snapshot cannot be opened.
        """
        now = time.monotonic()
        if now - self._looked_at >= self._check_every_s:
            self._looked_at = now
            self._look()
        if self._snapshot is None:
            raise self._error or NoSnapshot("No snapshot is published; run 'bookrec score' first.")
        with contextlib.suppress(ShopUnavailable):  # the last known ones go on
            self._snapshot.corrections = self._corrections()
        return self._snapshot

    def _look(self) -> None:
        served = self._snapshot.snapshot_id if self._snapshot else None
        try:
            directory = current_snapshot(self._snapshots)
            if directory.name != served:
                self._snapshot = Snapshot(directory)
                logger.info("snapshot served", snapshot_id=directory.name, before=served or "none")
            self._error = None
        except (SnapshotError, sqlite3.Error, OSError) as error:
            if str(error) != str(self._error):
                logger.warning("no new snapshot", served=served or "none", error=str(error))
            self._error = error if isinstance(error, SnapshotError) else SnapshotError(str(error))
