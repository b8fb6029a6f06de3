"""Works that the lists of a snapshot repeat, found by a key of their own.

Lists are made by ``work_id``, so they cannot show what ``work_id`` misses. The *heading* of a book
(`headings`) looks at less of the title and so joins more.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass
from typing import Final

from bookrec.offline.scoring.shelf.headings import headings


@dataclass(frozen=True)
class RepeatedWork:
    """Two books of one heading, and how many lists repeat it."""

    n_lists: int
    """Readers (or books) whose list repeats this heading."""
    isbn: str
    title: str
    other_isbn: str
    other_title: str


@dataclass(frozen=True)
class DoubledWorks:
    """Lists of a snapshot that repeat a work, by heading; examples are the most frequent ones."""

    readers_offered_own: int
    """Readers with a book in ``user_top`` whose heading is that of a book they have."""
    readers_offered_twice: int
    """Readers with two books of one heading in ``user_top``."""
    books_beside_themselves: int
    """Books with a book of their own heading in ``similar_top``."""
    offered_own: tuple[RepeatedWork, ...]
    """Examples: the offered book, and the one that the reader has."""
    offered_twice: tuple[RepeatedWork, ...]
    """Examples: both offered books."""
    beside_themselves: tuple[RepeatedWork, ...]
    """Examples: a book, and its other edition among its similar books."""

    @property
    def total(self) -> int:
        """Lists that repeat a work, each counted once per kind."""
        return self.readers_offered_own + self.readers_offered_twice + self.books_beside_themselves


def doubled_works(connection: sqlite3.Connection, n_examples: int = 3) -> DoubledWorks:
    """Count the lists of a snapshot that repeat a work by heading.

    Args:
        connection: the snapshot's database; read-only is enough.
        n_examples: examples of each kind, the most frequent headings first.
    """
    _write_headings(connection)
    try:
        repeats = [list(connection.execute(query)) for query in _REPEATS]
        examples = [_examples(connection, rows, n_examples) for rows in repeats]
    finally:
        connection.executescript(_DROP)
    n_own, n_twice, n_beside = (len({owner for owner, *_ in rows}) for rows in repeats)
    return DoubledWorks(n_own, n_twice, n_beside, *examples)


def _write_headings(connection: sqlite3.Connection) -> None:
    """Write the temporary tables of books that share a heading, and of readers' headings."""
    by_book = headings(connection.execute("select book_id, title, author from book"))
    n_books = Counter(by_book.values())
    shared = {heading: place for place, heading in enumerate(n_books) if n_books[heading] > 1}
    connection.executescript(_TABLES)
    connection.executemany(
        "insert into temp.heading values (?, ?)",
        ((book, shared[heading]) for book, heading in by_book.items() if heading in shared),
    )
    connection.execute(_OWNED)


# Only books that share a heading are joined. `cross join` fixes the join order: the rows of lists
# first, each looked up in tables small enough to stay in memory.
_TABLES: Final = """
create temp table heading (book_id integer primary key, heading integer not null);
create temp table owned (
    reader_id integer, heading integer, book_id integer, primary key (reader_id, heading)
) without rowid;
"""
_DROP: Final = "drop table if exists temp.heading; drop table if exists temp.owned;"
_OWNED: Final = """
insert into temp.owned
select reader_id, heading, min(book_id) from interaction cross join heading using (book_id)
group by reader_id, heading
"""
# Each gives: the list's owner, the heading, a book, another book of that heading.
_REPEATS: Final = (
    """
    select u.reader_id, h.heading, u.book_id, o.book_id
    from user_top u cross join temp.heading h on h.book_id = u.book_id
    cross join temp.owned o on o.reader_id = u.reader_id and o.heading = h.heading
    """,
    """
    select u.reader_id, h.heading, min(u.book_id), max(u.book_id)
    from user_top u cross join temp.heading h on h.book_id = u.book_id
    group by u.reader_id, h.heading having count(*) > 1
    """,
    """
    select s.book_id, h.heading, s.book_id, o.book_id
    from similar_top s cross join temp.heading h on h.book_id = s.book_id
    cross join temp.heading o on o.book_id = s.similar_book_id and o.heading = h.heading
    """,
)


def _examples(
    connection: sqlite3.Connection, rows: list[tuple[int, int, int, int]], count: int
) -> tuple[RepeatedWork, ...]:
    """Return the headings that most lists repeat, each with its first pair of books."""
    n_lists = Counter(heading for _, heading in {(owner, heading) for owner, heading, *_ in rows})
    pair_of_heading: dict[int, tuple[int, int]] = {}
    for _, heading, book_id, other_id in rows:
        pair_of_heading.setdefault(heading, (book_id, other_id))
    commonest = sorted(n_lists, key=lambda heading: (-n_lists[heading], heading))[:count]
    return tuple(
        RepeatedWork(
            n_lists[heading],
            *_isbn_and_title(connection, pair_of_heading[heading][0]),
            *_isbn_and_title(connection, pair_of_heading[heading][1]),
        )
        for heading in commonest
    )


def _isbn_and_title(connection: sqlite3.Connection, book_id: int) -> tuple[str, str]:
    row: tuple[str, str] = connection.execute(
        "select isbn, title from book where book_id = ?", (book_id,)
    ).fetchone()
    return row
