"""A shop's own codes told from ISBNs that a spreadsheet or a till changed, by their check digits.

One in eleven codes of nine or ten digits has the check digit of an ISBN by chance. A column in which
hardly more have it holds codes; one in which nearly all have it holds ISBNs; in between it is asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bookrec.isbn import is_isbn10, repair_isbn
from bookrec.offline.data.files.source_table import SourceTable
from bookrec.offline.data.mapping.aliases import header_key
from bookrec.offline.data.mapping.profile import sample_rows
from bookrec.text import ascii_digits, visible_text, without_formula

_BY_CHANCE: Final = 0.3
"""Largest share with a check digit of a column of codes; eight codes rarely have more by chance."""
_NEARLY_ALL: Final = 0.8
"""Smallest share with a check digit of a column of ISBNs, some of them damaged."""
_STRAY: Final = 0.05
"""Share of doubtful values beside ISBNs of ten digits that are taken for damaged ones."""
_ENOUGH: Final = 8
"""Fewest different values by which a column is judged without others that share them."""
_SHORT: Final = re.compile(r"[0-9]{7,8}[0-9X]")
_INSIDE: Final = re.compile(r"(?<![0-9A-Z])[0-9]{9}[0-9X](?![0-9A-Z])")
_DECIMAL: Final = re.compile(r"[.,]0$")
_BETWEEN: Final = re.compile(r"[ -]")


@dataclass(frozen=True)
class IdColumn:
    """A column of ids of books."""

    table: int
    """Position of its table."""
    position: int
    """Position of the column."""
    doubtful: frozenset[str]
    """Values that are no ISBN as they stand, but may be one that lost its zeros, or has text around."""
    valid: frozenset[str]
    """Those of them with the right check digit."""
    whole: int
    """Different values that are an ISBN-10 as they stand."""
    named: bool
    """Whether the header says ISBN."""


@dataclass(frozen=True)
class Verdict:
    """Field that the doubtful ids of a column belong to."""

    field: str
    """``book_id``, ``code``, or "" for undecided."""
    why: str


def id_column(table: SourceTable, at: int, position: int) -> IdColumn:
    """Look at the ids of a column, by a sample of its rows.

    Args:
        table: the table.
        at: its position among the tables.
        position: of the column.
    """
    texts = {
        _DECIMAL.sub("", without_formula(ascii_digits(visible_text(text)))).upper()
        for text in table.columns[position].iloc[sample_rows(table)].tolist()
    }
    whole = {text for text in texts if is_isbn10(text)}
    doubtful = frozenset(text for text in texts - whole if _is_doubtful(text))
    valid = frozenset(text for text in doubtful if is_isbn10(repair_isbn(text)[0]))
    named = "isbn" in header_key(table.header[position])
    return IdColumn(at, position, doubtful, valid, len(whole), named)


def _is_doubtful(text: str) -> bool:
    if _SHORT.fullmatch(_BETWEEN.sub("", text)):
        return True
    return len(text) > 10 and _INSIDE.search(text) is not None and "ISBN" not in text


def judge(column: IdColumn, columns: Sequence[IdColumn]) -> Verdict:
    """Decide what the doubtful ids of a column are.

    Args:
        column: the column.
        columns: all columns of ids of the source; those that share ids with it count where it is short.
    """
    doubtful, valid, whole = column.doubtful, column.valid, column.whole
    if len(doubtful) < _ENOUGH:
        for other in columns:
            if not column.doubtful.isdisjoint(other.doubtful):
                doubtful, valid = doubtful | other.doubtful, valid | other.valid
                whole = max(whole, other.whole)
    if not doubtful or (not valid and len(doubtful) < _ENOUGH):
        return Verdict("book_id", "")
    share = len(valid) / len(doubtful)
    counts = (
        f"{len(valid)} of {len(doubtful)} values such as {min(valid or doubtful)}, which may be ISBNs "
        "without their zeros or with text around, have the check digit"
    )
    if share >= _NEARLY_ALL or len(doubtful) <= _STRAY * whole:
        return Verdict("book_id", "")
    if share <= _BY_CHANCE and len(doubtful) >= _ENOUGH and not whole:
        return Verdict("code", f"{counts}, as by chance: codes of the shop")
    if column.named:
        return Verdict("book_id", "")
    return Verdict("", f'{counts}; write "code" if they are codes of the shop, else "book_id"')
