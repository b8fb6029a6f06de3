"""Columns of ids of books, each distinct one repaired and told apart: ISBN, code, unusable, blank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bookrec.isbn import id_problem, is_isbn10, is_isbn13, repair_code, repair_isbn
from bookrec.offline.data.assembly.raw_table import RawTable

BLANK, ISBN, CODE, UNUSABLE = range(4)
"""Kinds of repaired ids."""
_ZERO: Final = ord("0")
_X: Final = ord("X") - _ZERO
_WEIGHTS_10: Final = np.arange(10, 0, -1)
_WEIGHTS_13: Final = np.array([1, 3] * 6 + [1])


@dataclass(frozen=True, eq=False)
class RepairedIds:
    """A column of ids, each distinct one repaired (`bookrec.isbn`)."""

    codes: NDArray[np.int64]
    """[rows] position in the lists below."""
    ids: list[str]
    """[distinct] repaired ids, "" = blank."""
    rules: list[str]
    """[distinct] rule that changed it, or ""."""
    kinds: NDArray[np.int8]
    """[distinct] `BLANK`, `ISBN`, `CODE` or `UNUSABLE`."""

    @classmethod
    def of(cls, column: pd.Series, *, own_codes: bool = False) -> RepairedIds:
        """Repair a column of texts; with ``own_codes`` by `repair_code`."""
        codes, values = pd.factorize(column)
        texts: list[str] = values.tolist()
        if own_codes:
            repaired = [repair_code(text) for text in texts]
            kinds = np.array([_kind(isbn) for isbn, _ in repaired], dtype=np.int8)
            return cls(codes, [isbn for isbn, _ in repaired], [rule for _, rule in repaired], kinds)
        pairs: list[tuple[str, str] | None] = [None] * len(texts)
        _take_isbn10(texts, pairs)
        _take_isbn13(texts, pairs)
        kinds = np.full(len(texts), ISBN, dtype=np.int8)
        whole = [pair or repair_isbn(text) for pair, text in zip(pairs, texts, strict=True)]
        for at, pair in enumerate(pairs):
            if pair is None:
                kinds[at] = _kind(whole[at][0])
        return cls(codes, [isbn for isbn, _ in whole], [rule for _, rule in whole], kinds)

    def count_repairs(self, table: RawTable) -> None:
        """Count the rows that each rule changed."""
        rows = np.bincount(self.codes, minlength=len(self.ids))
        for rule, n_rows in zip(self.rules, rows.tolist(), strict=True):
            if rule:
                table.repair(rule, n_rows)

    def of_rows(self) -> NDArray[np.object_]:
        """[rows] the repaired ids."""
        return np.array(self.ids, dtype=object)[self.codes]


def _kind(text: str) -> int:
    if not text:
        return BLANK
    if is_isbn10(text) or is_isbn13(text):
        return ISBN
    return UNUSABLE if id_problem(text) else CODE


def _take_isbn10(texts: list[str], pairs: list[tuple[str, str] | None]) -> None:
    """Set the pairs of texts that are an ISBN-10 as they stand."""
    places, digits = _digits(texts, 10)
    last_is_x = digits[:, 9] == _X
    digits[last_is_x, 9] = 10
    valid = (digits[:, :9] <= 9).all(axis=1) & ((digits[:, 9] <= 9) | last_is_x)
    valid &= digits @ _WEIGHTS_10 % 11 == 0
    for at in places[valid].tolist():
        pairs[at] = texts[at], ""


def _take_isbn13(texts: list[str], pairs: list[tuple[str, str] | None]) -> None:
    """Set the pairs of texts that are an ISBN-13 as they stand; ISBN-10 where there is one."""
    places, digits = _digits(texts, 13)
    prefix = digits[:, :3] @ np.array([100, 10, 1])
    valid = (digits <= 9).all(axis=1) & ((prefix == 978) | (prefix == 979))
    valid &= digits @ _WEIGHTS_13 % 10 == 0
    for at in places[valid & (prefix == 979)].tolist():
        pairs[at] = texts[at], ""
    short = valid & (prefix == 978)
    middle = digits[short, 3:12]
    checks = -(middle @ _WEIGHTS_10[:9]) % 11
    last = np.where(checks == 10, _X, checks)
    joined = (np.column_stack([middle, last]) + _ZERO).astype(np.uint8).tobytes().decode()
    for number, at in enumerate(places[short].tolist()):
        pairs[at] = joined[10 * number : 10 * number + 10], "isbn13_to_isbn10"


def _digits(texts: list[str], length: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places of the ASCII texts of one length, and [places, length] their characters as digits."""
    places = [at for at, text in enumerate(texts) if len(text) == length and text.isascii()]
    joined = "".join([texts[at] for at in places]).encode()
    characters = np.frombuffer(joined, dtype=np.uint8).reshape(-1, length)
    digits = characters.astype(np.int64) - _ZERO
    digits[digits < 0] = 99  # characters below "0" are no digits
    return np.array(places, dtype=np.int64), digits
