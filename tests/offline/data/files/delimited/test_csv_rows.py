"""Rows out of lines: physical line numbers, broken quoting, fields that span lines."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from bookrec.offline.data.files.delimited.csv_rows import (
    BLANK_LINE,
    BROKEN_QUOTING,
    LINES_JOINED,
    QUOTING_REPAIRED,
    WRONG_FIELD_COUNT,
    Dialect,
    split_rows,
)

COMMAS = Dialect(",")
OF_2005 = Dialect(";", escape="\\")


def rows(text, dialect=COMMAS, n_fields=3):
    return [tuple(row) for row in split_rows(text.split("\n"), dialect, n_fields)]


def test_plain_and_quoted_rows():
    assert rows('1,a,x\r\n2,"b, c","say ""hi"""') == [
        (1, 1, ["1", "a", "x"], ""),
        (2, 2, ["2", "b, c", 'say "hi"'], ""),
    ]


def test_a_field_over_two_lines_keeps_both_line_numbers():
    assert rows('1,a,x\n2,"cernusco s\n, milan, italy",30\n3,c,z') == [
        (1, 1, ["1", "a", "x"], ""),
        (2, 3, ["2", "cernusco s\n, milan, italy", "30"], LINES_JOINED),
        (4, 4, ["3", "c", "z"], ""),
    ]


def test_an_open_quote_does_not_swallow_the_next_row():
    assert rows('1,"a,x\n2,b,y\n3,"c",z') == [
        (1, 1, ["1", "a", "x"], QUOTING_REPAIRED),
        (2, 2, ["2", "b", "y"], ""),
        (3, 3, ["3", "c", "z"], ""),
    ]


def test_an_open_quote_that_cannot_be_repaired_costs_its_own_line_only():
    assert rows('1,"a, b,x\n2,b,y') == [
        (1, 1, None, BROKEN_QUOTING),
        (2, 2, ["2", "b", "y"], ""),
    ]


def test_quotes_inside_quotes_that_were_not_doubled():
    assert rows('"1","The "Real" Thing","x"')[0] == (
        1,
        1,
        ["1", 'The "Real" Thing', "x"],
        QUOTING_REPAIRED,
    )


def test_wrong_field_counts_and_blank_lines_are_named():
    assert rows("1,a\n\n1,a,x,y\n2,b,y") == [
        (1, 1, None, WRONG_FIELD_COUNT),
        (2, 2, None, BLANK_LINE),
        (3, 3, None, WRONG_FIELD_COUNT),
        (4, 4, ["2", "b", "y"], ""),
    ]


def test_escapes_of_2005():
    assert rows(r'"1";"The Word \"Desire\"";NULL', OF_2005)[0][2] == [
        "1",
        'The Word "Desire"',
        "NULL",
    ]


def test_a_title_that_ends_with_a_backslash_does_not_eat_its_author():
    line = r'"078946697X";"DK Readers: Creating the X-Men\";"Michael Teitelbaum";"2000"'
    assert rows(line, OF_2005, 4) == [
        (
            1,
            1,
            ["078946697X", "DK Readers: Creating the X-Men", "Michael Teitelbaum", "2000"],
            QUOTING_REPAIRED,
        )
    ]


TEXTS = st.text(st.characters(exclude_characters="\r", exclude_categories=("Cs",)), max_size=12)


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=6))
def test_what_csv_writes_is_read_back(table):
    """Whole rows come back as written; line numbers cover the file without a gap or overlap."""
    # One line break a field at most is what a row may take without looking like several rows.
    table = [tuple(text.replace("\n", " ") for text in row) for row in table]
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(table)
    read = rows(written.getvalue().removesuffix("\n"))
    assert [tuple(row[2]) for row in read] == table
    assert [(first, last) for first, last, _, _ in read] == [
        (n, n) for n in range(1, len(table) + 1)
    ]


@given(st.text('ab,";\n', max_size=60))
def test_no_line_vanishes_and_none_counts_twice(text):
    lines = [line for first, last, _, _ in rows(text) for line in range(first, last + 1)]
    assert lines == list(range(1, text.count("\n") + 2))
