"""Merging of an addition into the frames of a data set: books, details, ratings."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bookrec.errors import DataError
from bookrec.offline.data.book_details import DETAIL_DTYPES

_TEXTS = ("title", "author", "publisher", "image_url")


def merge_books(base: pd.DataFrame, added: pd.DataFrame) -> pd.DataFrame:
    """Add new books, and fill what the data set does not know of its own; sorted by ``isbn``.

    Args:
        base: the catalogue's columns, unique.
        added: the same, unique; ``work_id`` is not needed and not kept.
    """
    columns = ["isbn", *_TEXTS, "year"]
    old = base[columns].set_index("isbn")
    new = added[columns].astype(base[columns].dtypes.to_dict()).set_index("isbn")
    same = new.reindex(old.index)
    for name in _TEXTS:
        old[name] = old[name].where(old[name] != "", same[name].fillna(""))
    old["year"] = old["year"].fillna(same["year"])
    books = pd.concat([old, new.loc[~new.index.isin(old.index)]]).reset_index()
    return books.astype(base[columns].dtypes.to_dict()).sort_values("isbn", ignore_index=True)


def merge_details(base: pd.DataFrame | None, added: pd.DataFrame | None) -> pd.DataFrame | None:
    """Replace details of books by the newest that are known; sorted by ``isbn``."""
    parts = [part for part in (base, added) if part is not None]
    if not parts:
        return None
    rows = pd.concat(parts, ignore_index=True)
    texts = [name for name, dtype in DETAIL_DTYPES.items() if dtype == "str" and name != "isbn"]
    rows[texts] = rows[texts].replace("", None)
    merged = rows.groupby("isbn", sort=True).last().reset_index()
    merged[texts] = merged[texts].fillna("")
    return merged[list(DETAIL_DTYPES)].astype(DETAIL_DTYPES)


def to_scale(ratings: NDArray[np.int8], added_max: int, base_max: int) -> NDArray[np.int8]:
    """Convert ratings of an addition to the scale of the data set.

    Raises:
        DataError: the data set has five stars and the addition a scale of ten.
    """
    if added_max > base_max and bool((ratings > 0).any()):
        raise DataError(
            f"The ratings are 1–{added_max}, those of the data set 1–{base_max}, which would lose "
            "half of their steps; import all files together into a new data set."
        )
    factor = max(base_max // added_max, 1)
    return ratings * np.int8(factor)
