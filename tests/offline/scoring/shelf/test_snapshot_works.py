"""Works that lists repeat: counts on a real SQLite file."""

from __future__ import annotations

import contextlib
from pathlib import Path

from bookrec.offline.scoring.shelf.snapshot_works import (
    DoubledWorks,
    RepeatedWork,
    doubled_works,
)
from bookrec.snapshot import open_database
from small_snapshots import IDS, add, fill

LOVELY, LOVELY_NOVEL = ("0330485385", "Lovely Bones"), ("0316666343", "The Lovely Bones: A Novel")
BONES = """
insert into book (book_id, isbn, work_id, title, author, publisher, image_url, rating_count,
                  reader_count)
values (6, '0316666343', 10, 'The Lovely Bones: A Novel', 'Alice Sebold', '', '', 0, 0),
       (7, '0330485385', 11, 'Lovely Bones', 'Sebold, Alice', '', '', 0, 0),
       (8, '0316168815', 12, 'THE LOVELY BONES (Large Print)', 'ALICE SEBOLD', '', '', 0, 0),
       (9, '0441172695', 13, 'Dune Messiah', 'Frank Herbert', '', '', 0, 0);
insert into reader values (3, '276727', null);
"""


def doubled(directory: Path, change: str) -> DoubledWorks:
    fill(directory, IDS[0], BONES + change)
    with contextlib.closing(open_database(directory)) as connection:
        first = doubled_works(connection)
        assert doubled_works(connection) == first  # the temporary tables are gone
    return first


def test_lists_without_repeats_count_nothing(tmp_path: Path):
    with contextlib.closing(open_database(add(tmp_path, IDS[0]))) as connection:
        assert doubled_works(connection) == DoubledWorks(0, 0, 0, (), (), ())


def test_each_kind_is_counted_by_lists_with_the_commonest_heading_first(tmp_path: Path):
    counts = doubled(
        tmp_path,
        # Reader 3 has Dracula and one Lovely Bones, is offered two others and the other Dracula;
        # readers 1 and 2 are offered Lovely Bones once (2 has it) and twice (1).
        """
        insert into interaction values (3, 3, 8), (3, 7, 8), (2, 7, 0);
        insert into user_top values (3, 1, 6, 0.9), (3, 2, 8, 0.8), (3, 3, 4, 0.7), (3, 4, 9, 0.6);
        insert into user_top values (2, 2, 6, 0.2), (1, 3, 7, 0.4), (1, 4, 8, 0.3);
        insert into similar_top values (6, 1, 7, 0.5), (6, 2, 8, 0.4), (7, 1, 9, 0.5);
        """,
    )
    assert counts.readers_offered_own == 2
    assert counts.readers_offered_twice == 2
    assert counts.books_beside_themselves == 1
    assert counts.total == 5
    assert counts.offered_own == (
        RepeatedWork(2, *LOVELY_NOVEL, *LOVELY),
        RepeatedWork(1, "0451523377", "Dracula (Signet)", "014143984X", "Dracula"),
    )
    large_print = ("0316168815", "THE LOVELY BONES (Large Print)")
    assert counts.offered_twice == (RepeatedWork(2, *LOVELY, *large_print),)
    assert counts.beside_themselves == (RepeatedWork(1, *LOVELY_NOVEL, *LOVELY),)


def test_the_number_of_examples_is_a_setting(tmp_path: Path):
    fill(tmp_path, IDS[0], BONES + "insert into similar_top values (6, 1, 7, 0.5);")
    with contextlib.closing(open_database(tmp_path)) as connection:
        counts = doubled_works(connection, n_examples=0)
    assert (counts.books_beside_themselves, counts.beside_themselves) == (1, ())
