"""Effects compared with a dense solution, and readers solved from their histories alone."""

from __future__ import annotations

import numpy as np
import pytest

from bookrec.offline.rating_prediction.effects import Priors, fit_effects
from bookrec.offline.rating_prediction.rating_histories import Catalogue, catalogue_of
from small_dataset import interactions_of, small_dataset

AUTHORS = np.array([0, 0, 1, -1, -1], dtype=np.int32)
"""Books 0 and 1 are by one author; of books 3 and 4 the author is not known."""
CATALOGUE = Catalogue(4, 5, {"author": AUTHORS})
RATINGS = interactions_of(
    (0, 0, 9),
    (0, 1, 8),
    (0, 3, 4),
    (1, 0, 5),
    (1, 2, 3),
    (2, 1, 10),
    (2, 2, 7),
    (2, 4, 6),
)
"""Reader 3 has rated nothing."""
PRIORS = Priors(reader=2.0, book=5.0)


def densely() -> tuple[np.ndarray, np.ndarray]:
    """[5] base and [8] residuals: the normal equations written out, priors 10 for an author's effect
    and 2 for a reader's liking for an author."""
    columns: dict[tuple, int] = {}
    weights: list[float] = []

    def column(key: tuple, prior: float) -> int:
        if key not in columns:
            columns[key] = len(weights)
            weights.append(prior)
        return columns[key]

    rows = []
    for reader, book in zip(RATINGS.reader_idx.tolist(), RATINGS.book_idx.tolist(), strict=True):
        author = int(AUTHORS[book])
        row = [column(("book", book), 5.0), column(("reader", reader), 2.0)]
        if author >= 0:
            row += [column(("author", author), 10.0), column(("taste", reader, author), 2.0)]
        rows.append(row)
    design = np.zeros((len(rows), len(weights)))
    for place, row in enumerate(rows):
        design[place, row] = 1
    rest = RATINGS.rating - 6.5
    solution = np.linalg.solve(design.T @ design + np.diag(weights), design.T @ rest)
    base = np.array(
        [
            6.5
            + solution[columns["book", book]]
            + (solution[columns["author", int(AUTHORS[book])]] if AUTHORS[book] >= 0 else 0)
            for book in range(5)
        ]
    )
    return base, rest - design @ solution


def test_the_joint_solution_is_found():
    effects, residuals = fit_effects(RATINGS, CATALOGUE, PRIORS)
    base, left = densely()
    assert effects.base == pytest.approx(base, abs=1e-3)
    assert residuals == pytest.approx(left, abs=1e-3)


@pytest.mark.parametrize("reader", [0, 1, 2])
def test_a_history_alone_gives_what_the_joint_solution_gave_its_reader(reader: int):
    effects, residuals = fit_effects(RATINGS, CATALOGUE, PRIORS)
    history = RATINGS[reader == RATINGS.reader_idx]
    alone = effects.residuals(history.book_idx, history.rating.astype(np.float64))
    assert alone == pytest.approx(residuals[reader == RATINGS.reader_idx], abs=2e-3)
    # A rating is prediction and residual.
    predicted = effects.predict(history.book_idx, history.book_idx, alone)
    assert predicted + alone == pytest.approx(history.rating.astype(float), abs=1e-6)


def test_liking_goes_to_the_same_author_but_not_to_unknown_ones():
    effects, _ = fit_effects(RATINGS, CATALOGUE, PRIORS)
    books = np.arange(5, dtype=np.int32)

    def lift(rated: int) -> np.ndarray:
        history = np.array([rated], dtype=np.int32)
        residuals = effects.residuals(history, effects.base[history] + 3.0)
        return effects.predict(books, history, residuals) - effects.base

    # Of author 0: 1 / 2 + 1 / 2 for the pair, of 2 with the noise; of another book, 1 / 2 of 2.
    assert lift(0) == pytest.approx([1.5, 1.5, 0.75, 0.75, 0.75])
    # No author: nothing beyond the reader's general level, (1 / 2) / (3 / 2) of 3.
    assert lift(3) == pytest.approx([1.0] * 5)


def test_without_a_history_the_base_is_predicted():
    effects, _ = fit_effects(RATINGS, CATALOGUE, PRIORS)
    none = np.zeros(0, dtype=np.int32)
    residuals = effects.residuals(none, np.zeros(0))
    books = np.array([2, 4], dtype=np.int32)
    assert effects.predict(books, none, residuals) == pytest.approx(effects.base[books])


def test_groups_of_a_data_set():
    groups = catalogue_of(small_dataset()).groups
    authors, publishers = groups["author"], groups["publisher"]
    assert authors[1] == authors[4] != authors[0]
    assert publishers[0] == publishers[1] == publishers[2] != publishers[3]
    assert authors[5] == publishers[5] == groups["year"][5] == -1
    # 2002 and 2003 are in one band of five years, 1990 and 1986 are not.
    assert groups["year"][:5].tolist() == [400, 400, 400, 398, 397]
