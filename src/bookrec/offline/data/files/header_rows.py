"""Header and totals of a table, told from its rows by evidence."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

MAX_LINES_ABOVE: Final = 40
"""Most rows of a report that may stand above a header."""
_WORD_LIST: Final = (
    "id isbn isbn10 isbn13 user users userid username name title book books bookid author authors "
    "year publisher rating ratings score stars timestamp time date price quantity qty location age "
    "country city email phone customer customerid order orderid item itemid product sku code "
    "review genre genres image url language pages amount total no session category tag tags count "
    "description tuoi sach ten ma gia ngay nam khach hang diem nxb don so luong tac nha xuat ban "
    "dia chi stt loai the thanh tien mua ban dien thoai nguoi dung barcode vach kho sl"
)
_WORDS: Final = frozenset(_WORD_LIST.split())
"""Words that headers use, without accents."""
_NUMBER: Final = re.compile(r"[-+]?[\d.,\s]*\d[\d.,]*(e[-+]?\d+)?\s*(%|đ|₫|vnd|usd|\$|€)?", re.I)
_DATE: Final = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?|\d{1,2}[- ][A-Za-z]{3,9}[- ]\d{2,4}|\d{1,2}:\d{2}.*"
)
_CODE: Final = re.compile(r"(?=\S*\d)[^\s]+")
_ADDRESS: Final = re.compile(r"\S+@\S+\.\S+|https?://\S+|www\.\S+")
_TOTAL: Final = re.compile(
    r"(tong cong|tong so|tong|cong|grand total|sub ?total|total|sum)\b[\s:.()a-z]*", re.I
)


@dataclass(frozen=True)
class HeaderFinding:
    """Place of the header among rows."""

    index: int | None
    """Row of the header; None = there is none."""
    body: int
    """First row below it."""
    certain: bool
    """Whether a header was told by evidence, or is only assumed."""


def plain(text: str) -> str:
    """Return a text in lower case without accents."""
    decomposed = unicodedata.normalize("NFD", text.casefold()).replace("đ", "d")
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def clean_name(text: str) -> str:
    """Return a name of a column without outer white space, marks of byte order and the like."""
    return text.strip(" \t\r\n\v\f\u00a0\u200b\u200c\u200d\u2060\ufeff")


def has_header_word(cell: str) -> bool:
    """Whether a cell is a short text that holds a word of a header."""
    split = re.sub(r"([a-z])([A-Z])", r"\1 \2", cell)
    words = re.findall(r"[a-z]+\d*", plain(split))
    return 0 < len(words) <= 6 and any(word in _WORDS for word in words)


def shape(cell: str) -> str:
    """Return the kind of a cell: ``number``, ``date``, ``code``, ``address``, ``text`` or empty."""
    text = clean_name(cell)
    if not text:
        return ""
    for kind, pattern in (("number", _NUMBER), ("date", _DATE), ("address", _ADDRESS)):
        if pattern.fullmatch(text):
            return kind
    return "code" if _CODE.fullmatch(text) and len(text) <= 40 else "text"


def find_header(rows: Sequence[Sequence[str]]) -> HeaderFinding:
    """Find the header among the first rows of a table.

    Args:
        rows: first rows; those above a header may have any number of fields.
    """
    usual = _usual_columns(rows)
    best: HeaderFinding | None = None
    best_rank = (-1, -1)
    for index, row in enumerate(rows[: MAX_LINES_ABOVE + 1]):
        filled = [place for place, cell in enumerate(row) if clean_name(cell)]
        if len(set(filled) & usual) < max(1, 0.5 * len(usual)) or len(row) < max(usual, default=0):
            continue
        verdict = _verdict(row, rows[index + 1 :])
        if verdict == "data":
            return best or HeaderFinding(None, index, certain=True)
        if verdict == "other":
            continue
        rank = (sum(has_header_word(row[place]) for place in filled), len(filled))
        if best is None or (rank > best_rank and rank[1] > best_rank[1]):
            best = HeaderFinding(index, index + 1, certain=verdict == "header")
            best_rank = rank
        if len(filled) >= len(usual) and verdict == "header":
            return best
    if best is not None:
        return best
    body = next((i for i, row in enumerate(rows) if any(map(clean_name, row))), len(rows))
    return HeaderFinding(None, body, certain=False)


def _usual_columns(rows: Sequence[Sequence[str]]) -> set[int]:
    """Return columns that most rows fill, the few rows of a report left aside."""
    filled = [[place for place, cell in enumerate(row) if clean_name(cell)] for row in rows]
    fullest = max(map(len, filled), default=0)
    counts = Counter(place for row in filled if 2 * len(row) >= fullest for place in row)
    most = max(counts.values(), default=0)
    return {place for place, count in counts.items() if 2 * count >= most}


def _verdict(row: Sequence[str], below: Sequence[Sequence[str]]) -> str:
    """Return ``header``, ``assumed``, ``data`` or ``other`` for a row."""
    like_data = unlike_data = words = 0
    sample = [other for other in below[:50] if len(other) >= len(row) // 2]
    for place, cell in enumerate(row):
        kind = shape(cell)
        if not kind:
            continue
        named = kind in {"text", "code"} and has_header_word(cell)
        words += named
        kinds = Counter(shape(other[place]) for other in sample if place < len(other))
        del kinds[""]
        usual, count = kinds.most_common(1)[0] if kinds else ("", 0)
        if usual in {"", "text"} or 2 * count < kinds.total():
            continue
        if kind == usual:
            like_data += not named
        elif kind == "text" or named:
            unlike_data += 1
    cells = [clean_name(cell) for cell in row if clean_name(cell)]
    values = sum(shape(cell) in {"number", "date", "address"} for cell in cells)
    if words + unlike_data > 2 * like_data and 2 * values < len(cells):
        return "header"
    if like_data:
        return "data"
    if not values and len(set(cells)) == len(cells):
        return "assumed"
    return "data" if 2 * values >= len(cells) and len(below) < 2 else "other"


def is_total(row: Sequence[str]) -> bool:
    """Whether a row is a sum of the rows above: its label, numbers, and blank fields."""
    filled = [clean_name(cell) for cell in row if clean_name(cell)]
    labels = [cell for cell in filled if shape(cell) != "number"]
    return (
        len(filled) < len(row)
        and len(labels) == 1
        and _TOTAL.fullmatch(plain(labels[0])) is not None
    )
