"""Logs of both forms, and visits of a data set."""

from __future__ import annotations

import lzma
from pathlib import Path

import pytest

from bookrec.errors import DataError
from bookrec.offline.evaluation.sessions.sources import of_log

YOOCHOOSE = "SessionId\tItemId\tTime\n"
DIGINETICA = "session_id;user_id;item_id;timeframe;eventdate\n"


def test_a_yoochoose_log_has_its_test_part_beside_it(tmp_path: Path):
    train = "".join(f"{v}\t21{v % 3}\t{100 * v + e}.5\n" for v in range(9) for e in (1, 0))
    test = "0\t211\t5001\n0\t999\t5000\n7\t210\t5002\n"
    with lzma.open(tmp_path / "log_train_full.tsv.xz", "wt") as stream:
        stream.write(YOOCHOOSE + train)
    with lzma.open(tmp_path / "log_test.tsv.xz", "wt") as stream:
        stream.write(YOOCHOOSE + test)
    source = of_log(tmp_path / "log_train_full.tsv.xz", seed=1)
    assert source.timed
    assert source.visits.n_books == 4
    assert len(source.split.known) == 9
    # Visit 0 of the test part is another one than visit 0 of the first; 7 has one event only.
    assert source.split.test.visits.books_of(0).tolist() == [3, 1]
    assert len(source.split.test.visits) == 1
    assert "YOOCHOOSE" in source.citation


def test_a_diginetica_log_counts_milliseconds_from_the_day(tmp_path: Path):
    rows = "".join(
        f"{v};NA;{v};9000;2016-05-{v + 1:02}\n{v};NA;80;1500;2016-05-{v + 1:02}\n" for v in range(9)
    )
    path = tmp_path / "views.csv"
    path.write_text(f"{DIGINETICA}{rows}77;NA;1;x;2016-05-01\n", encoding="utf-8")
    source = of_log(path, seed=1)
    assert len(source.visits) == 9
    first = source.visits.times_of(0)
    assert (first - 1_462_060_800).tolist() == [1.5, 9.0]
    assert source.visits.books_of(0).tolist()[0] == source.visits.n_books - 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", "has the columns a,b; a log of visits has SessionId"),
        (f"{YOOCHOOSE}1\t2\t3\n", "has no visit of two or more events"),
        (f"{YOOCHOOSE}1\t2\t3\n1\t3\t4\n", "too few visits to be split by time"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, text: str, message: str):
    path = tmp_path / "visits.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        of_log(path, seed=1)


def test_a_missing_file_is_refused(tmp_path: Path):
    with pytest.raises(DataError, match="cannot be read"):
        of_log(tmp_path / "nothing.tsv", seed=1)
