"""The contract between the halves: one immutable SQLite file of top-N tables, and how to publish it.

A snapshot is a directory ``precomputed/<snapshot_id>/`` with ``snapshot.sqlite`` (the tables below)
and ``ranker/`` (arrays for live inference, see `inference.recommender`). ``precomputed/current`` names
the published one.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bookrec.errors import NoSnapshot, SnapshotError
from bookrec.files import (
    read_pointer,
    remove_abandoned,
    remove_directory,
    staged_directory,
    versions,
    write_pointer,
)

SCHEMA_VERSION: Final = 1
DATABASE_NAME: Final = "snapshot.sqlite"
RANKER_NAME: Final = "ranker"
ROWS_NAME: Final = "reader_rows.npy"
"""In `RANKER_NAME`, where the ranker knows readers by id: their features, [readers, F]."""
FINGERPRINTS_NAME: Final = "reader_marks.npy"
"""In `RANKER_NAME`, where the ranker may read more of readers than their history and age band: a number
each that stands for everything else that is known of them, [readers]."""
_SNAPSHOT_ID: Final = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")

SCHEMA: Final = """
create table meta (
    key text primary key,        -- snapshot_id, schema_version, created_at, model_id, preset,
    value text not null          -- dataset_id, dataset_digest, readers, books, top, rating_max,
) without rowid;                 -- sample (0/1), metrics (JSON)

create table book (
    book_id integer primary key, -- book_idx + 1
    isbn text not null unique,
    work_id integer not null,    -- editions of one work share it
    title text not null,
    author text not null,        -- '' = unknown, here and below
    year integer,                -- null = unknown
    publisher text not null,
    image_url text not null,
    rating_mean real,            -- explicit ratings on the scale 1-10; null without any
    rating_count integer not null,  -- explicit ratings
    reader_count integer not null,  -- readers with any interaction, implicit ones included
    similar_source text          -- 'precomputed', 'content' (a book without readers), null = no list
);
create index book_by_work on book (work_id);
create index book_by_author on book (author);
create index book_by_popularity on book (reader_count desc, book_id);

create virtual table book_search using fts5 (
    title, author, isbn,         -- folded by bookrec.text.fold; rowid = book_id
    tokenize = 'unicode61', prefix = '2 3'
);

create table reader (
    reader_id integer primary key,  -- reader_idx + 1; every reader of the data set
    user_id text not null unique,   -- as the outside knows it
    age integer                     -- null = unknown
);

create table interaction (          -- own books, as the data set has them
    reader_id integer not null,
    book_id integer not null,
    rating integer not null,        -- 1-10, 0 = interacted without a rating
    primary key (reader_id, book_id)
) without rowid;

create table user_top (
    reader_id integer not null,
    rank integer not null,          -- 1-based
    book_id integer not null,
    score real not null,            -- probability of a positive interaction
    primary key (reader_id, rank)
) without rowid;

create table similar_top (
    book_id integer not null,
    rank integer not null,
    similar_book_id integer not null,
    score real not null,
    primary key (book_id, rank)
) without rowid;

