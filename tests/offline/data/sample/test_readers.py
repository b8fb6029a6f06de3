"""Sample readers: sizes, the long tails, and the latent structure that they were made with."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from bookrec.errors import DataError
from bookrec.offline.data.sample.books import load_catalogue
from bookrec.offline.data.sample.preferences import AGE_NOT_GIVEN, subgenre_strengths
from bookrec.offline.data.sample.readers import SampleReaders, generate_readers

CATALOGUE = load_catalogue()
WORK_OF_BOOK = np.array([book.work_idx for book in CATALOGUE.books])
SLUGS = [subgenre.slug for subgenre in CATALOGUE.subgenres]
MAIN_SUBGENRE = np.array([SLUGS.index(work.subgenres[0]) for work in CATALOGUE.works])


def _generate(seed: int, n_readers: int = 1500, n_interactions: int | None = None) -> SampleReaders:
    return generate_readers(CATALOGUE, n_readers, n_interactions, np.random.default_rng(seed))


@pytest.fixture(scope="module")
def readers() -> SampleReaders:
    return _generate(seed=7)


@pytest.fixture(scope="module")
def counts(readers: SampleReaders) -> NDArray[np.int64]:
    return np.bincount(readers.reader_idx, minlength=1500)


@pytest.fixture(scope="module")
def works_read(readers: SampleReaders) -> NDArray[np.float64]:
    """(readers, works), 1 where read."""
    read = np.zeros((1500, len(CATALOGUE.works)))
    read[readers.reader_idx, WORK_OF_BOOK[readers.book_idx]] = 1
    return read


def _cosines(works_read: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cosine of works by their readers, active ones weighing less: (works, works), diagonal 0."""
    weighted = works_read / np.sqrt(np.maximum(works_read.sum(axis=1, keepdims=True), 1))
    norms = np.maximum(np.sqrt((weighted**2).sum(axis=0)), 1e-9)
    cosines = (weighted.T @ weighted) / norms / norms[:, None]
    np.fill_diagonal(cosines, 0)
    return cosines


def test_the_same_seed_gives_the_same_readers(readers: SampleReaders):
    again, other = _generate(seed=7), _generate(seed=8)
    for name in ("user_ids", "ages", "reader_idx", "book_idx", "ratings", "preferences"):
        np.testing.assert_array_equal(getattr(again, name), getattr(readers, name))
    assert again.locations == readers.locations
    assert not np.array_equal(other.book_idx, readers.book_idx)


@pytest.mark.parametrize(
    ("n_readers", "n_interactions"), [(1500, 30_000), (40, 40), (300, 2_999), (1, 7)]
)
def test_sizes_are_as_requested(n_readers: int, n_interactions: int):
    readers = _generate(0, n_readers, n_interactions)
    assert len(readers.user_ids) == len(readers.ages) == len(readers.locations) == n_readers
    assert (
        len(readers.reader_idx) == len(readers.book_idx) == len(readers.ratings) == n_interactions
    )


def test_twenty_interactions_a_reader_by_default(readers: SampleReaders):
    assert len(readers.ratings) == 30_000


@pytest.mark.parametrize("n_interactions", [97, 100_000])
def test_totals_that_cannot_be_are_refused(n_interactions: int):
    with pytest.raises(DataError, match=rf"allow 98 to 19796 interactions, not {n_interactions};"):
        _generate(0, 100, n_interactions)


def test_user_ids_are_distinct_and_ascending(readers: SampleReaders):
    assert np.all(np.diff(readers.user_ids) > 0)
    assert readers.user_ids[0] >= 1


def test_no_reader_has_a_work_twice(works_read: NDArray[np.float64]):
    assert works_read.sum() == 30_000


def test_activity_is_long_tailed(counts: NDArray[np.int64]):
    assert (counts == 0).sum() == 30
    assert ((counts >= 1) & (counts <= 3)).sum() > 300
    assert (counts >= 100).sum() > 30
    assert np.median(counts) < 0.5 * counts.mean()


def test_popularity_is_long_tailed(readers: SampleReaders):
    popularity = np.sort(np.bincount(readers.book_idx, minlength=len(CATALOGUE.books)))[::-1]
    tenth = len(popularity) // 10
    assert popularity[:tenth].sum() > 0.25 * popularity.sum()
    assert popularity[0] > 4 * np.median(popularity)


