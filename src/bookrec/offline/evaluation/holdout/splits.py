"""Splits of a data set into training, validation and test parts.

``train`` and ``validation`` together are ``known``. Baselines are tuned by fitting to ``train`` and
measuring on ``validation``. Then everything, baselines and pipeline alike, is fitted to ``known`` and
measured once on ``test``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from bookrec.errors import DataError
from bookrec.offline.data.dataset import Dataset, make_dataset
from bookrec.offline.data.interactions import Interactions, all_interactions
from bookrec.offline.data.splitting import (
    MIN_INTERACTIONS,
    deal_folds,
    hold_out,
    leave_one_out,
)

SplitKind = Literal["hold-out", "leave-one-out", "k-fold", "temporal"]
SPLIT_KINDS: Final = get_args(SplitKind)
TEST_SHARE: Final = 0.2


@dataclass(frozen=True)
class Split:
    """A data set's interactions in three disjoint parts."""

    label: str
    train: Interactions
    validation: Interactions
    test: Interactions
    known: Interactions
    """``train`` and ``validation``, sorted as in the data set."""
    known_rows: NDArray[np.bool_]
    """[interactions of the data set] mask of ``known``."""


def make_splits(dataset: Dataset, kind: SplitKind, seed: int, folds: int = 5) -> list[Split]:
    """Make the split, or the ``folds`` splits, of a data set; equal seeds give equal splits.

    - ``hold-out``: a random fifth of the interactions of readers with at least 5;
    - ``leave-one-out``: one random interaction of each of them;
    - ``k-fold``: their interactions dealt into ``folds`` parts of about equal size within each reader,
      each part being the test part once;
    - ``temporal``: the latest fifth of the timed interactions, of readers with at least 5 earlier ones;
      the other late ones, and those without a time, are left out.

    The validation part is drawn from the rest in the same way (of k-fold: as a hold-out).

    Raises:
        DataError: no reader has enough interactions, or there are no times to split by.
    """
    interactions = all_interactions(dataset)
    if kind == "temporal":
        return [temporal_split(interactions)]
    rng = np.random.default_rng(seed)
    if kind == "k-fold":
        fold = deal_folds(interactions, folds, rng)
        tests = [(f"fold {number + 1}", fold == number) for number in range(folds)]
    elif kind == "leave-one-out":
        tests = [(kind, leave_one_out(interactions, rng))]
    else:
        tests = [(kind, hold_out(interactions, TEST_SHARE, rng))]
    return [split_by(interactions, label, test, kind, rng) for label, test in tests]


def split_by(
    interactions: Interactions,
    label: str,
    test: NDArray[np.bool_],
    kind: SplitKind,
    rng: np.random.Generator,
) -> Split:
    """Make a split with a given test part ([interactions] mask); the validation part is drawn.

    Raises:
        DataError: one of the parts is empty.
    """
    known = interactions[~test]
    held = (
        leave_one_out(known, rng) if kind == "leave-one-out" else hold_out(known, TEST_SHARE, rng)
    )
    if not test.any() or not held.any() or held.all():
        raise DataError(
            f"The data set has {len(interactions)} interactions, too few of them of readers with at "
            f"least {MIN_INTERACTIONS}: a split needs a test and a validation part. Import more "
            "ratings with 'bookrec data import'."
        )
    return Split(label, known[~held], known[held], interactions[test], known, ~test)


def temporal_split(interactions: Interactions) -> Split:
    """Train on the past and test on the future; the validation part is the end of the past.

    Raises:
        DataError: no times are known, or a part is empty.
    """
    times = interactions.timestamp
    if times is None:
        raise DataError(
            "The data set has no times, so it has no temporal split; choose another --split, or import "
            "interactions with their times."
        )
    known, test = _past_and_future(interactions, times, times >= 0)
    train, validation = _past_and_future(interactions, times, known)
    if not (test.any() and validation.any() and train.any()):
        raise DataError(
            f"No reader has {MIN_INTERACTIONS} interactions before the latest fifth of them and one "
            "after; choose another --split."
        )
    return Split(
        "temporal",
        interactions[train],
        interactions[validation],
        interactions[test],
        interactions[known],
        known,
    )


def _past_and_future(
    interactions: Interactions, times: NDArray[np.int64], rows: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """[interactions] masks of the earlier ``rows``, and of later ones of readers with enough earlier.

    Args:
        interactions: Interactions sorted by reader.
        times: [interactions] seconds.
        rows: [interactions] mask of those to divide.
    """
    cut = np.quantile(times[rows], 1.0 - TEST_SHARE) if rows.any() else 0
    past = rows & (times < cut)
    earlier = np.bincount(
        interactions.reader_idx[past], minlength=int(interactions.reader_idx.max(initial=-1)) + 1
    )
    future = rows & ~past & (earlier >= MIN_INTERACTIONS)[interactions.reader_idx]
    return past, future


def known_dataset(dataset: Dataset, split: Split) -> Dataset:
    """Return the data set without the test part."""
    return with_interactions(dataset, split.known_rows)


def with_interactions(dataset: Dataset, rows: NDArray[np.bool_]) -> Dataset:
    """Return a data set with some of the interactions ([interactions] mask)."""
    manifest = dataset.manifest
    return make_dataset(
        dataset.readers,
        dataset.books,
        dataset.interactions[rows],
        layout=str(manifest["layout"]),
        rating_max=dataset.rating_max,
        source=str(manifest.get("source", "")),
        files={},
        sample=bool(manifest.get("sample", False)),
        base_dataset_id=None,
    )


def named_rows(dataset: Dataset, pairs: list[tuple[str, str]]) -> NDArray[np.bool_]:
    """[interactions] mask of interactions named by (user_id, isbn), as in a published split.

    Raises:
        DataError: a pair is no interaction of the data set.
    """
    users = dataset.readers["user_id"].to_numpy()[dataset.interactions["reader_idx"].to_numpy()]
    isbns = dataset.books["isbn"].to_numpy()[dataset.interactions["book_idx"].to_numpy()]
    row_of = {pair: row for row, pair in enumerate(zip(users, isbns, strict=True))}
    rows = np.zeros(len(users), dtype=bool)
    for user_id, isbn in pairs:
        row = row_of.get((user_id, isbn))
        if row is None:
            raise DataError(
                f"Reader {user_id!r} has no interaction with {isbn!r} in data set "
                f"{dataset.dataset_id}; a held-out file names a user_id and an isbn on each line."
            )
        rows[row] = True
    return rows
