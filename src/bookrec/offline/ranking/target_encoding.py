"""Embeddings of ids that are counted from interactions instead of learnt: target encoding.

What a reader, book, author … says of "is an interaction explicit?" is mostly its share of explicit
ratings, smoothed towards the overall share (Micci-Barreca, "A preprocessing scheme for
high-cardinality categorical attributes", SIGKDD Explorations 2001). Most readers have one or two
interactions: an embedding that is learnt from them memorises them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.features.book_features import BookFeatures
from bookrec.offline.features.ranker_inputs import AGE_BAND, BOOK_IDS, USER_ID

ENCODED: Final = (USER_ID, *BOOK_IDS, AGE_BAND)
"""The ids that have an embedding, in the order of the columns of codes."""
_USER, _ISBN, _AUTHOR, _PUBLISHER, _YEAR, _AGE = range(len(ENCODED))

_READER_PRIORS: Final = (0.5, 3.0, 15.0)
_PRIORS: Final = (10.0, 50.0)
"""Interactions at the overall share that are added to those of an id."""
_PRIOR_OF_READER: Final = 3.0
"""The same, where a reader's share is what other ids are compared with."""
_PRIOR_OF_OFFSET: Final = 20.0

WIDTHS: Final = dict(zip(ENCODED, (9, 4, 4, 4, 5, 4), strict=True))
"""Columns of each embedding.

All: smoothed log-odds of the share of explicit ratings, less the overall ones, at each prior; log of
the interactions. All but readers: how much more explicit its readers are with it than otherwise.
Readers: mean and spread of their books' popularity and year, and of how many authors. Year: its place.
"""


@dataclass(frozen=True)
class Coded:
    """Interactions as embeddings see them."""

    codes: Ints
    """[n, 6] the codes of `ENCODED`; 0 = unknown."""
    explicit: NDArray[np.bool_]
    """[n] whether there is a rating above 0."""

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, rows: NDArray[Any]) -> Coded:
        return Coded(self.codes[rows], self.explicit[rows])


def coded(
    interactions: Interactions, user_codes: Ints, features: BookFeatures, age_bands: Ints
) -> Coded:
    """Interactions with the codes of their readers (``user_codes``, ``age_bands``: [readers])."""
    readers, books = interactions.reader_idx, interactions.book_idx
    columns = (
        user_codes[readers],
        features.isbn[books],
        features.author[books],
        features.publisher[books],
        features.year[books],
        age_bands[readers],
    )
    return Coded(np.stack(columns, axis=1).astype(np.int32), interactions.rating > 0)


def encode(rows: Coded, sizes: list[int]) -> list[Floats]:
    """What ``rows`` say of every code of every id.

    Args:
        sizes: how many codes each of `ENCODED` has.

    Returns:
        For each id a table [codes, width of `WIDTHS`]. An id without interactions looks like the
        average one.
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
            table += _taste(rows, sizes, count)
        else:
            table.append(_offset(codes, above, size))
        if column == _YEAR:
            table.append(_place(count))
        assert len(table) == WIDTHS[name]
        tables.append(np.stack(table, axis=1).astype(np.float32))
    return tables


def _log_odds(
    codes: Ints, explicit: NDArray[np.bool_], count: NDArray[Any], prior: float, overall: float
) -> NDArray[np.float64]:
    """[codes] smoothed log-odds of "explicit", less those of all interactions."""
    share = (np.bincount(codes, explicit, len(count)) + prior * overall) / (count + prior)
    return np.asarray(np.log(share / (1 - share)) - np.log(overall / (1 - overall)))


@dataclass(frozen=True)
class _AboveReader:
    """[n] how much more explicit each interaction is than its reader's others; its variance."""

    residual: NDArray[np.float64]
    variance: NDArray[np.float64]


def _above_reader(rows: Coded, n_users: int, overall: float) -> _AboveReader:
    users = rows.codes[:, _USER]
    count = np.bincount(users, minlength=n_users)[users] - 1
    others = np.bincount(users, rows.explicit, n_users)[users] - rows.explicit
    share = (others + _PRIOR_OF_READER * overall) / (count + _PRIOR_OF_READER)
    return _AboveReader(rows.explicit - share, share * (1 - share))


def _offset(codes: Ints, above: _AboveReader, size: int) -> NDArray[np.float64]:
    """[codes] log-odds to add to a reader's: one Newton step of a logistic regression."""
    total = np.bincount(codes, above.residual, size)
    variance = np.bincount(codes, above.variance, size)
    return np.asarray(total / (variance + _PRIOR_OF_OFFSET * above.variance.mean()))


def _taste(rows: Coded, sizes: list[int], count: NDArray[np.int64]) -> list[NDArray[np.float64]]:
    """What kind of books a reader reads, whatever they say of them; five columns of [readers]."""
    users, books = rows.codes[:, _USER], rows.codes[:, _ISBN]
    popularity = np.log1p(np.bincount(books, minlength=sizes[_ISBN]))[books]
    place = _place(np.bincount(rows.codes[:, _YEAR], minlength=sizes[_YEAR]))
    columns = []
    for values in (popularity, place[rows.codes[:, _YEAR]]):
        standard = (values - values.mean()) / (values.std() or 1.0)
        # One interaction with an average book is added, so that no reader is without a taste.
        mean = np.bincount(users, standard, len(count)) / (count + 1)
        square = (np.bincount(users, standard**2, len(count)) + 1) / (count + 1)
        columns += [mean, np.sqrt(np.maximum(square - mean**2, 0)) - 1]
    pairs = np.unique(users.astype(np.int64) * sizes[_AUTHOR] + rows.codes[:, _AUTHOR])
    authors = np.bincount(pairs // sizes[_AUTHOR], minlength=len(count))
    return [*columns, (authors + 1) / (count + 1)]


def _place(count: NDArray[np.int64]) -> NDArray[np.float64]:
    """[codes] share of interactions with a lower code, from -1 to 1; years are coded in order."""
    below = np.cumsum(count) - count / 2
    return np.asarray(2 * below / max(1, count.sum()) - 1)
