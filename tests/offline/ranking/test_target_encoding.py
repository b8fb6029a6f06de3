"""Target encodings against numbers computed by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bookrec.offline.ranking.target_encoding import ENCODED, WIDTHS, CodedInteractions, encode

SIZES = [4, 5, 3, 3, 4, 3]


def log_odds(share: float) -> float:
    return math.log(share / (1 - share))


def rows(*lines: tuple[int, int, int, int, int, int, bool]) -> CodedInteractions:
    codes = np.array([line[:6] for line in lines], dtype=np.int32)
    return CodedInteractions(codes, np.array([line[6] for line in lines]))


SEVEN = rows(
    # user, isbn, author, publisher, year, age
    (1, 1, 1, 1, 1, 2, True),
    (1, 2, 1, 2, 2, 2, True),
    (1, 3, 2, 1, 3, 2, True),
    (2, 1, 1, 1, 1, 0, False),
    (2, 2, 1, 2, 2, 0, False),
    (2, 4, 2, 2, 3, 0, True),
    (2, 3, 2, 1, 3, 0, False),
)
OVERALL = 5 / 9
"""(4 explicit + 1) of (7 + 2)."""


def test_each_id_has_its_declared_columns():
    tables = encode(SEVEN, SIZES)
    shapes = [table.shape for table in tables]
    assert shapes == [(size, WIDTHS[name]) for size, name in zip(SIZES, ENCODED, strict=True)]
    assert all(table.dtype == np.float32 and np.isfinite(table).all() for table in tables)


def test_the_shares_of_readers_are_smoothed_at_three_priors():
    users = encode(SEVEN, SIZES)[0]
    for column, prior in enumerate((0.5, 3.0, 15.0)):
        first = log_odds((3 + prior * OVERALL) / (3 + prior)) - log_odds(OVERALL)
        second = log_odds((1 + prior * OVERALL) / (4 + prior)) - log_odds(OVERALL)
        np.testing.assert_allclose(users[1:3, column], [first, second], rtol=1e-5)
    np.testing.assert_allclose(users[1:3, 3], [math.log(4) / 2 - 1, math.log(5) / 2 - 1], rtol=1e-5)


def test_an_unknown_reader_gets_the_row_of_an_average_one():
    users = encode(SEVEN, SIZES)[0]
    for unknown in (users[0], users[3]):
        np.testing.assert_allclose(unknown, [0, 0, 0, -1, 0, 0, 0, 0, 1], atol=1e-6)


def test_an_author_is_compared_with_its_readers_other_interactions():
    """Author 2 gets an explicit rating from the second reader, who hardly ever gives one."""
    share_1 = (2 + 3 * OVERALL) / (2 + 3)
    explicit_2, implicit_2 = 3 * OVERALL / (3 + 3), (1 + 3 * OVERALL) / (3 + 3)
    residuals = 1 - share_1, 1 - explicit_2, -implicit_2
    variances = [
        share_1 * (1 - share_1),
        explicit_2 * (1 - explicit_2),
        implicit_2 * (1 - implicit_2),
    ]
    of_all = 3 * variances[0] + variances[1] + 3 * variances[2]
    expected = sum(residuals) / (sum(variances) + 20 * of_all / 7)
    authors = encode(SEVEN, SIZES)[2]
    assert authors[2, 3] == pytest.approx(expected, rel=1e-5)
    assert authors[2, 3] > 0 > authors[1, 3]
    # Its smoothed share does not correct for its readers.
    assert authors[1, 0] == pytest.approx(
        log_odds((2 + 10 * OVERALL) / 14) - log_odds(OVERALL), rel=1e-5
    )


def test_a_readers_profile_does_not_depend_on_ratings():
    other = CodedInteractions(SEVEN.codes, ~SEVEN.explicit)
    first, second = encode(SEVEN, SIZES)[0], encode(other, SIZES)[0]
    np.testing.assert_array_equal(first[:, 3:], second[:, 3:])
    assert (first[1:3, :3] * second[1:3, :3] < 0).all()
    assert first[1, 8] == pytest.approx((2 + 1) / (3 + 1))
    assert first[2, 8] == pytest.approx((2 + 1) / (4 + 1))


def test_years_have_a_centred_rank():
    years = encode(SEVEN, SIZES)[4]
    np.testing.assert_allclose(years[:, 4], [-1, -5 / 7, -1 / 7, 4 / 7], rtol=1e-5)
