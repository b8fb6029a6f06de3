"""Target encoding: id embeddings counted from interactions instead of trained.

The target is whether an interaction is explicit. The main column of an id (reader, book, author …) is
its share of explicit ratings, smoothed towards the overall share (Micci-Barreca, "A preprocessing
scheme for high-cardinality categorical attributes", SIGKDD Explorations 2001). Most readers have one or
two interactions, which a trained embedding would overfit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Array, Floats, Ints
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.features.book_features import BookFeatures
from bookrec.offline.features.ranker_inputs import AGE_BAND, BOOK_IDS, USER_ID

ENCODED: Final = (USER_ID, *BOOK_IDS, AGE_BAND)
"""Ids that have an embedding, in the order of the columns of codes."""
_USER, _ISBN, _AUTHOR, _PUBLISHER, _YEAR, _AGE = range(len(ENCODED))

_READER_PRIORS: Final = (0.5, 3.0, 15.0)
"""Pseudo-counts at the overall share, one smoothed share of a reader each."""
_PRIORS: Final = (10.0, 50.0)
"""Pseudo-counts at the overall share, one smoothed share of any other id each."""
_PRIOR_OF_READER: Final = 3.0
"""Pseudo-count of the reader's share that the offsets of other ids are measured from."""
_PRIOR_OF_OFFSET: Final = 20.0
"""Pseudo-count, in interactions of mean variance, that shrinks offsets to 0."""

WIDTHS: Final = dict(zip(ENCODED, (9, 4, 4, 4, 5, 4), strict=True))
"""Number of columns of each embedding.

All ids: smoothed log-odds of the share of explicit ratings minus the overall log-odds, one column per
prior; log of the number of interactions. All but readers: the offset, in log-odds, from the share that
its readers have otherwise. Readers: mean and standard deviation of the popularity and the year of their
books, and the number of distinct authors per interaction. Year: its centred rank.
"""


@dataclass(frozen=True)
class CodedInteractions:
    """Interactions with the codes of their ids."""

    codes: Ints
    """[n, 6] codes of `ENCODED`; 0 = unknown."""
    explicit: NDArray[np.bool_]
    """[n] whether the rating is above 0."""

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, rows: Array) -> CodedInteractions:
        return CodedInteractions(self.codes[rows], self.explicit[rows])


def code_interactions(
    interactions: Interactions, user_codes: Ints, features: BookFeatures, age_bands: Ints
) -> CodedInteractions:
    """Look up the id codes of ``interactions``; ``user_codes`` and ``age_bands`` are [R]."""
    readers, books = interactions.reader_idx, interactions.book_idx
    columns = (
        user_codes[readers],
        features.isbn[books],
        features.author[books],
        features.publisher[books],
        features.year[books],
        age_bands[readers],
    )
    return CodedInteractions(np.stack(columns, axis=1).astype(np.int32), interactions.rating > 0)


def encode(rows: CodedInteractions, sizes: list[int]) -> list[Floats]:
    """Encode every code of every id from ``rows``.

    Args:
        rows: Interactions to count.
        sizes: Number of codes of each id of `ENCODED`.

    Returns:
        A float32 table [codes, width in `WIDTHS`] per id. A code without interactions gets the row of
        an average one.
    """
    overall = (rows.explicit.sum() + 1.0) / (len(rows) + 2.0)
    above = _above_reader(rows, sizes[_USER], overall)
    tables = []
    for column, (name, size) in enumerate(zip(ENCODED, sizes, strict=True)):
        codes = rows.codes[:, column]
        count = np.bincount(codes, minlength=size)
        priors = _READER_PRIORS if column == _USER else _PRIORS
        shares = [_log_odds(codes, rows.explicit, count, prior, overall) for prior in priors]
        table = [*shares, np.log1p(count) / 2 - 1]
        if column == _USER:
            table += _reading_profile(rows, sizes, count)
        else:
            table.append(_offset(codes, above, size))
        if column == _YEAR:
            table.append(_centred_rank(count))
        assert len(table) == WIDTHS[name]
        tables.append(np.stack(table, axis=1).astype(np.float32))
    return tables


def _log_odds(
    codes: Ints, explicit: NDArray[np.bool_], count: Array, prior: float, overall: float
) -> NDArray[np.float64]:
    """[codes] smoothed log-odds of explicit interactions, minus the overall log-odds."""
    share = (np.bincount(codes, explicit, len(count)) + prior * overall) / (count + prior)
    return np.asarray(np.log(share / (1 - share)) - np.log(overall / (1 - overall)))


@dataclass(frozen=True)
class _AboveReader:
    """Interactions compared with the reader's other interactions."""

    residual: NDArray[np.float64]
    """[n] explicit (0 or 1) minus the share of explicit ones among the reader's others."""
    variance: NDArray[np.float64]
    """[n] binomial variance at that share."""


def _above_reader(rows: CodedInteractions, n_users: int, overall: float) -> _AboveReader:
    users = rows.codes[:, _USER]
    count = np.bincount(users, minlength=n_users)[users] - 1
    others = np.bincount(users, rows.explicit, n_users)[users] - rows.explicit
    share = (others + _PRIOR_OF_READER * overall) / (count + _PRIOR_OF_READER)
    return _AboveReader(rows.explicit - share, share * (1 - share))


def _offset(codes: Ints, above: _AboveReader, size: int) -> NDArray[np.float64]:
    """[codes] offset to a reader's log-odds, by one Newton step of a logistic regression."""
    total = np.bincount(codes, above.residual, size)
    variance = np.bincount(codes, above.variance, size)
    return np.asarray(total / (variance + _PRIOR_OF_OFFSET * above.variance.mean()))


def _reading_profile(
    rows: CodedInteractions, sizes: list[int], count: NDArray[np.int64]
) -> list[NDArray[np.float64]]:
    """Five columns [reader codes] on the books of each reader, independent of ratings."""
    users, books = rows.codes[:, _USER], rows.codes[:, _ISBN]
    popularity = np.log1p(np.bincount(books, minlength=sizes[_ISBN]))[books]
    year_rank = _centred_rank(np.bincount(rows.codes[:, _YEAR], minlength=sizes[_YEAR]))
    columns = []
    for values in (popularity, year_rank[rows.codes[:, _YEAR]]):
        standard = (values - values.mean()) / (values.std() or 1.0)
        # A pseudo-interaction with an average book keeps the columns of every reader defined.
        mean = np.bincount(users, standard, len(count)) / (count + 1)
        square = (np.bincount(users, standard**2, len(count)) + 1) / (count + 1)
        columns += [mean, np.sqrt(np.maximum(square - mean**2, 0)) - 1]
    pairs = np.unique(users.astype(np.int64) * sizes[_AUTHOR] + rows.codes[:, _AUTHOR])
    authors = np.bincount(pairs // sizes[_AUTHOR], minlength=len(count))
    return [*columns, (authors + 1) / (count + 1)]


def _centred_rank(count: NDArray[np.int64]) -> NDArray[np.float64]:
    """[codes] share of interactions with a lower code, scaled to -1 … 1; years are coded in order."""
    below = np.cumsum(count) - count / 2
    return np.asarray(2 * below / max(1, count.sum()) - 1)
