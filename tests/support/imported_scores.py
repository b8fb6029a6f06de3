"""Scores of an imported bundle for pairs, as lists are ordered by them."""

from __future__ import annotations

from typing import Any

import numpy as np

from bookrec.inference.history import make_history
from bookrec.inference.recommender import Reader
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.data.interactions import reader_age_bands


def bundle_logits(bundle: Any, dataset: Dataset, readers: Any, books: Any) -> np.ndarray:
    """Return the [readers, books] logits of a bundle without book offsets."""
    from bookrec.offline.models.bundle.build_recommender import recommender_for

    recommender, rows = recommender_for(bundle, dataset)
    bands = reader_age_bands(dataset)
    empty = make_history(np.empty(0, np.int32), np.empty(0, np.int8))
    logits = []
    for reader in readers:
        row = None if rows is None else rows[reader]
        profile = recommender.profile(Reader(empty, int(bands[reader]), row))
        logits.append(recommender.logits(profile, np.asarray(books, dtype=np.int32)))
    return np.stack(logits)


def table_rows(dataset: Dataset, frame: Any, readers: Any, books: Any) -> Any:
    """Return the rows of a notebook's table for all pairs of some readers and books."""
    import pandas as pd

    pairs = pd.DataFrame(
        {
            "user": np.repeat(dataset.readers["user_id"].to_numpy(object)[readers], len(books)),
            "isbn": np.tile(dataset.books["isbn"].to_numpy(object)[books], len(readers)),
        }
    )
    book = frame.drop_duplicates("isbn").drop(columns=["user", "age", "age_bin", "rating"])
    reader = frame.drop_duplicates("user")[["user", "age", "age_bin"]]
    return pairs.merge(book, on="isbn", how="left").merge(reader, on="user", how="left")
