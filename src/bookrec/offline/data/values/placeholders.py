"""Texts that stand for an unknown value: ``Không rõ``, ``N/A``, ``Various`` as an author."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from bookrec.offline.data.values.distinct import Distinct
from bookrec.offline.data.values.word_lists import plain, word_lists

PLACEHOLDER_UNKNOWN: Final = "placeholder_unknown"


def is_unknown(text: str, *, author: bool = False) -> bool:
    """Whether a text is empty, a mark without letters or digits, or a word for "unknown".

    Args:
        text: value of a column.
        author: whether the column names authors: ``Various`` is nobody there; ``Anonymous``, who may
            be the author of one old work, stays.

    >>> is_unknown("Không rõ"), is_unknown("Various"), is_unknown("Various", author=True)
    (True, False, True)
    """
    word = plain(text)
    lists = word_lists()
    if not any(c.isalnum() for c in word):
        return True
    return word in lists.unknown or (author and word in lists.unknown_author)


def blank_unknown(values: pd.Series, *, author: bool = False) -> tuple[pd.Series, int]:
    """Return a column with "" for unknown values, and the number of rows where a text stood for one.

    Args:
        values: texts of dtype ``str``.
        author: see `is_unknown`.
    """
    column = Distinct.of(values)
    unknown = np.array(column.map(lambda text: is_unknown(text, author=author)), dtype=bool)
    written = np.array(column.map(lambda text: text.strip() != ""), dtype=bool)
    texts = ["" if gone else text for text, gone in zip(column.texts, unknown, strict=True)]
    blanked = pd.Series(pd.Series(texts, dtype="str").to_numpy()[column.codes], index=values.index)
    return blanked.astype("str"), column.rows(unknown & written)
