"""Ends of the lines of a text, and which lines are clean: rows that need no careful reading."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.offline.data.files.delimited.csv_rows import Dialect

BLOCK_BYTES: Final = 1 << 26
_LONGEST_CLEAN_LINE: Final = 1 << 16
"""Python's ``csv`` refuses longer fields than twice this."""
_LINE_FEED, _RETURN, _QUOTE, _UNIT, _MARK = b'\n\r"\x1f\xef'


class Lines:
    """Physical lines of a UTF-8 text, without their line ends, decoded when asked for."""

    def __init__(self, content: bytes, starts: NDArray[np.int64]) -> None:
        """Keep the text and its ``starts``: [lines + 1] offsets at which lines begin."""
        self.content = content
        self.starts = starts

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, index: int) -> str:
        return self.bytes_of(index + 1, index + 1).decode().removesuffix("\n").removesuffix("\r")

    def bytes_of(self, first: int, last: int) -> bytes:
        """Return lines from a first to a last one, 1-based, with their line ends."""
        return self.content[self.starts[first - 1] : self.starts[last]]

    def text_of(self, first: int, last: int) -> str:
        """Return the text of lines from a first to a last one, 1-based."""
        return self.bytes_of(first, last).decode().removesuffix("\n").removesuffix("\r")

    def texts_of(self, first: NDArray[np.int64], last: NDArray[np.int64]) -> list[str]:
        """Return `text_of` of many rows: [rows] first and last lines, 1-based."""
        content = self.content
        begins, ends = self.starts[first - 1], self.starts[last].copy()
        array = np.frombuffer(content, dtype=np.uint8)
        for mark in (_LINE_FEED, _RETURN):
            ends -= (ends > begins) & (array[np.maximum(ends - 1, 0)] == mark)
        spans = zip(begins.tolist(), ends.tolist(), strict=True)
        return [content[begin:end].decode() for begin, end in spans]


def line_starts(content: bytes, block_bytes: int = BLOCK_BYTES) -> NDArray[np.int64]:
    """Return [lines + 1] offsets at which lines begin; a line feed at the end adds no line."""
    array = np.frombuffer(content, dtype=np.uint8)
    parts = [np.zeros(1, dtype=np.int64)]
    for start in range(0, len(array), block_bytes):
        block = array[start : start + block_bytes]
        parts.append(np.flatnonzero(block == _LINE_FEED) + (start + 1))
    if len(content) and content[-1] != _LINE_FEED:
        parts.append(np.array([len(content)], dtype=np.int64))
    return np.concatenate(parts)


def blocks_of_lines(
    starts: NDArray[np.int64], first_line: int, block_bytes: int
) -> list[tuple[int, int]]:
    """Return ranges of lines, from 0, each of about ``block_bytes`` or of a single longer line."""
    ranges = []
    line = first_line
    while line < len(starts) - 1:
        after = int(np.searchsorted(starts, starts[line] + block_bytes, side="right")) - 1
        after = max(after, line + 1)
        ranges.append((line, after))
        line = after
    return ranges


def clean_lines(
    block: NDArray[np.uint8], ends: NDArray[np.int64], dialect: Dialect, n_fields: int
) -> NDArray[np.bool_]:
    """Find the lines of a block that are rows of ``n_fields`` fields with no doubt.

    A clean line is not empty and holds no escape, no stray carriage return, and either no quote or
    quotes that open at the start of a field and close at its end, alternating.

    Args:
        block: [bytes] UTF-8 text of whole lines.
        ends: [lines] offsets just after each line.
        dialect: syntax of the rows.
        n_fields: number of fields of a row.
    """
    begins = np.concatenate([[0], ends[:-1]])
    clean: NDArray[np.bool_] = (ends - begins > 1) & (ends - begins < _LONGEST_CLEAN_LINE)
    separators, wide = _separators(block, dialect.separator)
    _spoil(clean, ends, np.flatnonzero(wide))
    quotes = np.flatnonzero(block == _QUOTE) if dialect.quoted else np.empty(0, dtype=np.int64)
    if dialect.escape is not None and dialect.quoted:
        _spoil(clean, ends, np.flatnonzero(block == ord(dialect.escape)))
    _spoil(clean, ends, _stray_returns(block))
    first = block[begins]
    clean &= first != _MARK  # pyarrow would drop a mark of byte order
    if n_fields == 1:
        clean &= (first > 0x20) & (first < 0x80)  # what may be blank is read carefully
    if len(quotes):
        if dialect.skip_blanks or len(dialect.separator) > 1:
            _spoil(clean, ends, quotes)
        else:
            separators &= ~_inside_quotes(block, begins, ends, quotes, separators, clean)
    bounds = np.searchsorted(np.flatnonzero(separators), np.concatenate([[0], ends]))
    clean &= np.diff(bounds) == n_fields - 1
    return clean


def _separators(
    block: NDArray[np.uint8], separator: str
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Mark where separators begin, and bytes that make separators of a line doubtful."""
    code = separator.encode()
    marks = block == code[0]
    if len(code) == 1:
        return marks, np.zeros(0, dtype=bool)
    for place in range(1, len(code)):
        marks[:-place] &= block[place:] == code[place]
        marks[-place:] = False
    overlap = np.zeros(len(block), dtype=bool)
    for place in range(1, len(code)):
        overlap[:-place] |= marks[:-place] & marks[place:]
    return marks, overlap | (block == _UNIT)


def _spoil(clean: NDArray[np.bool_], ends: NDArray[np.int64], places: NDArray[np.int64]) -> None:
    """Mark the lines of some offsets as not clean."""
    if len(places):
        clean[np.searchsorted(ends, places, side="right")] = False


def _stray_returns(block: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return offsets of carriage returns that do not end a line with the next byte."""
    places = np.flatnonzero(block == _RETURN)
    after = np.minimum(places + 1, len(block) - 1)
    stray: NDArray[np.int64] = places[block[after] != _LINE_FEED]
    return stray


def _inside_quotes(
    block: NDArray[np.uint8],
    begins: NDArray[np.int64],
    ends: NDArray[np.int64],
    quotes: NDArray[np.int64],
    separators: NDArray[np.bool_],
    clean: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Mark the bytes inside quotes; lines whose quotes do not alternate properly become unclean."""
    line = np.searchsorted(ends, quotes, side="right")
    first = np.searchsorted(quotes, begins)  # index of each line's first quote
    place = np.arange(len(quotes)) - first[line]
    opens = place % 2 == 0
    n_quotes = np.diff(np.append(first, len(quotes)))
    clean &= n_quotes % 2 == 0
    at_start = quotes == begins[line]
    before = np.maximum(quotes - 1, 0)
    opened = at_start | separators[before] | (block[before] == _QUOTE)
    after = np.minimum(quotes + 1, len(block) - 1)
    at_end = (quotes + 1 == len(block)) | np.isin(block[after], (_LINE_FEED, _RETURN))
    closed = at_end | separators[after] | (block[after] == _QUOTE)
    _spoil(clean, ends, quotes[np.where(opens, ~opened, ~closed)])
    # In unclean lines parity may run on; only clean lines count their separators.
    inside = np.zeros(len(block), dtype=bool)
    even = quotes[opens & clean[line]], quotes[~opens & clean[line]]
    inside[even[0]] = True
    inside[even[1]] = True
    return np.bitwise_xor.accumulate(inside)