create table popular_top (
    segment text not null,          -- 'all' or an age band of bookrec.ages.AGE_BANDS
    rank integer not null,
    book_id integer not null,
    score real not null,            -- share of the segment's readers who have the book
    primary key (segment, rank)
) without rowid;
"""


@dataclass(frozen=True)
class SnapshotInfo:
    """What ``snapshots list`` says of one snapshot."""

    snapshot_id: str
    current: bool
    size_bytes: int
    meta: dict[str, str]


def new_snapshot_id(now: datetime | None = None) -> str:
    """An id that sorts by time, e.g. ``20261122T041500Z-1f2e3d4c``."""
    moment = (now or datetime.now(UTC)).strftime("%Y%m%dT%H%M%SZ")
    return f"{moment}-{secrets.token_hex(4)}"


def open_database(directory: Path) -> sqlite3.Connection:
    """A read-only connection to a snapshot directory's database.

    It keeps reading the same file even after the directory is pruned. ``immutable`` skips locking
    and change detection, which is right only because a published file never changes.

    Raises:
        SnapshotError: no database there, not SQLite, or another schema version.
    """
    path = directory / DATABASE_NAME
    if not path.is_file():
        raise SnapshotError(f"{path} is missing; run 'bookrec score' to publish a new snapshot.")
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
    )
    try:
        row = connection.execute("select value from meta where key = 'schema_version'").fetchone()
    except sqlite3.DatabaseError as error:
        connection.close()
        raise SnapshotError(
            f"{path} is not a readable snapshot ({error}); run 'bookrec snapshots rollback' or "
            "'bookrec score'."
        ) from error
    if row is None or row[0] != str(SCHEMA_VERSION):
        connection.close()
        raise SnapshotError(
            f"{path} has schema version {row[0] if row else 'none'}, this bookrec reads "
            f"{SCHEMA_VERSION}; run 'bookrec score' to publish a new snapshot."
        )
    return connection


def read_meta(connection: sqlite3.Connection) -> dict[str, str]:
    """The ``meta`` table as a dictionary."""
    return dict(connection.execute("select key, value from meta"))


def current_snapshot(snapshots: Path) -> Path:
    """The directory of the published snapshot.

    Raises:
        NoSnapshot: nothing is published.
        SnapshotError: ``current`` names a snapshot that is not there.
    """
    name = read_pointer(snapshots)
    if name is None:
        raise NoSnapshot(f"No snapshot is published in {snapshots}; run 'bookrec score' first.")
    if not _SNAPSHOT_ID.fullmatch(name) or not (snapshots / name).is_dir():
        raise SnapshotError(
            f"{snapshots / 'current'} names {name!r}, which is not there; "
            "run 'bookrec snapshots list' and 'bookrec snapshots rollback SNAPSHOT_ID'."
        )
    return snapshots / name


@contextlib.contextmanager
def building(snapshots: Path, snapshot_id: str) -> Iterator[Path]:
    """A staging directory that becomes ``precomputed/<snapshot_id>`` when the block succeeds.

    The finished database is checked, made read-only and flushed before the rename. Nothing is
    published by this: see `publish`.
    """
    with staged_directory(snapshots / snapshot_id) as staging:
        yield staging
        check_structure(staging)
        (staging / DATABASE_NAME).chmod(0o444)


def publish(snapshots: Path, snapshot_id: str, *, checked: bool = False) -> None:
    """Make a complete snapshot the current one, atomically.

    Args:
        checked: `building` has just finished it in this process, so it need not be checked again.

    Raises:
        SnapshotError: there is no such snapshot, or it fails its check.
    """
    directory = snapshots / snapshot_id
    if not _SNAPSHOT_ID.fullmatch(snapshot_id) or not directory.is_dir():
        known = ", ".join(versions(snapshots)) or "none"
        raise SnapshotError(
            f"There is no snapshot {snapshot_id!r} in {snapshots} (known: {known})."
        )
    if not checked:
        check_structure(directory)
    write_pointer(snapshots, snapshot_id)


def check_structure(directory: Path) -> None:
    """Check a snapshot from the inside: integrity, and the promises its tables make.

    Raises:
        SnapshotError: naming the first promise that does not hold, with a count.
    """
    connection = open_database(directory)
    with contextlib.closing(connection):
        verdict = connection.execute("pragma integrity_check").fetchone()[0]
        if verdict != "ok":
            raise SnapshotError(f"{directory / DATABASE_NAME} fails SQLite's check: {verdict}.")
        connection.executescript(_LOOKUPS)
        for promise, query in _BROKEN_PROMISES.items():
            count = connection.execute(query).fetchone()[0]
            if count:
                raise SnapshotError(f"{directory / DATABASE_NAME}: {count} rows break: {promise}.")


# Most works have one edition, and of those the promises about works say no more than the ones
# about books: only the others are joined. `cross join` fixes the order, a list's rows first. A
# table of ids alone is small enough to be looked into once for each row of a list.
_LOOKUPS: Final = """
create temp table catalogue (book_id integer primary key);
insert into catalogue select book_id from book;
create temp table edition (book_id integer primary key, work_id integer not null);
insert into edition select book_id, work_id from book
where work_id in (select work_id from book group by work_id having count(*) > 1);
create index temp.edition_by_work on edition (work_id);
"""

_BROKEN_PROMISES: Final = {
    "a reader's own books are not in their user_top": """
        select count(*) from user_top join interaction using (reader_id, book_id)""",
    "no list shows a work its reader already has": """
        select count(*) from user_top u cross join edition e on e.book_id = u.book_id
        where exists (select 1 from edition o cross join interaction i
                      on i.reader_id = u.reader_id and i.book_id = o.book_id
                      where o.work_id = e.work_id)""",
    "a list shows one edition of a work": """
        select (select count(*) from (select 1 from user_top cross join edition using (book_id)
                                      group by reader_id, work_id having count(*) > 1))
             + (select count(*) from (select 1 from user_top group by reader_id
                                      having count(distinct book_id) < count(*)))""",
    "a book's work is not in its own similar_top": """
        select count(*) from similar_top s join book a on a.book_id = s.book_id
        join book b on b.book_id = s.similar_book_id where a.work_id = b.work_id""",
    "ranks run from 1 without gaps in user_top": """
        select count(*) from (select 1 from user_top group by reader_id
                              having min(rank) <> 1 or max(rank) <> count(*))""",
    "ranks run from 1 without gaps in similar_top": """
        select count(*) from (select 1 from similar_top group by book_id
                              having min(rank) <> 1 or max(rank) <> count(*))""",
    "every list names books of the catalogue": """
        select (select count(*) from user_top)
             - (select count(*) from user_top cross join catalogue using (book_id))
             + (select count(*) from similar_top)
             - (select count(*) from similar_top s cross join catalogue b
                on b.book_id = s.similar_book_id)
             + (select count(*) from popular_top where book_id not in (select book_id from book))""",
    "scores do not rise with rank in user_top": """
        select count(*) from user_top a join user_top b
        on b.reader_id = a.reader_id and b.rank = a.rank + 1 where b.score > a.score""",
    "popular_top has the segment 'all'": """
        select not exists (select 1 from popular_top where segment = 'all')""",
}


def list_snapshots(snapshots: Path) -> list[SnapshotInfo]:
    """Every complete snapshot, oldest first; a damaged one has an ``error`` in its ``meta``."""
    current = read_pointer(snapshots)
    found = []
    for name in versions(snapshots):
        directory = snapshots / name
        try:
            with contextlib.closing(open_database(directory)) as connection:
                meta = read_meta(connection)
        except SnapshotError as error:
            meta = {"error": str(error)}
        size = sum(p.stat().st_size for p in directory.rglob("*") if p.is_file())
        found.append(SnapshotInfo(name, name == current, size, meta))
    return found


def prune(snapshots: Path, keep: int) -> list[str]:
    """Remove all but the newest ``keep`` snapshots; the current one always stays.

    A site that still reads a removed snapshot keeps its open files. Directories that are no
    snapshots are left alone, but for what a killed ``score`` left behind. Returns the ids removed.
    """
    remove_abandoned(snapshots)
    current = read_pointer(snapshots)
    names = [name for name in versions(snapshots) if _SNAPSHOT_ID.fullmatch(name)]
    old = [name for name in names[: -keep or None] if name != current]
    for name in old:
        remove_directory(snapshots / name)
    return old
