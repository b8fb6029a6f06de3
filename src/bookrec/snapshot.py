"""Snapshots, the contract between scoring and the site: an immutable SQLite file of top-N tables.

A snapshot is a directory ``precomputed/<snapshot_id>/`` with ``snapshot.sqlite`` (the tables below)
and ``ranker/`` (arrays for live inference, see `inference.recommender`). ``precomputed/current``
names the published snapshot, ``precomputed/withdrawn.json`` those that were rolled back.
"""

from __future__ import annotations

import contextlib
import json
import re
import secrets
import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
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
    write_atomically,
    write_pointer,
)

SCHEMA_VERSION: Final = 2
DATABASE_NAME: Final = "snapshot.sqlite"
RANKER_NAME: Final = "ranker"
WITHDRAWN_NAME: Final = "withdrawn.json"
"""File beside the snapshots that names those rolled back."""
_MOST_WITHDRAWN: Final = 50
ROWS_NAME: Final = "reader_rows.npy"
"""File in `RANKER_NAME` of [readers, F] reader features, if the ranker knows readers by id."""
FINGERPRINTS_NAME: Final = "reader_marks.npy"
"""File in `RANKER_NAME` of [readers] fingerprints, if the ranker has reader inputs besides history and
age band: a number that changes when any of those other inputs does."""
NO_MODEL: Final = "none"
"""``model_id`` of a snapshot of catalogue and popular books alone; it has no `RANKER_NAME`."""
_SNAPSHOT_ID: Final = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")

SCHEMA: Final = """
create table meta (
    key text primary key,        -- snapshot_id, schema_version, created_at, model_id, preset,
    value text not null          -- dataset_id, dataset_digest, readers, books, top, rating_max,
) without rowid;                 -- sample (0/1), metrics, shelf (JSON)

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
    similar_source text,         -- 'precomputed', 'content' (a book without readers), null = no list
    category text not null default '',
    language text not null default '',
    series text not null default '',
    series_number real,          -- null = unknown
    description text not null default '',
    -- The next ones are written by bookrec.search.index; places start at 1.
    place integer,               -- most readers first
    rating_place integer,        -- best rated first
    title_place integer,         -- by title
    author_key text not null default '',  -- one for all spellings of a name
    series_key text not null default ''
);
create index book_by_work on book (work_id);
create index book_by_author on book (author);
create index book_by_popularity on book (reader_count desc, book_id);
create unique index book_by_place on book (place);
create index book_by_rating on book (rating_place);
create index book_by_title on book (title_place);
create index book_by_year on book (year desc, place);
create index book_by_publisher on book (publisher collate nocase, place);
create index book_by_category on book (category, place) where category <> '';
create index book_by_language on book (language, place) where language <> '';
create index book_by_author_key on book (author_key, place);
create index book_by_series on book (series_key, series_number) where series_key <> '';

-- The search index. A row number of book_search is the book's place, so rows come most read first.
create virtual table book_search using fts5 (
    title, author, isbn,         -- spellings of bookrec.search.words, one a line, the usual one first
    tokenize = 'unicode61', prefix = '1 2 3', detail = column, columnsize = 0
);
create table title_key (         -- whole titles with their words joined
    key text not null,
    place integer not null,
    primary key (key, place)
) without rowid;
create table search_word (       -- vocabulary of titles and names
    word_id integer primary key,
    word text not null unique,
    books integer not null,         -- books that have the word
    author_books integer not null   -- books that have it in the author's name
);
create table search_edit (       -- see bookrec.search.edits
    key integer not null,
    word_id integer not null,
    primary key (key, word_id)
) without rowid;
create table suggestion (        -- texts to offer while somebody types, most readers first
    suggestion_id integer primary key,
    kind text not null,             -- 'title', 'author', 'series'
    text text not null,
    isbn text,                      -- of a title
    readers integer not null
);
create virtual table suggestion_search using fts5 (
    text, tokenize = 'unicode61', prefix = '1 2 3', detail = none, columnsize = 0
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
create index interaction_by_book on interaction (book_id, rating);

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
    score real not null,            -- 1 / (1 + exp(-lift)), or the score by content; 0 to 1
    primary key (book_id, rank)
) without rowid;

create table visit_top (            -- missing in older snapshots, empty without times
    book_id integer not null,
    rank integer not null,
    next_book_id integer not null,
    score real not null,            -- share of the book's first one; 0 to 1
    primary key (book_id, rank)
) without rowid;

create table cosine_top (           -- missing in older snapshots
    book_id integer not null,
    rank integer not null,
    similar_book_id integer not null,
    score real not null,            -- shrunken cosine over readers who liked both; 0 to 1
    primary key (book_id, rank)
) without rowid;

create table book_months (          -- missing in older snapshots, empty without times
    book_id integer not null,
    month integer not null,         -- 12 * year + month - 1, UTC
    interactions integer not null,
    primary key (book_id, month)
) without rowid;

create table popular_top (
    segment text not null,          -- 'all' or an age band of bookrec.ages.AGE_BANDS
    rank integer not null,
    book_id integer not null,
    score real not null,            -- 0-1, how well liked by how many of the segment's readers
    primary key (segment, rank)
) without rowid;
"""


