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
    plain = np.array([_is_plain_number(user_id) for user_id in user_ids], dtype=bool)
    numbers, others = np.flatnonzero(plain), np.flatnonzero(~plain)
    texts = [user_ids[at] for at in numbers.tolist()]
    by_number = np.lexsort((np.array(texts, dtype="U"), np.array(texts, dtype=np.int64)))
    keys = {at: reader_sort_key(user_ids[at]) for at in others.tolist()}
    if any(key[0] == 0 for key in keys.values()):  # a number too long for an array
        keys = {at: reader_sort_key(user_id) for at, user_id in enumerate(user_ids)}
        return np.array(sorted(keys, key=keys.__getitem__), dtype=np.intp)
    rest = np.array(sorted(keys, key=keys.__getitem__), dtype=np.intp)
    return np.concatenate([numbers[by_number].astype(np.intp), rest])


def _is_plain_number(user_id: str) -> bool:
    digits = user_id.isascii() and user_id.isdigit()
    return digits and len(user_id) <= _MOST_DIGITS
