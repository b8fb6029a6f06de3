"""Words for unknown values, and names that only look like them."""

from __future__ import annotations

import pandas as pd
import pytest

from bookrec.offline.data.values.placeholders import blank_unknown, is_unknown


@pytest.mark.parametrize(
    "text",
    ["Không rõ", "KHÔNG RÕ", "(không  rõ)", "Unknown", "n/a", "#N/A", "NULL", "nan", "-", "?", "...",
     "Đang cập nhật", "đang cập nhật...", "", " ", "\\N"],
)  # fmt: skip
def test_words_for_an_unknown_value(text: str) -> None:
    assert is_unknown(text)
    assert is_unknown(text, author=True)


@pytest.mark.parametrize(
    "text",
    ["Nhiều tác giả", "Various", "Không rõ tác giả", "Unknown author", "Not Applicable (Na )"],
)
def test_words_for_an_unknown_author_are_titles_elsewhere(text: str) -> None:
    assert is_unknown(text, author=True)
    assert not is_unknown(text)


@pytest.mark.parametrize(
    "text", ["Nan Goldin", "Anonymous", "Khuyết danh", "Null Island", "1984", "It"]
)
def test_names_stay(text: str) -> None:
    assert not is_unknown(text, author=True)


def test_a_column_is_blanked_and_its_rows_counted() -> None:
    values = pd.Series(["Unknown", "Tô Hoài", "", "unknown", "Various"], dtype="str")
    blanked, count = blank_unknown(values, author=True)
    assert blanked.tolist() == ["", "Tô Hoài", "", "", ""]
    assert blanked.dtype == "str"
    assert count == 3