@dataclass(frozen=True)
class SnapshotInfo:
    """Id, size and ``meta`` of a snapshot."""

    snapshot_id: str
    current: bool
    size_bytes: int
    meta: dict[str, str]


def new_snapshot_id(now: datetime | None = None) -> str:
    """Make an id that sorts by time, e.g. ``20261122T041500Z-1f2e3d4c``."""
    moment = (now or datetime.now(UTC)).strftime("%Y%m%dT%H%M%SZ")
    return f"{moment}-{secrets.token_hex(4)}"


def open_database(directory: Path) -> sqlite3.Connection:
    """Open a read-only connection to the database of a snapshot directory.

    The connection keeps reading the same file after the directory is pruned. ``immutable`` skips
    locking and change detection, which is safe because a published file never changes.

    Raises:
        SnapshotError: the database is missing, not SQLite, or of another schema version.
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
    """Read the ``meta`` table as a dictionary."""
    return dict(connection.execute("select key, value from meta"))


def current_snapshot(snapshots: Path) -> Path:
    """Return the directory of the published snapshot.

    Raises:
        NoSnapshot: nothing is published.
        SnapshotError: ``current`` names a snapshot that does not exist.
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
    """Stage a directory that becomes ``precomputed/<snapshot_id>`` when the block succeeds.

    The finished database is checked, made read-only and flushed before the rename. `publish`
    publishes it.
    """
    with staged_directory(snapshots / snapshot_id) as staging:
        yield staging
        check_structure(staging)
        (staging / DATABASE_NAME).chmod(0o444)


