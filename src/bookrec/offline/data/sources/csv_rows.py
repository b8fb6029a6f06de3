"""Rows of delimited text files, as `bookrec.offline.data.files` reads them."""

from bookrec.offline.data.files.delimited.csv_rows import (
    BLANK_LINE,
    BROKEN_QUOTING,
    LINES_JOINED,
    QUOTING_REPAIRED,
    UNREADABLE,
    WRONG_FIELD_COUNT,
    Dialect,
    Row,
    split_rows,
    strict_fields,
)

__all__ = [
    "BLANK_LINE",
    "BROKEN_QUOTING",
    "LINES_JOINED",
    "QUOTING_REPAIRED",
    "UNREADABLE",
    "WRONG_FIELD_COUNT",
    "Dialect",
    "Row",
    "split_rows",
    "strict_fields",
]
