"""Corrections of works by the operator: pairs of books that are one work, or are not.

A CSV file ``isbn,relation,other_isbn``; the relation is ``same`` or ``different``. Empty lines and
lines that begin with ``#`` are skipped.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bookrec.errors import DataError
from bookrec.isbn import is_usable_id, normalise_isbn
from bookrec.offline.data.works.partition import Partition

COLUMNS: Final = ("isbn", "relation", "other_isbn")
SAME: Final = "same"
DIFFERENT: Final = "different"


@dataclass(frozen=True)
class Correction:
    """One line of the file."""

    line: int
    isbn: str
    relation: str
    """`SAME` or `DIFFERENT`."""
    other_isbn: str


@dataclass(frozen=True)
class CorrectedWorks:
    """Works after corrections."""

    works: list[int]
    """Work of each book [B], numbered by first appearance."""
    n_applied: int
    """Lines whose two books the catalogue has."""
    unknown_isbns: tuple[str, ...]
    """ISBNs of lines that the catalogue lacks, sorted; their lines do nothing."""


def read_corrections(path: Path) -> list[Correction]:
    """Read the file; an absent file has no lines.

    Raises:
        DataError: names the file, the line, the field, and what to write instead.
    """
    if not path.exists():
        return []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(line if line.strip() else "#\n" for line in file)
            numbered = [(rows.line_num, row) for row in rows if not row[0].startswith("#")]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(
            f"{path} cannot be read ({error}); save it as a CSV file in UTF-8."
        ) from error
    if not numbered or tuple(cell.strip() for cell in numbered[0][1]) != COLUMNS:
        line = numbered[0][0] if numbered else 1
        raise DataError(f"{path}, line {line}: the first line must be '{','.join(COLUMNS)}'.")
    return [_read_line(path, line, row) for line, row in numbered[1:]]


def correct_works(
    isbns: Sequence[str], works: Sequence[int], corrections: Sequence[Correction]
) -> CorrectedWorks:
    """Apply corrections to a grouping.

    ``different`` takes the book in ``isbn`` out of the work of ``other_isbn``, then ``same`` joins the
    works of two books.

    Args:
        isbns: ISBN of each book [B].
        works: work of each book [B].
        corrections: lines of the file.

    Raises:
        DataError: a ``different`` line contradicts the ``same`` lines.
    """
    place = {isbn: index for index, isbn in enumerate(isbns)}
    named = {isbn for line in corrections for isbn in (line.isbn, line.other_isbn)}
    applied = [line for line in corrections if {line.isbn, line.other_isbn} <= place.keys()]
    apart = {
        line.isbn
        for line in applied
        if line.relation == DIFFERENT and works[place[line.isbn]] == works[place[line.other_isbn]]
    }
    groups = Partition(isbns)
    books_of_work: dict[int, str] = {}
    for isbn, work in zip(isbns, works, strict=True):
        if isbn not in apart:
            groups.join(books_of_work.setdefault(work, isbn), isbn)
    for line in applied:
        if line.relation == SAME:
            groups.join(line.isbn, line.other_isbn)
    for line in applied:
        if line.relation == DIFFERENT and groups.root(line.isbn) == groups.root(line.other_isbn):
            raise DataError(
                f"Line {line.line} of the corrections says that {line.isbn} and {line.other_isbn} "
                "are different works, but other lines make them one; remove one of these lines."
            )
    number_of_work: dict[str, int] = {}
    corrected = [
        number_of_work.setdefault(groups.root(isbn), len(number_of_work)) for isbn in isbns
    ]
    return CorrectedWorks(corrected, len(applied), tuple(sorted(named - place.keys())))


def _read_line(path: Path, line: int, row: list[str]) -> Correction:
    cells = [cell.strip() for cell in row]
    if len(cells) != len(COLUMNS):
        raise DataError(
            f"{path}, line {line}: {len(cells)} fields instead of {len(COLUMNS)}; write "
            f"'{','.join(COLUMNS)}'."
        )
    first, relation, second = normalise_isbn(cells[0]), cells[1].lower(), normalise_isbn(cells[2])
    for column, isbn in (("isbn", first), ("other_isbn", second)):
        if not is_usable_id(isbn):
            raise DataError(
                f"{path}, line {line}, {column}: {isbn!r} is no ISBN; write the ISBN of a book of "
                "the catalogue."
            )
    if relation not in (SAME, DIFFERENT):
        raise DataError(
            f"{path}, line {line}, relation: {cells[1]!r} is unknown; write '{SAME}' or "
            f"'{DIFFERENT}'."
        )
    if first == second:
        raise DataError(
            f"{path}, line {line}: both ISBNs are {first}; name two books, or remove the line."
        )
    return Correction(line, first, relation, second)
