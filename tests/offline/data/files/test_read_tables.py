"""Kinds of files: told by content; those without tables refused with a sentence."""

import gzip
import sqlite3

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookrec.errors import DataError
from bookrec.offline.data.files.read_tables import read_tables
from bookrec.offline.data.files.source_files import SourceFile


def read(content, name="thing"):
    return read_tables(SourceFile(name, f"d/{name}", lambda: content))


def rows(table):
    return [list(row) for row in table.columns.itertuples(index=False, name=None)]


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 12\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (POINTER, "is a Git LFS pointer, not the file; run 'git lfs pull'"),
        (b"\n<!DOCTYPE HTML><html><body>Sign in</body></html>", "is a web page"),
        (b"<?xml version='1.0'?><a/>", "is XML"),
        (b"%PDF-1.7\n", "is a PDF document"),
        (b"\x89PNG\r\n\x1a\n", "is a picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Office document"),
        (b"-- MySQL dump 10.13\nCREATE TABLE a", "dump of a database"),
        (b"Rar!\x1a\x07\x01\x00", "RAR archive; unpack it"),
        (b"PAR1 and no more", "damaged or cut short"),
        (b"SQLite format 3\0" + b"x" * 100, "damaged or cut short"),
        (b"PK\x03\x04 and no more", "damaged or cut short"),
        (b"\xef\xbb\xbf\r\n", "is empty"),
        (b'{"isbn": "1", "title\n', "no line is an object"),
    ],
)
def test_what_is_no_table_is_refused(content, message):
    with pytest.raises(DataError, match=message):
        read(content)


def damaged_contents():
    """Whole files of several kinds, with some bytes changed, and cut short."""
    database = sqlite3.connect(":memory:")
    database.executescript("create table a (b text, c real); insert into a values ('x', 1.5)")
    whole = [
        database.serialize(),
        'ISBN,"Tên ""x""",c\n1,"a,b",2\r\n2,"Đ\nq",3\n'.encode(),
        "ISBN,Tên\n1,Đất\n".encode("utf-16"),
        b"isbn;Tr\xeaD\xd2\n1;nguy\xea\xden\n",
        b'{"a":1,"b":{"c":[2]}}\n{"a":"\xc3\xa1"}\n',
        b'[{"a":1},{"b":2}]',
        b"",
    ]
    changes = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=4)
    return st.tuples(st.sampled_from(whole), changes, st.integers(0, 9000), st.binary(max_size=9))


@settings(max_examples=200, deadline=None)
@given(damaged_contents())
def test_any_bytes_are_tables_or_an_error_in_one_sentence(parts):
    whole, changes, length, end = parts
    content = bytearray(whole)
    for place, value in changes:
        content[place : place + 1] = bytes([value])
    content = bytes(content[:length] + end)
    try:
        tables = read(content)
    except DataError as error:
        sentence = str(error)
    else:
        sentence = "."
        for table in tables:
            assert table.rows_read == len(table.columns) + len(table.unreadable)
            assert len(table.header) == len(table.columns.columns)
    assert sentence.endswith(".")


def test_names_do_not_matter():
    (table,) = read(b"isbn,title\n1,a\n2,b\n", "Books.xlsx")
    assert rows(table) == [["1", "a"], ["2", "b"]]


def test_json_lines():
    content = gzip.compress(
        b'{"user_id":"u1","book_id":18,"rating":5,"tags":["a","b"],"work":{"id":7,"best":true}}\n'
        b'{"user_id":"u2","rating":4.5,"date":null,"x":[{"y":1}]}\n'
        b"broken\n\n"
        b'{"book_id":"19"}\n'
    )
    (table,) = read(content)
    assert table.header == [
        "user_id",
        "book_id",
        "rating",
        "tags",
        "work.id",
        "work.best",
        "date",
        "x",
    ]
    assert rows(table) == [
        ["u1", "18", "5", "a|b", "7", "true", "", ""],
        ["u2", "", "4.5", "", "", "", "", '[{"y":1}]'],
        ["", "19", "", "", "", "", "", ""],
    ]
    assert table.unreadable == [(3, 3, "json_unreadable"), (4, 4, "blank_line")]
    assert table.text_of(3, 3) == "broken"
    assert table.first_line.tolist() == [1, 2, 5]
    assert table.rows_read == 5


def test_json_arrays():
    (table,) = read(b'\n[{"isbn": "1"},\n 5, {"isbn": "2", "title": "T\xe1\xba\xadp"}]')
    assert rows(table) == [["1", ""], ["2", "Tập"]]
    assert table.unreadable == [(2, 2, "json_unreadable")]
    assert table.text_of(3, 3) == '{"isbn":"2","title":"Tập"}'
    books, readers = read(b'{"books": [{"isbn": "1"}], "readers": [{"id": 5}], "version": 2}')
    assert (books.name, readers.name) == ("thing:books", "thing:readers")
    assert rows(readers) == [["5"]]


def test_sqlite(tmp_path):
    path = tmp_path / "shop.db"
    database = sqlite3.connect(path)
    database.executescript(
        'create table orders (id integer primary key, isbn text, "Giá" real, at text);'
        "insert into orders values (1, '0141439513', 85000.0, null), (2, 'S5', 7.5, '2024-01-02');"
        "create table empty (a); create view v as select * from orders;"
    )
    database.execute("pragma journal_mode = wal")
    database.close()
    orders, empty = read(path.read_bytes(), "shop.db")
    assert (orders.name, orders.header) == ("shop.db:orders", ["id", "isbn", "Giá", "at"])
    assert rows(orders) == [["1", "0141439513", "85000", ""], ["2", "S5", "7.5", "2024-01-02"]]
    assert orders.text_of(2, 2) == "2\tS5\t7.5\t2024-01-02"
    assert (empty.name, len(empty.columns)) == ("shop.db:empty", 0)


def test_parquet(tmp_path):
    path = tmp_path / "x.parquet"
    frame = pd.DataFrame(
        {
            "isbn": ["0141439513", None],
            "rating": [7.0, np.nan],
            "half": [3.5, 4.0],
            "at": pd.to_datetime(["2024-01-02 00:00:00", "2024-01-03 04:05:06"]),
            "sold": [True, False],
            "tags": [["a", "b"], []],
            "kind": pd.Categorical(["x", "y"]),
        },
        index=[5, 6],
    )
    frame.to_parquet(path)
    (table,) = read(path.read_bytes())
    assert table.header == ["isbn", "rating", "half", "at", "sold", "tags", "kind"]
    assert rows(table) == [
        ["0141439513", "7", "3.5", "2024-01-02", "true", "a|b", "x"],
        ["", "", "4", "2024-01-03 04:05:06", "false", "", "y"],
    ]
