"""Table of a file, sheet or database as found: texts by column, and where each row stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True)
class Syntax:
    """Syntax of a text file; a mapping may state any part of it, the rest is found by evidence."""

    encoding: str | None = None
    """Python's name of the encoding; None = to be found, or no text file."""
    separator: str | None = None
    """Characters between fields, e.g. ``;`` or ``::``; None = to be found."""
    quoted: bool | None = None
    """Whether fields may stand in double quotes; None = to be found."""
    escape: str | None = None
    """Character that escapes a quote inside quotes besides doubling; None = no such character."""
    header_line: int | None = None
    """1-based line of the header; 0 = the file has none; None = to be found."""


@dataclass
class SourceTable:
    """Table as found; nothing is interpreted, and no row is lost without a reason."""

    name: str
    """Short name: ``Books.csv``, ``shop.xlsx:Sheet1``, ``shop.db:orders``."""
    place: str
    """Path, with member, sheet or table, for messages."""
    syntax: Syntax
    """Syntax by which a text file was read, complete; empty for other kinds of files."""
    header: list[str]
    """[columns] names as found, outer white space and marks of byte order removed; "" = unnamed."""
    columns: pd.DataFrame
    """[rows, columns] texts, dtype ``str``, "" = empty; labelled by position, from 0."""
    first_line: NDArray[np.int64]
    """[rows] 1-based physical line (row of a sheet or database) at which each row begins."""
    last_line: NDArray[np.int64]
    """[rows] physical line at which each row ends."""
    rows_read: int
    """Rows in the file, readable or not, without the header and the lines above it."""
    sha256: str
    """SHA-256 of the decompressed file."""
    text_of: Callable[[int, int], str]
    """Text of the lines from a first to a last one, 1-based, both included; for rejected rows."""
    texts_of_rows: Callable[[NDArray[np.int64], NDArray[np.int64]], list[str]] | None = None
    """`text_of` of many rows at once, where the kind of file has a faster way."""
    unreadable: list[tuple[int, int, str]] = field(default_factory=list)
    """First line, last line and reason of each row that is not in ``columns``."""
    repaired: Counter[str] = field(default_factory=Counter)
    """Rule → number of rows that it changed."""
    notes: list[str] = field(default_factory=list)
    """Sentences on what was found and assumed, e.g. the evidence for an encoding."""

    def texts_of(self, first: NDArray[np.int64], last: NDArray[np.int64]) -> list[str]:
        """Texts of rows.

        Args:
            first: [rows] first line of each, 1-based.
            last: [rows] last line of each.
        """
        if self.texts_of_rows is not None:
            return self.texts_of_rows(first, last)
        return [self.text_of(a, b) for a, b in zip(first.tolist(), last.tolist(), strict=True)]
