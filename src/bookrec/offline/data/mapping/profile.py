"""Profiles of columns: what the values of a column look like, whatever its header says."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bookrec.isbn import is_isbn10, is_isbn13, normalise_isbn
from bookrec.offline.data.files.source_table import SourceTable

SAMPLE: Final = 2_000
"""Values of a column that are looked at, spread over all of it."""
MOSTLY: Final = 0.9
"""Share of values from which on a column is said to have a shape."""

_EMAIL: Final = re.compile(r"\s*[^@\s]+@[^@\s]+\.[^@\s]+\s*")
_PHONE: Final = re.compile(r"(?:\+|00)?[0-9][0-9 .()-]{7,14}[0-9]")
_NUMBER: Final = re.compile(r"[-+]?[0-9]+(?:[.,][0-9]+)*")
_DATE: Final = re.compile(
    r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}(?:[ T].*)?|(?:1[0-9]{9}|1[0-9]{12})(?:\.[0-9]+)?"
    r"|[A-Z][a-z]{2},? .*[0-9]{4}"
)
_URL: Final = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class ColumnProfile:
    """Profile of a column; shares are of its values that are not blank."""

    position: int
    header: str
    samples: Sequence[str]
    """Up to three different values."""
    filled: float
    """Share of rows whose value is not blank."""
    distinct: float
    """Distinct values per value, of the sample."""
    n_distinct: int
    """Distinct values of the sample."""
    isbn: float
    """Share with the right check digit of an ISBN."""
    number: float
    date: float
    email: float
    phone: float
    url: float
    words: float
    """Mean number of words."""

    @property
    def blank(self) -> bool:
        """Whether the column has no value at all."""
        return not self.samples


def profile_columns(table: SourceTable) -> list[ColumnProfile]:
    """Profile every column of a table, by at most `SAMPLE` rows spread over it."""
    sample = table.columns.iloc[sample_rows(table)]
    return [
        _profile(at, header, sample.iloc[:, at].str.strip())
        for at, header in enumerate(table.header)
    ]


def sample_rows(table: SourceTable) -> NDArray[np.int64]:
    """Positions of at most `SAMPLE` rows of a table, spread over it."""
    n_rows = len(table.columns)
    rows = np.linspace(0, max(n_rows - 1, 0), min(n_rows, SAMPLE)).astype(np.int64)
    return np.unique(rows)


def _profile(position: int, header: str, values: pd.Series) -> ColumnProfile:
    texts = [text for text in values.tolist() if text]
    distinct = list(dict.fromkeys(texts))

    def share(is_one: Callable[[str], object]) -> float:
        return sum(bool(is_one(text)) for text in texts) / len(texts) if texts else 0.0

    return ColumnProfile(
        position=position,
        header=header,
        samples=distinct[:3],
        filled=len(texts) / len(values) if len(values) else 0.0,
        distinct=len(distinct) / len(texts) if texts else 0.0,
        n_distinct=len(distinct),
        isbn=share(_is_isbn),
        number=share(_NUMBER.fullmatch),
        date=share(_DATE.fullmatch),
        email=share(_EMAIL.fullmatch),
        phone=share(_PHONE.fullmatch),
        url=share(_URL.fullmatch),
        words=sum(len(text.split()) for text in texts) / len(texts) if texts else 0.0,
    )


def _is_isbn(text: str) -> bool:
    # An ISBN without its zeros and its last X has seven digits.
    if sum(map(str.isdigit, text)) < 7:
        return False
    isbn = normalise_isbn(text)
    return is_isbn10(isbn) or is_isbn13(isbn)
