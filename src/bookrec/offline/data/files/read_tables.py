"""Tables of a file, whatever its kind; the kind is told from the content."""

from __future__ import annotations

from bookrec.errors import DataError
from bookrec.offline.data.files.file_kinds import kind_of
from bookrec.offline.data.files.source_files import SourceFile
from bookrec.offline.data.files.source_table import SourceTable, Syntax


def read_tables(file: SourceFile, syntax: Syntax | None = None) -> list[SourceTable]:
    """Read the tables of a file; nothing is interpreted, and no row is lost without a reason.

    Args:
        file: the file; its name does not matter.
        syntax: parts of the syntax that a mapping states; the others are found by evidence.

    Raises:
        DataError: the file is damaged, empty, of a kind that holds no tables, or text that can be
            read in more than one way.
    """
    syntax = syntax or Syntax()
    content = file.read()
    kind = kind_of(content, file.place)
    if kind == "spreadsheet":
        from bookrec.offline.data.files.spreadsheets import read_spreadsheet

        return read_spreadsheet(content, file.name, file.place, syntax.header_line)
    if kind == "parquet":
        from bookrec.offline.data.files.databases import read_parquet

        return [read_parquet(content, file.name, file.place)]
    if kind == "sqlite":
        from bookrec.offline.data.files.databases import read_sqlite

        return read_sqlite(content, file.name, file.place)
    if kind == "json":
        from bookrec.offline.data.files.json_records import read_json

        return read_json(content, file.name, file.place)
    if not content.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0"):
        raise DataError(f"{file.place} is empty; get it again and run the import again.")
    from bookrec.offline.data.files.text_tables import read_text_table

    return [read_text_table(content, file.name, file.place, syntax)]
