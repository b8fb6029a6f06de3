"""Snapshots that arms name: whether their lists fit the published catalogue, and which must stay.

An arm may show its readers the lists of another snapshot. Lists name only books that the published
catalogue has, so the other snapshot must be one of the same shop.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bookrec.errors import ShopError, SnapshotError
from bookrec.shop.experiments.arms import Arm, snapshots_of
from bookrec.snapshot import current_snapshot, open_database

_LEAST_SHARED: Final = 0.5
"""Share of listed books, and of readers with a list, that the published snapshot must know."""
_WAIT_S: Final = 20.0


@dataclass(frozen=True)
class SnapshotMatch:
    """Lists of a snapshot beside the published catalogue."""

    snapshot_id: str
    readers: int
    """Readers with a list."""
    known_readers: int
    """Those whom the published snapshot knows."""
    books: int
    """Books on any list."""
    known_books: int
    """Those that the published catalogue has; lists leave the others out."""

    @property
    def left_out(self) -> int:
        """Listed books that the published catalogue lacks."""
        return self.books - self.known_books


def match_snapshot(snapshots: Path, snapshot_id: str) -> SnapshotMatch:
    """Compare the lists of a snapshot with the published one.

    Raises:
        ShopError: it is not there or cannot be read, has no lists, or is of another shop; or nothing is
            published.
    """
    try:
        if not (snapshots / snapshot_id).is_dir():
            raise SnapshotError(f"There is no snapshot {snapshot_id} in {snapshots}.")
        with (
            contextlib.closing(open_database(snapshots / snapshot_id)) as other,
            contextlib.closing(open_database(current_snapshot(snapshots))) as published,
        ):
            match = _match(snapshot_id, other, published)
    except (SnapshotError, sqlite3.DatabaseError) as error:
        raise ShopError(
            f"The snapshot {snapshot_id} cannot be an arm: {error} "
            "'bookrec snapshots list' names those that are there."
        ) from error
    if not match.readers:
        raise ShopError(f"The snapshot {snapshot_id} cannot be an arm: it has no readers' lists.")
    if (
        match.known_readers < _LEAST_SHARED * match.readers
        or match.known_books < _LEAST_SHARED * match.books
    ):
        raise ShopError(
            f"The snapshot {snapshot_id} cannot be an arm: of its {match.readers:,} readers with a "
            f"list the published snapshot knows {match.known_readers:,}, of its {match.books:,} "
            f"listed books the catalogue has {match.known_books:,}; choose a snapshot of this shop."
        )
    return match


def check_arms(snapshots: Path, arms: Mapping[str, Arm]) -> list[SnapshotMatch]:
    """Return the match of each snapshot that arms name.

    Raises:
        ShopError: one cannot be an arm.
    """
    return [match_snapshot(snapshots, name) for name in sorted(set(snapshots_of(arms).values()))]


def missing_snapshots(snapshots: Path, arms: Mapping[str, Arm]) -> dict[str, str]:
    """Return the snapshots that are not there any more, by arm: its readers get the published lists."""
    missing = {}
    for arm, snapshot_id in snapshots_of(arms).items():
        try:
            open_database(snapshots / snapshot_id).close()
        except SnapshotError:
            missing[arm] = snapshot_id
    return missing


def snapshots_in_use(database: Path) -> frozenset[str]:
    """Return the snapshots that the running experiment names; pruning leaves them.

    The shop's database is only read: one that is missing or has no experiments yet names none.

    Raises:
        ShopError: the database cannot be read.
    """
    if not database.is_file():
        return frozenset()
    address = f"{database.resolve().as_uri()}?mode=ro"
    try:
        with contextlib.closing(sqlite3.connect(address, uri=True, timeout=_WAIT_S)) as connection:
            if not connection.execute(
                "select 1 from sqlite_schema where name = 'experiment'"
            ).fetchone():
                return frozenset()
            rows = connection.execute(
                "select arms from experiment where stopped_at is null"
            ).fetchall()
    except sqlite3.DatabaseError as error:
        raise ShopError(
            f"{database} cannot be read ({error}), so which snapshots an experiment needs is "
            "unknown and none is removed; restore it from a backup."
        ) from error
    return frozenset(name for (arms,) in rows for name in snapshots_of(json.loads(arms)).values())


def _match(
    snapshot_id: str, other: sqlite3.Connection, published: sqlite3.Connection
) -> SnapshotMatch:
    readers = _texts(
        other, "select user_id from reader where reader_id in (select reader_id from user_top)"
    )
    books = _texts(other, "select isbn from book where book_id in (select book_id from user_top)")
    return SnapshotMatch(
        snapshot_id,
        len(readers),
        _known(published, "select 1 from reader where user_id = ?", readers),
        len(books),
        _known(published, "select 1 from book where isbn = ?", books),
    )


def _texts(connection: sqlite3.Connection, query: str) -> list[str]:
    return [text for (text,) in connection.execute(query)]


def _known(connection: sqlite3.Connection, query: str, names: Iterable[str]) -> int:
    return sum(connection.execute(query, (name,)).fetchone() is not None for name in names)
