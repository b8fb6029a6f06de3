"""Customers who are nobody in particular: the walk-in customer of a till, by name and by share."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bookrec.offline.data.values.distinct import Distinct
from bookrec.offline.data.values.placeholders import is_unknown
from bookrec.offline.data.values.word_lists import plain, word_lists

WALK_IN: Final = "walk_in_customer"
"""Reason for which rows without a known reader are left out."""

_SHARE: Final = 0.1
_TIMES_THE_SECOND: Final = 20
_FEWEST_ROWS: Final = 200


@dataclass(frozen=True, eq=False)
class WalkIn:
    """Rows of nobody in particular."""

    rows: NDArray[np.bool_]
    """[rows] whether the customer is one."""
    names: tuple[str, ...]
    """Ids as written, most frequent first; a blank one is ``""``."""
    notes: tuple[str, ...]
    """Sentence for each id, for the operator."""


def find_walk_in(customers: pd.Series) -> WalkIn:
    """Find the ids of walk-in customers in the interactions.

    An id is one if its name says so (``Khách lẻ``, ``Guest``, ``0``, blank), or if it has more than a
    tenth of all rows and over 20 times as many as the next one, among at least 200 rows.

    Args:
        customers: [rows] id of each row as written, dtype ``str``.
    """
    column = Distinct.of(customers)
    named = np.array(column.map(is_walk_in_name), dtype=bool)
    total = max(1, len(customers))
    notes = {
        text: f"{text or 'no customer'!r}: {count:,} of {total:,} rows, a name for walk-in customers"
        for text, count, walk_in in zip(column.texts, column.counts.tolist(), named, strict=True)
        if walk_in
    }
    if (busiest := _outsized(column, named)) is not None:
        text, count = column.texts[busiest], int(column.counts[busiest])
        named[busiest] = True
        notes[text] = (
            f"{text!r}: {count:,} of {total:,} rows, over {_TIMES_THE_SECOND} times as many as the "
            "next customer, so it is taken for walk-in customers"
        )
    counts = Counter(dict(zip(column.texts, column.counts.tolist(), strict=True)))
    names = tuple(sorted(notes, key=lambda text: -counts[text]))
    return WalkIn(named[column.codes], names, tuple(notes[name] for name in names))


def is_walk_in_name(text: str) -> bool:
    """Whether an id is blank, 0, or a name of walk-in customers."""
    word = plain(text).replace("_", " ")
    return is_unknown(text) or word.strip("0") == "" or word in word_lists().walk_in


def _outsized(column: Distinct, named: NDArray[np.bool_]) -> int | None:
    """Position of the one customer with an outsized share of the rows; None if there is none."""
    counts = np.where(named, 0, column.counts)
    if len(counts) < 2 or column.counts.sum() < _FEWEST_ROWS:
        return None
    second, first = np.argsort(counts, kind="stable")[-2:]
    outsized = (
        counts[first] > _SHARE * column.counts.sum()
        and counts[first] > _TIMES_THE_SECOND * counts[second] > 0
    )
    return int(first) if outsized else None
