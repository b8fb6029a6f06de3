"""Order of readers, and readers added to a table of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import pandas as pd

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
    keys = [reader_sort_key(user_id) for user_id in merged["user_id"].tolist()]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    return merged.iloc[order].reset_index(drop=True)
