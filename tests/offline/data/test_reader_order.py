"""Readers merged and sorted."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookrec.offline.data.dataset import READER_DTYPES
from bookrec.offline.data.reader_order import merge_readers, reader_sort_key


def test_missing_readers_are_added_once_and_all_are_sorted():
    readers = pd.DataFrame(
        {"user_id": ["100", "9"], "age": [30, pd.NA], "location": ["Hue", "Da Nang"]}
    ).astype(READER_DTYPES)
    merged = merge_readers(readers, ["shop:2", "100", "10", "shop:2"])
    assert merged["user_id"].tolist() == ["9", "10", "100", "shop:2"]
    assert merged["age"].fillna(-1).tolist() == [-1, -1, 30, -1]
    assert merged["location"].tolist() == ["Da Nang", "", "Hue", ""]
    assert merged.dtypes.equals(readers.dtypes)


@pytest.mark.parametrize("further", [[], ["9" * 20, "0" * 30 + "11"], ["shop:2", "shop:10", "x"]])
def test_numbers_of_any_length_have_the_order_of_the_key(further):
    ids = ["10", "9", "007", "7", "100", "1" * 18, *further]
    none = pd.DataFrame({"user_id": [], "age": [], "location": []}).astype(READER_DTYPES)
    merged = merge_readers(none, ids)["user_id"].tolist()
    assert merged == sorted(ids, key=reader_sort_key)


@given(st.lists(st.text("0019ab-é", min_size=1, max_size=6) | st.text(min_size=1), unique=True))
def test_texts_with_numbers_have_the_order_of_the_key(ids):
    none = pd.DataFrame({"user_id": [], "age": [], "location": []}).astype(READER_DTYPES)
    assert merge_readers(none, ids)["user_id"].tolist() == sorted(ids, key=reader_sort_key)
