"""Readers merged and sorted."""

from __future__ import annotations

import pandas as pd

from bookrec.offline.data.dataset import READER_DTYPES
from bookrec.offline.data.reader_order import merge_readers


def test_missing_readers_are_added_once_and_all_are_sorted():
    readers = pd.DataFrame(
        {"user_id": ["100", "9"], "age": [30, pd.NA], "location": ["Hue", "Da Nang"]}
    ).astype(READER_DTYPES)
    merged = merge_readers(readers, ["shop:2", "100", "10", "shop:2"])
    assert merged["user_id"].tolist() == ["9", "10", "100", "shop:2"]
    assert merged["age"].fillna(-1).tolist() == [-1, -1, 30, -1]
    assert merged["location"].tolist() == ["Da Nang", "", "Hue", ""]
    assert merged.dtypes.equals(readers.dtypes)
