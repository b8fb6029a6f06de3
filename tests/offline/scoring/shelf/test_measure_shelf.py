"""The shelf's figures of a small snapshot, counted by hand."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from bookrec import snapshot as snapshots
from bookrec.offline.scoring.shelf.measure_shelf import measure_shelf

SCRIPT = """
insert into book (book_id, isbn, work_id, title, author, publisher, image_url,
                  rating_mean, rating_count, reader_count)
values (1, '0971880107', 0, 'Wild Animus', 'Rich Shapero', '', '', 4.4, 20, 60),
       (2, '0141439580', 1, 'Emma', 'Jane Austen', '', '', 9.0, 2, 2),
       (3, '0141439513', 2, 'Pride and Prejudice', 'Jane Austen', '', '', 8.0, 30, 40),
       (4, '3404920910', 3, 'Die Säulen der Erde', 'Ken Follett', '', '', null, 0, 1),
       (5, '3596150655', 4, 'Der Vorleser', 'Bernhard Schlink', '', '', 5.0, 19, 19),
       (6, '0553213105', 5, 'Pride and Prejudice: A Novel', 'Austen, Jane', '', '', null, 0, 0);
insert into reader values (1, '8', null), (2, '99', 34), (3, '100', 34), (4, '101', 61);
insert into interaction values (1, 2, 9), (2, 3, 8), (2, 2, 0), (3, 5, 4), (4, 5, 0);
insert into user_top values (1, 1, 1, .9), (1, 2, 3, .8), (1, 3, 6, .7),
                            (2, 1, 1, .9), (2, 2, 6, .8),
                            (3, 1, 4, .9), (3, 2, 1, .8);
insert into similar_top values (2, 1, 3, .9), (2, 2, 1, .8), (3, 1, 6, .9), (4, 1, 5, .9),
                               (4, 2, 6, .8);
insert into popular_top values ('all', 1, 3, .9);
"""


def fill(directory: Path, script: str) -> None:
    with contextlib.closing(sqlite3.connect(directory / snapshots.DATABASE_NAME)) as connection:
        connection.executescript(snapshots.SCHEMA + script)
        connection.execute(
            "insert into meta values ('schema_version', ?)", [str(snapshots.SCHEMA_VERSION)]
        )
        connection.commit()


def measured(directory: Path, script: str = SCRIPT):
    fill(directory, script)
    with contextlib.closing(snapshots.open_database(directory)) as connection:
        return measure_shelf(connection)


def test_every_figure_of_a_small_snapshot(tmp_path: Path):
    shelf = measured(tmp_path)
    # Seven places of three lists: Wild Animus three times, Pride and Prejudice 3 once and 6 twice,
    # Follett once. Schlink has one rating too few to be badly rated, and is not listed.
    assert shelf.badly_rated == pytest.approx(3 / 7)
    assert (shelf.commonest_first, shelf.commonest_first_title) == (
        pytest.approx(2 / 3),
        "Wild Animus",
    )
    assert (shelf.commonest, shelf.commonest_title) == (1.0, "Wild Animus")
    # Readers 1 and 2 read English: 3 + 2 places; reader 3 German: 1 of 2 places.
    assert shelf.own_language == pytest.approx(6 / 7)
    assert shelf.own_language_others == pytest.approx(1 / 2)
    # By heading, 3 and 6 are one book: reader 2 has it, reader 1 sees it twice, 3 is beside itself.
    assert shelf.readers_offered_own == 1
    assert shelf.readers_offered_twice == 1
    assert shelf.books_beside_themselves == 1
    assert shelf.distinct == 4
    assert shelf.coverage == pytest.approx(4 / 6)
    assert shelf.rating_mean == pytest.approx((3 * 4.4 + 8.0) / 4)
    # Lists per book, ascending: 0 0 1 1 2 3; weights -5 -3 -1 1 3 5.
    assert shelf.gini == pytest.approx((-1 + 1 + 6 + 15) / (6 * 7))
    # Five of the six books have readers, fewer than twenty: all places but those of book 6.
    assert shelf.bestsellers == pytest.approx(3 / 5)


def test_only_the_first_places_count(tmp_path: Path):
    books = "\n".join(
        "insert into book (book_id, isbn, work_id, title, author, publisher, image_url, rating_mean,"
        f" rating_count, reader_count) values ({n}, 'ml:{n}', {n}, 'T', 'A', '', '', 8, 1, {60 - n});"
        for n in range(1, 41)
    )
    lists = "insert into user_top values " + ", ".join(f"(1, {n}, {n}, .5)" for n in range(1, 31))
    # Twelve places of the twenty most read books, then of others.
    near = "insert into similar_top values " + ", ".join(
        f"(40, {n}, {n + (18 if n < 13 else 0)}, .5)" for n in range(1, 15)
    )
    reader = "insert into reader values (1, '8', null); insert into interaction values (1, 40, 9);"
    shelf = measured(tmp_path, f"{books} {reader} {lists}; {near};")
    assert shelf.distinct == 20
    assert shelf.coverage == pytest.approx(20 / 40)
    assert shelf.bestsellers == pytest.approx(2 / 12)  # books 19 and 20 of 19 … 30
    assert (shelf.own_language, shelf.own_language_others) == (None, None)


def test_equal_snapshots_have_equal_texts_and_ties_go_to_the_first_book(tmp_path: Path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    script = SCRIPT.replace("(2, 1, 1, .9), (2, 2, 6, .8)", "(2, 1, 4, .9), (2, 2, 6, .8)").replace(
        "(1, 1, 1, .9)", "(1, 1, 2, .9)"
    )
    shelf, again = measured(tmp_path / "a", script), measured(tmp_path / "b", script)
    assert shelf.to_json() == again.to_json()
    # First places: Emma, Follett, Follett. In twenty: 4 and 6 twice.
    assert shelf.commonest_first_title == "Die Säulen der Erde"
    assert shelf.commonest_title == "Die Säulen der Erde"


def test_a_snapshot_without_lists_has_no_shares(tmp_path: Path):
    shelf = measured(tmp_path, SCRIPT.split("insert into user_top")[0])
    assert shelf.distinct == 0
    assert (shelf.badly_rated, shelf.commonest, shelf.gini, shelf.bestsellers) == (None,) * 4
    assert (shelf.commonest_title, shelf.rating_mean, shelf.own_language) == ("", None, None)
    assert shelf.coverage == 0
