"""Comparison of a snapshot's lists with those of the published snapshot."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from bookrec.errors import SnapshotError
from bookrec.offline.scoring.shelf.shelf import META_KEY, Shelf, table_lines
from bookrec.snapshot import NO_MODEL, current_snapshot, open_database, read_meta


def shelf_of(directory: Path) -> Shelf:
    """Read the figures of a snapshot from its ``meta``; measure those of an older one.

    Raises:
        SnapshotError: the snapshot cannot be read.
    """
    with contextlib.closing(open_database(directory)) as connection:
        stored = Shelf.from_json(read_meta(connection).get(META_KEY, "null"))
        if stored is not None:
            return stored
        # Measuring needs SciPy, which a host that only serves does not have.
        from bookrec.offline.scoring.shelf.measure_shelf import measure_shelf

        return measure_shelf(connection)


def published_shelf(snapshots: Path) -> Shelf | None:
    """Read the figures of the published snapshot; None without one, without lists, or if damaged."""
    try:
        published = current_snapshot(snapshots)
        with contextlib.closing(open_database(published)) as connection:
            if read_meta(connection).get("model_id") == NO_MODEL:
                return None
        return shelf_of(published)
    except (SnapshotError, sqlite3.DatabaseError):
        return None


def comparison_lines(new: Path, published: Shelf | None) -> Iterator[str]:
    """Yield the lines of a table of a new snapshot's figures beside the published ones.

    Args:
        new: directory of the new snapshot.
        published: figures of the snapshot that was published before.
    """
    yield from table_lines({"new": shelf_of(new), "published": published})
