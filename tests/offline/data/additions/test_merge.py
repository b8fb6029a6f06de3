"""Merging of an addition: what is kept, filled and replaced, and scales of ratings."""

import numpy as np
import pandas as pd
import pytest

from bookrec.errors import DataError
from bookrec.offline.data.additions.merge import merge_books, merge_details, to_scale
from bookrec.offline.data.book_details import DETAIL_DTYPES
from bookrec.offline.data.dataset import BOOK_DTYPES


def books(*rows):
    return pd.DataFrame(rows, columns=list(BOOK_DTYPES)).astype(BOOK_DTYPES)


def details(*rows):
    return pd.DataFrame(rows, columns=list(DETAIL_DTYPES)).astype(DETAIL_DTYPES)


def test_books_keep_their_rows_and_only_gaps_are_filled():
    base = books(("B2", "Two", "", "", "", None, 0), ("D4", "Four", "Da", "", "", 1999, 1))
    added = books(
        ("A1", "One", "An", "", "", 2001, 0),
        ("B2", "Other", "Bo", "Pub", "", 2002, 0),
        ("D4", "", "", "", "", 2003, 0),
    )
    merged = merge_books(base, added)
    assert merged["isbn"].tolist() == ["A1", "B2", "D4"]
    assert merged["title"].tolist() == ["One", "Two", "Four"]
    assert merged["author"].tolist() == ["An", "Bo", "Da"]
    assert merged["publisher"].tolist() == ["", "Pub", ""]
    assert merged["year"].tolist() == [2001, 2002, 1999]


def test_the_newest_known_detail_counts():
    base = details(("B2", 10.0, 3.0, "tale", "", "vi"), ("C3", 7.0, None, "", "", ""))
    added = details(("A1", None, 4.0, "", "", ""), ("B2", 12.0, 0.0, "", "new", ""))
    merged = merge_details(base, added)
    assert merged["isbn"].tolist() == ["A1", "B2", "C3"]
    assert merged["price"].tolist()[1:] == [12.0, 7.0]
    assert merged["stock"].tolist()[:2] == [4.0, 0.0]
    assert merged["category"].tolist() == ["", "tale", ""]
    assert merged["description"].tolist() == ["", "new", ""]
    assert merge_details(None, None) is None


def test_five_stars_are_doubled_and_never_the_other_way():
    stars = np.array([0, 1, 5], dtype=np.int8)
    assert to_scale(stars, 5, 10).tolist() == [0, 2, 10]
    assert to_scale(stars, 5, 5).tolist() == [0, 1, 5]
    with pytest.raises(DataError, match="1–10"):
        to_scale(stars, 10, 5)
