"""Order of readers, and readers added to a table of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_MOST_DIGITS: Final = 18
"""Digits that always fit into 64 bits."""
_DIGITS: Final = re.compile(r"([0-9]+)")


def reader_sort_key(user_id: str) -> tuple[int, int, list[tuple[int, int, str]], str]:
    """Return the sort key of a reader: numeric ids by number, then texts with numbers by number.

    >>> sorted(["shop:10", "99", "shop:2", "100"], key=reader_sort_key)
    ['99', '100', 'shop:2', 'shop:10']
    """
    if user_id.isascii() and user_id.isdigit():
        return 0, int(user_id), [], user_id
    parts = [
        (0, int(part), "") if position % 2 else (1, 0, part)
        for position, part in enumerate(_DIGITS.split(user_id))
    ]
    return 1, 0, parts, user_id


def merge_readers(readers: pd.DataFrame, user_ids: Iterable[str]) -> pd.DataFrame:
    """Add the readers that are missing, of unknown age and location, and sort all of them.

    Args:
        readers: ``user_id``, ``age``, ``location``; unique ids in any order.
        user_ids: ids of readers, known or not, with repetitions.
    """
    missing = sorted(set(user_ids) - set(readers["user_id"].tolist()))
    added = pd.DataFrame({"user_id": missing, "age": pd.NA, "location": ""})
    merged = pd.concat([readers, added.astype(readers.dtypes.to_dict())], ignore_index=True)
    return merged.iloc[_order(merged["user_id"].tolist())].reset_index(drop=True)


def _order(user_ids: Sequence[str]) -> NDArray[np.intp]:
    """[user_ids] positions in the order of `reader_sort_key`; whole numbers are sorted as an array."""
    plain = np.array(
        [t.isascii() and t.isdigit() and len(t) <= _MOST_DIGITS for t in user_ids], dtype=bool
    )
    numbers, others = np.flatnonzero(plain), np.flatnonzero(~plain)
    texts = [user_ids[at] for at in numbers.tolist()]
    by_number = np.lexsort((np.array(texts, dtype="U"), np.array(texts, dtype=np.int64)))
    rest = [user_ids[at] for at in others.tolist()]
    if any(_is_number(user_id) for user_id in rest):  # one that is too long for an array
        everybody = sorted(range(len(user_ids)), key=lambda at: reader_sort_key(user_ids[at]))
        return np.array(everybody, dtype=np.intp)
    keys = _text_keys(rest)
    behind = others[sorted(range(len(rest)), key=keys.__getitem__)]
    return np.concatenate([numbers[by_number], behind]).astype(np.intp)


def _text_keys(user_ids: Sequence[str]) -> Sequence[str] | Sequence[tuple[object, ...]]:
    """[user_ids] texts in the order of `reader_sort_key`: their numbers filled with zeros.

    Texts are compared many times faster than tuples of their parts.
    """
    longest = max((len(n) for text in user_ids for n in _DIGITS.findall(text)), default=0)
    if longest > _MOST_DIGITS or any("\0" in user_id for user_id in user_ids):
        return [reader_sort_key(user_id) for user_id in user_ids]

    def filled(number: re.Match[str]) -> str:
        return "\0" + number[0].lstrip("0").zfill(longest)

    # Each part between numbers ends in a mark below all other characters, and so does the last one.
    return [f"{_DIGITS.sub(filled, user_id)}\0\0{user_id}" for user_id in user_ids]


def _is_number(user_id: str) -> bool:
    return user_id.isascii() and user_id.isdigit()
