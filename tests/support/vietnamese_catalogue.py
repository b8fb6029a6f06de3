"""A snapshot of well-known Vietnamese books, alone or among the books of another snapshot.

    python tests/support/vietnamese_catalogue.py HOME [--among precomputed/SNAPSHOT]
    bookrec --home HOME bench search --vietnamese --number 2400

It publishes the snapshot in HOME. Each Vietnamese book has 40 readers; among others they are read as
much as the best known of those.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import sqlite3
from pathlib import Path

from bookrec import snapshot as snapshots
from bookrec.search.index import write_index
from bookrec.settings import Home

BOOKS = Path(__file__).resolve().parents[1] / "search" / "data" / "vietnamese-books.tsv"
READERS = 40


def vietnamese_books() -> list[tuple[str, str]]:
    """Title and author of each book."""
    with BOOKS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return [(row["title"], row["author"]) for row in rows]


def build_vietnamese(home: Home, among: list[tuple[str, str, int]] = ()) -> str:
    """Publish a snapshot of the books and of ``among``, others with their readers; return its id."""
    snapshot_id = snapshots.new_snapshot_id()
    books = [(*book, READERS, "vi") for book in vietnamese_books()]
    books += [(*book, "en") for book in among]
    with (
        snapshots.building(home.snapshots, snapshot_id) as directory,
        contextlib.closing(sqlite3.connect(directory / snapshots.DATABASE_NAME)) as connection,
    ):
        connection.executescript(snapshots.SCHEMA)
        meta = {"snapshot_id": snapshot_id, "schema_version": str(snapshots.SCHEMA_VERSION)}
        connection.executemany("insert into meta values (?, ?)", meta.items())
        connection.executemany(
            "insert into book (book_id, isbn, work_id, title, author, publisher, image_url,"
            " rating_count, reader_count, language) values (?, ?, ?, ?, ?, '', '', 0, ?, ?)",
            (
                (number, f"vn:{number}", number, title, author, readers, language)
                for number, (title, author, readers, language) in enumerate(books, start=1)
            ),
        )
        connection.execute("insert into popular_top values ('all', 1, 1, 0.5)")
        write_index(connection)
        connection.commit()
    snapshots.publish(home.snapshots, snapshot_id)
    return snapshot_id


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("home", type=Path)
    parser.add_argument("--among", type=Path, help="directory of a snapshot with other books")
    arguments = parser.parse_args()
    others: list[tuple[str, str, int]] = []
    if arguments.among:
        with contextlib.closing(snapshots.open_database(arguments.among)) as connection:
            others = connection.execute("select title, author, reader_count from book").fetchall()
    print(build_vietnamese(Home(arguments.home), others))


if __name__ == "__main__":
    _main()
