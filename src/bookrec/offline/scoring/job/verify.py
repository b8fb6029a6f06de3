"""Comparison of a published snapshot's scores with Keras."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path

import numpy as np

from bookrec.errors import SnapshotError
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.models.bundle.bundle import Bundle
from bookrec.offline.models.bundle.parity import Parity, compare, keras_logits
from bookrec.offline.scoring.lists.open_recommender import open_recommender
from bookrec.snapshot import RANKER_NAME, open_database, read_meta


def check_published(
    directory: Path, bundle: Bundle, dataset: Dataset, pairs: int, seed: int = 1
) -> Parity:
    """Compare a random sample of a snapshot's ``user_top`` with Keras.

    Args:
        directory: of the snapshot.
        bundle: the model it was made with.
        dataset: the data set it was made with.
        pairs: size of the sample.
        seed: of the sample.

    Raises:
        SnapshotError: the snapshot was not made from this bundle and data set, or is empty.
    """
    with contextlib.closing(open_database(directory)) as connection:
        meta = read_meta(connection)
        for key, expected in (
            ("model_id", bundle.model_id),
            ("dataset_digest", dataset.digest),
        ):
            if meta[key] != expected:
                raise SnapshotError(
                    f"{directory} was made with {key} {meta[key]}, not {expected}; name the "
                    "model and data set it was made with."
                )
        rows = connection.execute(
            "select reader_id - 1, book_id - 1, score from user_top order by reader_id, rank"
        ).fetchall()
    table = np.array(rows, dtype=np.float64).reshape(-1, 3)
    rng = np.random.default_rng(seed)
    table = table[rng.choice(len(table), min(pairs, len(table)), replace=False)]
    readers, books = table[:, 0].astype(np.int32), table[:, 1].astype(np.int32)
    if (known := bundle.origin.known_readers(bundle, dataset)) is not None:
        kept = known[readers]
        table, readers, books = table[kept], readers[kept], books[kept]
    recommender = open_recommender(directory / RANKER_NAME)
    logits = keras_logits(bundle, dataset, recommender, readers, books)
    parity = compare(table[:, 2], logits, recommender.ranker.output)
    return replace(parity, logit_tolerance=bundle.origin.logit_tolerance)
