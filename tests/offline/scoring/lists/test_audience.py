"""The audience of a book: the lists' own scores, asked the other way round."""

from __future__ import annotations

import contextlib
import csv
import json
import math
from pathlib import Path

import pytest

from bookrec.errors import SnapshotError
from bookrec.isbn import to_isbn13
from bookrec.offline.cli.audience import as_csv, as_json
from bookrec.offline.engines.engine import make_engine
from bookrec.offline.scoring.lists.audience import Offer, audience
from bookrec.settings import Home
from bookrec.snapshot import RANKER_NAME, current_snapshot, open_database
from command_line import bookrec_here


@pytest.fixture
def listed(sample_home: Home) -> tuple[str, dict[str, float], set[str], int]:
    """A book of many lists with two editions: its scores there, who has its work, all readers."""
    with contextlib.closing(open_database(current_snapshot(sample_home.snapshots))) as snapshot:
        book, isbn = snapshot.execute(
            "select book_id, isbn from user_top join book b using (book_id) where exists "
            "(select 1 from book e where e.work_id = b.work_id and e.book_id <> b.book_id) "
            "group by book_id order by count(*) desc limit 1"
        ).fetchone()
        scores = snapshot.execute(
            "select user_id, score from user_top join reader using (reader_id) where book_id = ?",
            [book],
        ).fetchall()
        owners = snapshot.execute(
            "select distinct user_id from interaction join reader using (reader_id) "
            "join book using (book_id) "
            "where work_id = (select work_id from book where book_id = ?)",
            [book],
        ).fetchall()
        (readers,) = snapshot.execute(
            "select count(distinct reader_id) from interaction"
        ).fetchone()
    return isbn, dict(scores), {user_id for (user_id,) in owners}, readers


def test_the_audience_has_the_scores_of_the_lists_before_the_author_price(
    sample_home: Home, listed
):
    isbn, scores, owners, readers = listed
    ranker = current_snapshot(sample_home.snapshots) / RANKER_NAME / "ranker.json"
    price = json.loads(ranker.read_text(encoding="utf-8"))["author_price"]
    offers = audience(
        current_snapshot(sample_home.snapshots), isbn, 10**6, make_engine("processes", 0)
    )
    assert len(scores) > 20
    found = {offer.user_id: offer.score for offer in offers}
    for user_id, score in scores.items():
        odds = score / (1 - score) * math.exp(price)
        # A reader of the author pays the price in lists, and not here.
        of_the_author = pytest.approx(odds / (1 + odds), rel=1e-4)
        assert found[user_id] in (pytest.approx(score, rel=1e-4), of_the_author)
    assert owners
    assert not owners & found.keys()
    assert len(offers) == readers - len(owners)
    assert [offer.rank for offer in offers] == list(range(1, len(offers) + 1))
    given = [offer.score for offer in offers]
    assert given == sorted(given, reverse=True)


def test_processes_and_a_shorter_list_agree(sample_home: Home, listed):
    snapshot = current_snapshot(sample_home.snapshots)
    long = audience(snapshot, listed[0], 40, make_engine("processes", 0))
    short = audience(snapshot, listed[0], 7, make_engine("processes", 1))
    assert short == long[:7]


def test_the_command_writes_csv_and_json(sample_home: Home, listed, tmp_path: Path):
    isbn = listed[0]
    printed = bookrec_here(sample_home, "audience", isbn, "--top", "5", "--workers", "0")
    rows = list(csv.DictReader(line for line in printed.splitlines() if "," in line))
    assert [row["rank"] for row in rows] == ["1", "2", "3", "4", "5"]
    file = tmp_path / "letters.json"
    said = bookrec_here(
        sample_home,
        "audience",
        isbn,
        "--top",
        "5",
        "--format",
        "json",
        "--output",
        str(file),
        "--workers",
        "0",
    )
    assert f"5 readers written to {file}" in said
    objects = json.loads(file.read_text())
    assert [o["user_id"] for o in objects] == [row["user_id"] for row in rows]
    assert [o["score"] for o in objects] == [float(row["score"]) for row in rows]


def test_a_book_is_named_in_any_spelling(sample_home: Home, listed):
    snapshot, isbn = current_snapshot(sample_home.snapshots), listed[0]
    named = audience(snapshot, isbn, 3, make_engine("processes", 0))
    spelled = f"978-{isbn[:9]}-{to_isbn13(isbn)[-1]}"
    assert audience(snapshot, spelled, 3, make_engine("processes", 0)) == named


def test_an_unknown_book_is_a_sentence(sample_home: Home):
    with pytest.raises(SnapshotError, match="There is no book '0000000000'"):
        audience(
            current_snapshot(sample_home.snapshots), "0000000000", 5, make_engine("processes", 0)
        )


def test_layouts():
    offers = [Offer(1, "shop:7", None, 0.25), Offer(2, 'a,"b"', 31, 0.125)]
    assert as_csv(offers) == 'rank,user_id,age,score\n1,shop:7,,0.25\n2,"a,""b""",31,0.125\n'
    assert json.loads(as_json(offers))[1] == {
        "rank": 2,
        "user_id": 'a,"b"',
        "age": 31,
        "score": 0.125,
    }
