"""Details of books for the shop: price, stock, category, description and language."""

from __future__ import annotations

from collections import Counter
from typing import Final

import pandas as pd

from bookrec.offline.data.mapping.fields import DETAILS
from bookrec.offline.data.values.distinct import Distinct
from bookrec.offline.data.values.numbers import convert_numbers, read_number_format
from bookrec.offline.data.values.text_repair import repair_text

MAX_DESCRIPTION: Final = 10_000
"""Characters of a description that are kept."""
NUMBERS: Final = ("price", "stock")
DETAIL_DTYPES: Final = {
    "isbn": "str",
    **{name: "float64" if name in NUMBERS else "str" for name in DETAILS},
}


def read_details(
    books: pd.DataFrame, stock: pd.DataFrame
) -> tuple[pd.DataFrame | None, Counter[str]]:
    """Read the details of books; None where the source has none.

    Args:
        books: ``isbn`` and `DETAILS` as texts, unique.
        stock: the same of other tables, whose texts override where they are not blank.

    Returns:
        Columns of `DETAIL_DTYPES`, sorted by ``isbn``; "" and NaN = unknown; only books with a detail.
        And the number of books that each rule changed.
    """
    columns = ["isbn", *DETAILS]
    parts = [part.reindex(columns=columns, fill_value="") for part in (books, stock)]
    rows = pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)
    rows = rows.astype("str")
    rows = rows[(rows[list(DETAILS)] != "").any(axis=1)].replace("", None)
    # The last text that is not blank counts.
    merged = rows.groupby("isbn", sort=True)[list(DETAILS)].last().fillna("")
    details = pd.DataFrame({"isbn": pd.array(merged.index.tolist(), dtype="str")})
    repaired: Counter[str] = Counter()
    for name in DETAILS:
        texts = pd.Series(merged[name].tolist(), dtype="str")
        values, rules = _numbers(texts, name) if name in NUMBERS else _texts(texts, name)
        details[name] = values
        repaired += rules
    details = details.astype(DETAIL_DTYPES)
    known = details[list(NUMBERS)].notna().any(axis=1)
    for name in DETAILS:
        if name not in NUMBERS:
            known |= details[name] != ""
    details = details[known].reset_index(drop=True)
    return (None if details.empty else details), repaired


def _numbers(texts: pd.Series, name: str) -> tuple[pd.Series, Counter[str]]:
    parsed = convert_numbers(texts, read_number_format(texts))
    # A price on request is no damage: the book stays, and its price is unknown.
    return parsed.numbers, Counter({f"{name}_unknown": parsed.repaired.total()})


def _texts(texts: pd.Series, name: str) -> tuple[pd.Series, Counter[str]]:
    repaired: Counter[str] = Counter()
    column = Distinct.of(texts)
    values = []
    for text, count in zip(column.texts, column.counts.tolist(), strict=True):
        value, rules = repair_text(text)
        repaired.update(dict.fromkeys(rules, count))
        repaired[f"{name}_cut"] += count * (len(value) > MAX_DESCRIPTION)
        values.append(value[:MAX_DESCRIPTION])
    rows = pd.Series(values, dtype="str").array.take(column.codes)
    return pd.Series(rows, index=texts.index), +repaired
