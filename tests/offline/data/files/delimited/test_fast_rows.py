"""Fast reading: equal to careful reading, line by line, whatever the blocks."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bookrec.offline.data.files.delimited.csv_rows import UNREADABLE, Dialect, split_rows
from bookrec.offline.data.files.delimited.fast_rows import parse_rows
from bookrec.offline.data.files.delimited.line_scan import Lines, line_starts

DIALECTS = [
    Dialect(","),
    Dialect(";", escape="\\"),
    Dialect(",", optional=1),
    Dialect(",", skip_blanks=True, optional=0),
    Dialect("\t", quoted=False),
    Dialect("::", quoted=False),
    Dialect("::"),
    Dialect("|", escape="\\", skip_blanks=True),
]


def careful(text, dialect, n_fields, start):
    rows = list(split_rows(text.removesuffix("\n").split("\n"), dialect, n_fields, start))
    return (
        [(row.first_line, row.last_line, list(row.fields)) for row in rows if row.fields],
        [(row.first_line, row.last_line, row.note) for row in rows if row.note in UNREADABLE],
        sorted(row.note for row in rows if row.note and row.fields),
    )


def fast(text, dialect, n_fields, start, block_bytes):
    content = text.encode()
    lines = Lines(content, line_starts(content, block_bytes))
    assert list(lines) == [x.removesuffix("\r") for x in text.removesuffix("\n").split("\n")]
    parsed = parse_rows(lines, dialect, n_fields, start, block_bytes=block_bytes)
    columns = [column.to_pylist() for column in parsed.table.columns]
    rows = [list(row) for row in zip(*columns, strict=True)]
    numbers = zip(parsed.first_line.tolist(), parsed.last_line.tolist(), rows, strict=True)
    return [tuple(row) for row in numbers], parsed.unreadable, sorted(parsed.notes)


SIGNS = [",", ";", "\t", "::", ":", "|", '"', '""', '",', ',"', '"\n"', "\n", "\n", "\r\n", "\r"]
TEXTS = ["a", "b c", " ", "\\", '\\"', "Đất", "\ufeff", "\u2028", "\x1f", "1", "\n1,b,c\n"]
ROWS = ['\n"1","b, c",d\n', '\r\n1;"b";c', "\n1::b::c\n", '\nx,"y\nz",w\n', "\na,b,c,\n"]
PIECES = st.sampled_from([*SIGNS, *TEXTS, *ROWS])


@settings(max_examples=400, deadline=None)
@given(
    st.lists(PIECES, min_size=1, max_size=40).map("".join),
    st.sampled_from(DIALECTS),
    st.integers(1, 4),
    st.integers(0, 1),
    st.sampled_from([1, 7, 40, 1 << 20]),
)
@example('1,"a\nb",c\n', DIALECTS[0], 3, 0, 1)
@example("\ufeff1,a\n", DIALECTS[0], 2, 0, 1)
def test_fast_reading_equals_careful_reading(text, dialect, n_fields, start, block_bytes):
    expected = careful(text, dialect, n_fields, start)
    assert fast(text, dialect, n_fields, start, block_bytes) == expected


def test_text_of_rows_is_found_by_line():
    content = "a,b\r\nĐất,1\n\nx,y".encode()
    lines = Lines(content, line_starts(content, 3))
    assert lines.text_of(2, 2) == "Đất,1"
    assert lines.text_of(1, 3) == "a,b\r\nĐất,1\n"
    assert lines.text_of(4, 4) == "x,y"
