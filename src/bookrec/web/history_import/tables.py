"""Rows of an exported text file: its encoding, its separator, its header, also where damaged."""

from __future__ import annotations

import codecs
import csv
import io
from typing import Final

from bookrec.errors import BookrecError

MOST_BYTES: Final = 5_000_000
"""Largest file that is taken in; an export of 10,000 books with reviews is about half of that."""
MOST_ROWS: Final = 20_000
_SEPARATORS: Final = ",;\t|"
_LONGEST_FIELD: Final = 1_000_000
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class FileUnreadable(BookrecError):
    """A file that is no table of books; ``key`` is a message key of the pages."""

    def __init__(self, key: str, sentence: str) -> None:
        super().__init__(sentence)
        self.key = key


def read_rows(content: bytes) -> list[list[str]]:
    """Return the rows of a file, the header first, without empty ones.

    Raises:
        FileUnreadable: it is empty, not text, larger than `MOST_BYTES` or longer than `MOST_ROWS`.
    """
    if len(content) > MOST_BYTES:
        raise FileUnreadable("file_large", f"The file has more than {MOST_BYTES:,} bytes.")
    text = _decoded(content).replace("\0", "").lstrip("\n\r")
    if text[:4].lower() == "sep=":  # a line for Excel
        text = text.partition("\n")[2]
    if not text.strip():
        raise FileUnreadable("file_empty", "The file is empty; export it again.")
    header = text.partition("\n")[0]
    separator = max(_SEPARATORS, key=header.count)
    csv.field_size_limit(_LONGEST_FIELD)
    try:
        table = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        rows = [row for row in table if any(field.strip() for field in row)]
    except csv.Error as error:
        raise FileUnreadable(
            "file_no_table", f"The file is no table of text ({error}); export it again as CSV."
        ) from error
    if len(rows) > MOST_ROWS + 1:
        raise FileUnreadable(
            "file_long", f"The file has more than {MOST_ROWS:,} rows; send it in parts."
        )
    return rows


def _decoded(content: bytes) -> str:
    """Decode by the mark at the start, else as UTF-8, else as Windows-1252."""
    if content[:4] == b"PK\x03\x04" or content[:4] == b"%PDF":
        raise FileUnreadable(
            "file_no_table", "The file is no text; save it as CSV and send that file."
        )
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return content.decode(encoding, errors="replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