def test_the_best_known_of_a_subgenre_are_read_most(works_read: NDArray[np.float64]):
    read = works_read.sum(axis=0)
    ranks = np.array([work.rank for work in CATALOGUE.works])
    assert read[ranks == 0].mean() > 3 * read[ranks == 15].mean()


def test_ratings_are_like_book_crossing_s(readers: SampleReaders):
    explicit = readers.ratings[readers.ratings > 0]
    assert 0.55 < (readers.ratings == 0).mean() < 0.65
    assert set(np.unique(readers.ratings)) == set(range(11))
    assert 7.3 < explicit.mean() < 7.9
    assert np.median(explicit) > explicit.mean() - 0.1, "skewed towards low ratings"
    assert (explicit <= 4).mean() < 0.1


def test_ratings_rise_with_preference(readers: SampleReaders):
    strengths = subgenre_strengths(CATALOGUE)
    works = WORK_OF_BOOK[readers.book_idx]
    fit = np.einsum("ig,gi->i", readers.preferences[readers.reader_idx], strengths[:, works])
    explicit = readers.ratings > 0
    liked = readers.ratings[explicit & (fit > 0.5)].mean()
    other = readers.ratings[explicit & (fit < 0.1)].mean()
    assert liked > other + 1


def test_preferences_are_mixtures_over_a_few_subgenres(readers: SampleReaders):
    np.testing.assert_allclose(readers.preferences.sum(axis=1), 1)
    assert set(np.count_nonzero(readers.preferences, axis=1)) == {1, 2, 3, 4}


def test_related_subgenres_are_preferred_together(readers: SampleReaders):
    has = readers.preferences > 0
    gothic, horror, maths = (
        has[:, SLUGS.index(slug)] for slug in ("gothic", "modern-horror", "mathematics")
    )
    assert horror[gothic].mean() > 3 * horror[~gothic].mean()
    assert maths[gothic].mean() < horror[gothic].mean() / 3


def test_co_reading_within_a_subgenre_beats_across(works_read: NDArray[np.float64]):
    cosines = _cosines(works_read)
    for place, slug in enumerate(SLUGS):
        inside = place == MAIN_SUBGENRE
        within = cosines[np.ix_(inside, inside)].sum() / (inside.sum() * (inside.sum() - 1))
        across = cosines[np.ix_(inside, ~inside)].mean()
        assert within > 3 * across, slug


@pytest.mark.parametrize(
    ("title", "genre"),
    [
        ("Dracula", "horror"),
        ("Murder on the Orient Express", "crime"),
        ("Số đỏ", "vietnamese"),
        ("Neuromancer", "science fiction"),
    ],
)
def test_what_stands_beside_a_book_is_of_its_kind(
    works_read: NDArray[np.float64], title: str, genre: str
):
    genre_of = {subgenre.slug: subgenre.genre for subgenre in CATALOGUE.subgenres}
    (query,) = [i for i, work in enumerate(CATALOGUE.works) if work.title == title]
    nearest = np.argsort(-_cosines(works_read)[query], kind="stable")[:10]
    alike = [
        work_idx
        for work_idx in nearest
        if genre in {genre_of[slug] for slug in CATALOGUE.works[work_idx].subgenres}
    ]
    assert len(alike) >= 6


def test_age_correlates_weakly_with_preferences(readers: SampleReaders):
    known = readers.ages != AGE_NOT_GIVEN
    assert 0.65 < known.mean() < 0.8
    assert readers.ages[known].min() >= 8
    typical = readers.preferences @ np.array([s.typical_age for s in CATALOGUE.subgenres])
    correlation = np.corrcoef(typical[known], readers.ages[known])[0, 1]
    assert 0.3 < correlation < 0.8


def test_vietnamese_books_are_read_in_vietnam_more_than_elsewhere(readers: SampleReaders):
    at_home = np.array([place.endswith(", vietnam") for place in readers.locations])
    main = readers.preferences.argmax(axis=1)
    vietnamese = np.isin(main, [i for i, s in enumerate(SLUGS) if s.startswith("vietnamese")])
    assert at_home[vietnamese].mean() > 0.4
    assert 0 < at_home[~vietnamese].mean() < 0.2


def test_a_small_catalogue_serves_readers_too():
    small = CATALOGUE.best_known(10)
    readers = generate_readers(small, 50, None, np.random.default_rng(0))
    assert set(readers.book_idx) <= set(range(10))
    assert np.bincount(readers.reader_idx).max() <= 2