def publish(snapshots: Path, snapshot_id: str, *, checked: bool = False) -> None:
    """Make a complete snapshot the current one, atomically.

    Args:
        checked: True right after `building`, which has checked the snapshot already.

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


@dataclass(frozen=True)
class Withdrawn:
    """Inputs of a snapshot that an operator rolled back."""

    snapshot_id: str
    model_id: str
    dataset_digest: str


def withdraw(snapshots: Path, snapshot_id: str) -> None:
    """Note that a snapshot was rolled back: the nightly job does not publish its lists again."""
    try:
        with contextlib.closing(open_database(snapshots / snapshot_id)) as connection:
            meta = read_meta(connection)
    except SnapshotError:  # a damaged one has no inputs to keep out
        meta = {}
    row = Withdrawn(snapshot_id, meta.get("model_id", ""), meta.get("dataset_digest", ""))
    others = [other for other in withdrawn(snapshots) if other.snapshot_id != snapshot_id]
    _write_withdrawn(snapshots, [*others, row])


def restore(snapshots: Path, snapshot_id: str) -> None:
    """Forget that a snapshot was rolled back: an operator publishes it again."""
    rows = withdrawn(snapshots)
    kept = [row for row in rows if row.snapshot_id != snapshot_id]
    if kept != rows:
        _write_withdrawn(snapshots, kept)


def withdrawn(snapshots: Path) -> list[Withdrawn]:
    """List the rolled-back snapshots, last one last; also those that were pruned since.

    Raises:
        SnapshotError: ``withdrawn.json`` is damaged.
    """
    path = snapshots / WITHDRAWN_NAME
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return [
            Withdrawn(row["snapshot_id"], row["model_id"], row["dataset_digest"]) for row in rows
        ]
    except FileNotFoundError:
        return []
    except (ValueError, TypeError, KeyError) as error:
        raise SnapshotError(
            f"{path} is damaged ({error}); remove it, and run 'bookrec snapshots rollback' again "
            "for what must stay out."
        ) from error


def _write_withdrawn(snapshots: Path, rows: list[Withdrawn]) -> None:
    text = json.dumps([asdict(row) for row in rows[-_MOST_WITHDRAWN:]], indent=1)
    write_atomically(snapshots / WITHDRAWN_NAME, f"{text}\n".encode())


def check_structure(directory: Path) -> None:
    """Check the integrity of a snapshot's database, and the constraints of its tables.

    Raises:
        SnapshotError: names the first constraint that is violated, and by how many rows.
    """
    connection = open_database(directory)
    with contextlib.closing(connection):
        verdict = connection.execute("pragma integrity_check").fetchone()[0]
        if verdict != "ok":
            raise SnapshotError(f"{directory / DATABASE_NAME} fails SQLite's check: {verdict}.")
        connection.executescript(_LOOKUPS)
        for constraint, query in _VIOLATIONS.items():
            count = connection.execute(query).fetchone()[0]
            if count:
                raise SnapshotError(
                    f"{directory / DATABASE_NAME}: {count} rows break: {constraint}."
                )


# Only works of several editions are joined: for the others, the constraints on works follow from
# those on books. `cross join` fixes the join order, the rows of lists first. A table of ids alone is
# small enough to be searched once for each row of a list.
_LOOKUPS: Final = """
create temp table catalogue (book_id integer primary key);
insert into catalogue select book_id from book;
create temp table edition (book_id integer primary key, work_id integer not null);
insert into edition select book_id, work_id from book
where work_id in (select work_id from book group by work_id having count(*) > 1);
create index temp.edition_by_work on edition (work_id);
"""

_VIOLATIONS: Final = {
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
    """List the complete snapshots, oldest first; a damaged one has an ``error`` in its ``meta``."""
    current = read_pointer(snapshots)
    infos = []
    for name in versions(snapshots):
        directory = snapshots / name
        try:
            with contextlib.closing(open_database(directory)) as connection:
                meta = read_meta(connection)
        except SnapshotError as error:
            meta = {"error": str(error)}
        size = sum(p.stat().st_size for p in directory.rglob("*") if p.is_file())
        infos.append(SnapshotInfo(name, name == current, size, meta))
    return infos


def prune(snapshots: Path, keep: int, kept: Collection[str] = ()) -> list[str]:
    """Remove all but the newest ``keep`` snapshots; the current one and those of ``kept`` stay.

    A site that still reads a removed snapshot keeps its open files. Staging directories of killed
    processes are removed too; other directories that are no snapshots stay. Returns the ids removed.
    """
    remove_abandoned(snapshots)
    current = read_pointer(snapshots)
    names = [name for name in versions(snapshots) if _SNAPSHOT_ID.fullmatch(name)]
    old = [name for name in names[: -keep or None] if name != current and name not in kept]
    for name in old:
        remove_directory(snapshots / name)
    return old
