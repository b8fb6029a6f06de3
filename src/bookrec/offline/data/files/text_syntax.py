"""Syntax of a delimited text: separator, quotes and escapes, by evidence over many lines."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from bookrec.errors import DataError
from bookrec.offline.data.files.delimited.csv_rows import Dialect, strict_fields
from bookrec.offline.data.files.delimited.line_scan import Lines
from bookrec.offline.data.files.header_rows import find_header, has_header_word
from bookrec.offline.data.files.source_table import Syntax

SEPARATORS: Final = (",", ";", "\t", "|", "::", "^")
_SEP_LINE: Final = re.compile(r'"?sep=(.|::)"?;*,*', re.I)
_FIRST, _SPREAD, _ESCAPED = 400, 1600, 200
"""Sampled lines: the first, those from all over the text, and those with an escaped quote."""
_REPORT_FACTOR: Final = 0.5
"""Weight of a separator that does not fit the first line."""
_WORD_FACTOR: Final = 1.5
"""Weight of a separator that splits words of a header."""


@dataclass(frozen=True)
class Separation:
    """Syntax of the rows of a text."""

    dialect: Dialect
    n_fields: int
    """Most frequent number of fields."""
    start: int
    """First line to read, from 0: 1 after a line ``sep=;``."""


def find_separation(lines: Lines, syntax: Syntax, place: str) -> Separation:
    """Find the separator and the quoting of a text.

    Raises:
        DataError: the stated separator does not occur.
    """
    declared = _SEP_LINE.fullmatch(lines[0].lstrip("\ufeff").strip(" "))
    start = int(declared is not None)
    sample = _sample(lines, start)
    separator = syntax.separator or (declared.group(1) if declared else None)
    if separator is not None:
        dialect, n_fields = _best_dialect(sample, separator, syntax)
        if n_fields == 1 and syntax.separator is not None and separator not in "".join(sample):
            raise DataError(
                f"{place} holds no separator {separator!r} as the mapping states; correct "
                "'separator' there or leave it out."
            )
        return Separation(dialect, n_fields, start)
    scored = [(*_best_dialect(sample, candidate, syntax), candidate) for candidate in SEPARATORS]
    scores = [_score(sample, dialect, n) if n > 1 else 0.0 for dialect, n, _ in scored]
    best = max(range(len(scored)), key=lambda i: scores[i])
    if scores[best] > 0:
        return Separation(scored[best][0], scored[best][1], start)
    return Separation(_single_column(sample, [dialect for dialect, _, _ in scored]), 1, start)


def _sample(lines: Lines, start: int) -> list[str]:
    """Return the first lines, and others from all over the text."""
    n = len(lines)
    step = max(1, (n - _FIRST) // _SPREAD)
    chosen = [*range(start, min(n, _FIRST)), *range(_FIRST, n, step)]
    texts = [lines[i] for i in chosen]
    at = -1
    for _ in range(_ESCAPED):
        at = lines.content.find(b'\\"', at + 1)
        if at < 0:
            break
        line = int(np.searchsorted(lines.starts, at, side="right")) - 1
        texts.append(lines[line])
        at = int(lines.starts[line + 1]) - 1
    return [text.removesuffix("\r") for text in texts]


def _best_dialect(sample: Sequence[str], separator: str, syntax: Syntax) -> tuple[Dialect, int]:
    """Choose the quoting under which most lines have the usual number of fields."""
    candidates = _candidates(sample, separator, syntax)
    results = [(*_usual(sample, dialect), dialect) for dialect in candidates]
    share = max(share for share, _, _ in results)
    _, n_fields, dialect = next(result for result in results if result[0] == share)
    return dialect, n_fields


def _candidates(sample: Sequence[str], separator: str, syntax: Syntax) -> list[Dialect]:
    """List ways of quoting, the plainest first."""
    base = Dialect(separator, quoted=syntax.quoted is not False, optional=0)
    if syntax.quoted is False:
        return [base]
    if syntax.quoted is None and syntax.escape is None:
        sep = re.escape(separator)
        opens = re.compile(rf'(?:^|{sep}) *"')
        closes = re.compile(rf'"\r?(?:$|{sep})')
        quoted_lines = [line for line in sample if opens.search(line)]
        if quoted_lines and not any(closes.search(line) for line in sample):
            return [replace(base, quoted=False)]
    escapes = [syntax.escape]
    if syntax.escape is None and syntax.quoted is None:
        escaped = re.compile(rf'\\"(?!"|\r?$|{re.escape(separator)})')
        if any(escaped.search(line) for line in sample):
            escapes = ["\\", None]
        elif any('\\"' in line for line in sample):
            escapes = [None, "\\"]
    blanks = [False]
    if any(f'{separator} "' in line for line in sample):
        enclosed = re.compile(rf'{re.escape(separator)} +"[^"]*"(\r?$|{re.escape(separator)})')
        blanks = [True, False] if any(map(enclosed.search, sample)) else [False, True]
    return [replace(base, escape=e, skip_blanks=b) for b in blanks for e in escapes]


def _usual(sample: Sequence[str], dialect: Dialect) -> tuple[float, int]:
    """Return the share of rows with the usual number of fields, and that number.

    Rows are lines, or records of several lines where more of those have equal numbers of fields.
    """
    results = []
    for widths in (_widths(sample, dialect), _record_widths(sample[:_FIRST], dialect)):
        counts = Counter(width for width in widths if width)
        if counts:
            n_fields, count = max(counts.items(), key=lambda item: (item[1], item[0]))
            results.append((count / len(widths), n_fields))
    return max(results, default=(0.0, 1), key=lambda result: result[0])


def _record_widths(lines: Sequence[str], dialect: Dialect) -> list[int]:
    """Return the numbers of fields of records that may span lines; none if quotes are broken."""
    if not dialect.quoted or len(dialect.separator) > 1 or not any('"' in line for line in lines):
        return []
    reader = csv.reader(
        [line + "\n" for line in lines],
        delimiter=dialect.separator,
        escapechar=dialect.escape,
        skipinitialspace=dialect.skip_blanks,
        strict=True,
    )
    widths: list[int] = []
    try:
        for record in reader:
            widths += [len(record)] if record else []
    except csv.Error:
        if reader.line_num < len(lines):  # otherwise the last record goes on beyond the sample
            return []
    return widths


def _widths(sample: Sequence[str], dialect: Dialect) -> list[int]:
    """Return the numbers of fields, 0 = broken quoting, without lines of one field at either end."""
    fields = [strict_fields(line, dialect) for line in sample if line.strip()]
    widths = [0 if row is None else len(row) for row in fields]
    inner = [i for i, width in enumerate(widths) if width != 1]
    return widths[inner[0] : inner[-1] + 1] if inner else widths


def _score(sample: Sequence[str], dialect: Dialect, n_fields: int) -> float:
    share, _ = _usual(sample, dialect)
    rows = [strict_fields(line, dialect) or [] for line in sample[:100] if line.strip()]
    score = share * (1 - 1 / n_fields)
    if not rows or abs(len(rows[0]) - n_fields) > 1:
        score *= _REPORT_FACTOR
    header = find_header(rows).index
    if header is not None and sum(has_header_word(cell) for cell in rows[header]) >= 2:
        score *= _WORD_FACTOR
    return score


def _single_column(sample: Sequence[str], dialects: Sequence[Dialect]) -> Dialect:
    """Return a dialect whose separator no line holds outside quotes."""
    for dialect in dialects:
        if all(width == 1 for width in _widths(sample, dialect)):
            return dialect
    return Dialect("\x1f", quoted=False, optional=0)
