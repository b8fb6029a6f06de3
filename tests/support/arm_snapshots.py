"""Another snapshot of the small shop, for arms: its lists are the published ones upside down."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path
from typing import Final

from bookrec import snapshot as snapshots

OTHER: Final = "20261101T030000Z-0badcafe"
"""Id of the other snapshot, older than every published one."""
LOST: Final = "lost:1"
"""Id of a book that only the other snapshot has; it is the first on every list there."""
_CHANGE: Final = f"""
insert into book (book_id, isbn, work_id, title, author, publisher, image_url, rating_count,
                  reader_count)
values (9000, '{LOST}', 9000, 'A Lost Book', '', '', '', 0, 0);
create temp table turned as select reader_id, book_id,
    row_number() over (partition by reader_id order by rank desc) as rank from user_top;
delete from user_top;
insert into user_top select reader_id, rank + 1, book_id, 0.9 - rank / 50.0 from turned;
insert into user_top select distinct reader_id, 1, 9000, 0.9 from turned;
"""


def add_other(directory: Path, published: str, snapshot_id: str = OTHER, change: str = "") -> str:
    """Add the other snapshot beside the published one; return its id.

    Args:
        directory: of the snapshots.
        published: id of the snapshot to start from.
        snapshot_id: id of the new one.
        change: more SQL to run on it.
    """
    shutil.copytree(directory / published, directory / snapshot_id)
    path = directory / snapshot_id / snapshots.DATABASE_NAME
    path.chmod(0o644)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(_CHANGE + change)
    return snapshot_id
