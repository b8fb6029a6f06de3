"""Merging of what is added into a data set: books, details, readers and interactions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bookrec.errors import DataError
from bookrec.offline.data.assembly.book_details import DETAIL_DTYPES
from bookrec.offline.data.assembly.unique_pairs import UniquePairs
from bookrec.offline.data.dataset import Dataset

_TEXTS: Final = ("title", "author", "publisher", "image_url")


def merge_books(base: pd.DataFrame, added: pd.DataFrame) -> pd.DataFrame:
    """Add books; those of the base keep their rows, and their gaps are filled.

    Returns:
        The catalogue's columns without ``work_id``, sorted by ``isbn``.
    """
    columns = ["isbn", *_TEXTS, "year"]
    if added.empty:
        return base[columns]
    both = pd.concat([base[columns], added[columns]], ignore_index=True)
    texts = both.assign(**{name: both[name].astype("str").replace("", None) for name in _TEXTS})
    merged = texts.groupby("isbn", sort=True)[[*_TEXTS, "year"]].first()
    merged[list(_TEXTS)] = merged[list(_TEXTS)].fillna("")
    return merged.reset_index()[columns]


def merge_details(base: pd.DataFrame | None, added: pd.DataFrame | None) -> pd.DataFrame | None:
    """Merge details of books; of several the newest that is known counts."""
    parts = [part for part in (base, added) if part is not None]
    if len(parts) < 2:
        return parts[0] if parts else None
    rows = pd.concat(parts, ignore_index=True).replace("", None)
    merged = rows.groupby("isbn", sort=True).last().reset_index()
    texts = [name for name, dtype in DETAIL_DTYPES.items() if dtype == "str"]
    merged[texts] = merged[texts].fillna("")
    return merged.astype(DETAIL_DTYPES)


def scaled(ratings: pd.Series, added_max: int, base: Dataset) -> tuple[pd.Series, int]:
    """Convert ratings to the scale of a data set; one without any ratings takes the new scale.

    Returns:
        The ratings, and the highest rating of the merged data set.

    Raises:
        DataError: the data set has five stars, and the ratings are finer.
    """
    if not (ratings > 0).any():
        return ratings, base.rating_max
    if not (base.interactions["rating"] > 0).any():
        return ratings, added_max
    if added_max > base.rating_max:
        raise DataError(
            f"The added ratings go up to {added_max} and those of {base.dataset_id} up to "
            f"{base.rating_max}; import all files together instead."
        )
    factor = base.rating_max // added_max
    return (ratings * factor).astype("int8"), base.rating_max


def merge_interactions(
    base: pd.DataFrame, added: pd.DataFrame, returned: pd.DataFrame
) -> pd.DataFrame:
    """Merge interactions: the last rating of a pair counts, else its last row; copies add up.

    Args:
        base: ``reader_idx``, ``book_idx``, ``rating``, ``timestamp``, ``copies``, unique pairs.
        added: the same.
        returned: ``reader_idx``, ``book_idx``, ``copies`` of purchases of the base that are taken back;
            a pair with a rating stays, and so does one with more copies.

    Returns:
        Unique pairs, sorted by reader, then book.
    """
    copies_of_pair = returned.groupby(_pairs(returned))["copies"].sum()
    taken = _pairs(base).map(copies_of_pair).fillna(0)
    gone = (taken > 0) & (taken >= base["copies"]) & (base["rating"] == 0)
    left = base.assign(copies=(base["copies"] - taken).clip(lower=0).astype("int32"))
    rows = pd.concat([left[~gone], added], ignore_index=True)
    unique = UniquePairs.of(_pairs(rows).to_numpy(), rows["rating"].to_numpy())
    kept = rows.iloc[unique.kept]
    copies = unique.sums(rows["copies"].to_numpy(dtype=np.int32))
    return kept.assign(copies=copies).reset_index(drop=True)


def _pairs(frame: pd.DataFrame) -> pd.Series:
    return frame["reader_idx"].astype("int64") * 2**32 + frame["book_idx"].astype("int64")


def reader_positions(readers: pd.DataFrame, user_ids: Sequence[str]) -> NDArray[np.intp]:
    """[user_ids] positions of readers; -1 = not among them."""
    index = pd.Index(readers["user_id"])
    positions: NDArray[np.intp] = index.get_indexer(pd.Index(list(user_ids), dtype="str"))
    return positions
