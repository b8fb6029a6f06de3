"""Small hand-made snapshots for tests of publishing: two readers, five books, four works."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from bookrec import snapshot as snapshots

SCRIPT = """
insert into book (book_id, isbn, work_id, title, author, publisher, image_url, rating_count,
                  reader_count)
values (1, '0141439580', 0, 'Emma', 'Jane Austen', '', '', 0, 2),
       (2, '0141439556', 1, 'Wuthering Heights', 'Emily Brontë', '', '', 0, 1),
       (3, '014143984X', 2, 'Dracula', 'Bram Stoker', '', '', 0, 1),
       (4, '0451523377', 2, 'Dracula (Signet)', 'Bram Stoker', '', '', 0, 0),
       (5, '0441172717', 3, 'Dune', 'Frank Herbert', '', '', 0, 0);
insert into reader values (1, '276725', 34), (2, '276726', null);
insert into interaction values (1, 1, 9), (2, 1, 0), (2, 3, 4);
insert into user_top values (1, 1, 3, 0.9), (1, 2, 2, 0.5), (2, 1, 2, 0.25);
insert into similar_top values (3, 1, 2, 0.75), (3, 2, 5, 0.5), (4, 1, 2, 0.5);
insert into popular_top values ('all', 1, 1, 1.0), ('all', 2, 3, 0.5);
"""


def fill(directory: Path, snapshot_id: str, change: str = "") -> None:
    """Write the database into ``directory``, then run the SQL ``change`` on it."""
    path = directory / snapshots.DATABASE_NAME
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(snapshots.SCHEMA + SCRIPT)
        meta = {
            "snapshot_id": snapshot_id,
            "schema_version": str(snapshots.SCHEMA_VERSION),
            "model_id": "hand-made",
            "preset": "default",
            "readers": "2",
            "books": "5",
            "dataset_id": "small",
            "dataset_digest": "d" * 64,
            "metrics": '{"pipeline": {"ndcg@20": 0.25}}',
        }
        connection.executemany("insert into meta values (?, ?)", meta.items())
        connection.executescript(change)


def add(home_snapshots: Path, snapshot_id: str, *, publish: bool = True, change: str = "") -> Path:
    """Build (and publish) a snapshot that keeps all promises; its directory."""
    with snapshots.building(home_snapshots, snapshot_id) as staging:
        fill(staging, snapshot_id, change)
    if publish:
        snapshots.publish(home_snapshots, snapshot_id)
    return home_snapshots / snapshot_id


IDS = ("20261120T030000Z-aaaaaaaa", "20261121T030000Z-00000000", "20261122T030000Z-12345678")
"""Ids of three nights, oldest first."""
