"""A snapshot of many books, made of copies, to measure the site and its export at size.

`python tests/support/large_catalogue.py HOME NEW_HOME [BOOKS]` copies the published snapshot of a home
into another home until it has so many books (56,000). Copies have other ISBNs, works, and a word in
title and author that is their own; their similar books, readers and ratings are copies too.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import sys
from pathlib import Path

from bookrec import snapshot as snapshots
from bookrec.files import write_pointer
from bookrec.search.index import write_index
from bookrec.settings import Home

_SYLLABLES = ("ba", "cor", "den", "fi", "gal", "hu", "jor", "ka", "lem", "mi", "nor", "pel")
_WORKED_OUT = (
    *("book_search", "title_key", "search_word", "search_edit", "suggestion", "suggestion_search"),
)


def large_catalogue(source: Home, target: Home, books: int = 56_000) -> int:
    """Make the snapshot; returns its number of books."""
    directory = snapshots.current_snapshot(source.snapshots)
    copy = target.snapshots / directory.name
    shutil.copytree(directory, copy)
    if source.shop_database.exists():
        target.shop_database.parent.mkdir(parents=True)
        shutil.copyfile(source.shop_database, target.shop_database)
    with contextlib.closing(sqlite3.connect(copy / snapshots.DATABASE_NAME)) as connection:
        (own,) = connection.execute("select count(*) from book").fetchone()
        (last,) = connection.execute("select max(book_id) from book").fetchone()
        connection.execute("drop index if exists book_by_place")
        for number in range(1, -(-books // own)):
            _copy(connection, number, number * last)
        connection.execute("delete from book where book_id > ?", (books // own * last + last,))
        for table in _WORKED_OUT:
            connection.execute(f"delete from {table}")
        write_index(connection)
        (count,) = connection.execute("select count(*) from book").fetchone()
        connection.execute("update meta set value = ? where key = 'books'", (str(count),))
        connection.execute("create unique index book_by_place on book (place)")
        connection.execute("analyze")
        connection.commit()
    write_pointer(target.snapshots, directory.name)
    return int(count)


def _copy(connection: sqlite3.Connection, number: int, shift: int) -> None:
    high, low = divmod(number, len(_SYLLABLES))
    word = (_SYLLABLES[high % len(_SYLLABLES)] + _SYLLABLES[low]).title()
    columns = [row[1] for row in connection.execute("pragma table_info(book)")]
    changes = {
        "book_id": f"book_id + {shift}",
        "isbn": f"'c{number}:' || isbn",
        "work_id": f"work_id + {shift}",
        "title": f"'{word} ' || title",
        "author": f"case author when '' then '' else author || ' {word}' end",
        "reader_count": "reader_count / 2",
    }
    values = ", ".join(changes.get(column, column) for column in columns)
    whose = f"book_id <= {shift // number}"
    connection.execute(
        f"insert into book ({', '.join(columns)}) select {values} from book where {whose}"
    )
    connection.execute(
        f"insert into similar_top select book_id + {shift}, rank, similar_book_id + {shift}, score"
        f" from similar_top where {whose}"
    )
    connection.execute(
        f"insert into interaction select reader_id, book_id + {shift}, rating"
        f" from interaction where {whose} and reader_id % 3 = {number % 3}"
    )


if __name__ == "__main__":
    made = large_catalogue(
        Home(Path(sys.argv[1])),
        Home(Path(sys.argv[2])),
        int(sys.argv[3]) if len(sys.argv) > 3 else 56_000,
    )
    print(f"{made:,} books")
