"""Snapshots of arms, open beside the published one, and the lists that readers have in them."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Final

from bookrec.errors import SnapshotError
from bookrec.snapshot import DATABASE_NAME
from bookrec.web.kit.log import get_logger
from bookrec.web.store.catalogue import ListedBook, books_by_isbn
from bookrec.web.store.snapshot_reader import Snapshot

logger = get_logger(__name__)

_MOST_OPEN: Final = 8
"""Snapshots that are kept open: more than the arms of one experiment."""


class ArmSnapshots:
    """Snapshots that the running experiment names, as one worker has them open."""

    def __init__(self, snapshots: Path, check_every_s: float) -> None:
        """Open snapshots of a directory on first need.

        Args:
            snapshots: directory of all snapshots.
            check_every_s: least seconds between two looks whether one is still there.
        """
        self._snapshots = snapshots
        self._check_every_s = check_every_s
        self._open: dict[str, Snapshot | None] = {}
        self._looked_at: dict[str, float] = {}

    def of(self, snapshot_id: str) -> Snapshot | None:
        """Return a snapshot; None while it is not there or cannot be read."""
        now = time.monotonic()
        if now - self._looked_at.get(snapshot_id, float("-inf")) >= self._check_every_s:
            if len(self._open) >= _MOST_OPEN:
                self._open.clear()
                self._looked_at.clear()
            self._looked_at[snapshot_id] = now
            self._open[snapshot_id] = self._look(snapshot_id)
        return self._open[snapshot_id]

    def _look(self, snapshot_id: str) -> Snapshot | None:
        """Return the snapshot as it is open already, or open it now.

        A removed one is closed, although its file could still be read: other workers cannot open it,
        and an arm must be the same for everyone.
        """
        before = self._open.get(snapshot_id)
        directory = self._snapshots / snapshot_id
        try:
            if before is not None and (directory / DATABASE_NAME).is_file():
                return before
            return Snapshot(directory)
        except (SnapshotError, sqlite3.Error, OSError) as error:
            if before is not None or snapshot_id not in self._open:
                logger.warning(
                    "snapshot of an arm is missing, published lists instead",
                    snapshot_id=snapshot_id,
                    error=str(error),
                )
            return None


def list_of_arm(published: Snapshot, other: Snapshot, user_id: str) -> list[ListedBook]:
    """Return a reader's list of another snapshot as books of the published catalogue, best first.

    Books that the catalogue lacks are left out; [] for a reader without a list there.
    """
    rows = other.rows(
        "select isbn, score from user_top join book using (book_id)"
        " where reader_id = (select reader_id from reader where user_id = ?) order by rank",
        (user_id,),
    )
    books = books_by_isbn(published, [isbn for isbn, _ in rows])
    return [ListedBook(books[isbn], score) for isbn, score in rows if isbn in books]
