"""Preferences, ages and places of sample readers."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.offline.data.sample.books import SampleCatalogue, read_lines

AGE_NOT_GIVEN: Final = -1
"""Unknown age."""

_SECONDARY_STRENGTH: Final = 0.35
_PREFERENCE_COUNTS: Final = (0.25, 0.35, 0.25, 0.15)
"""Probability that a reader prefers one, two, three or four sub-genres."""
_PREFERENCE_CONCENTRATION: Final = (5.0, 2.0, 1.5, 1.0)
_RELATED_SHARE: Final = 0.65


def subgenre_strengths(catalogue: SampleCatalogue) -> NDArray[np.float64]:
    """[sub-genres, works] strength of each work in each sub-genre; 1 for its main one."""
    row_of = {subgenre.slug: row for row, subgenre in enumerate(catalogue.subgenres)}
    strengths = np.zeros((len(catalogue.subgenres), len(catalogue.works)))
    for column, work in enumerate(catalogue.works):
        for place, slug in enumerate(work.subgenres):
            strengths[row_of[slug], column] = 1.0 if place == 0 else _SECONDARY_STRENGTH
    return strengths


def draw_preferences(
    catalogue: SampleCatalogue,
    strengths: NDArray[np.float64],
    n_readers: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """[readers, sub-genres] mixtures over sub-genres; each row sums to 1.

    A reader's first sub-genre is drawn by popularity, the others mostly from related sub-genres.
    """
    popularity = np.array([subgenre.popularity for subgenre in catalogue.subgenres])
    popularity = np.where(strengths.sum(axis=1) > 0, popularity**2, 0.0)
    popularity /= popularity.sum()
    related = _relatedness(catalogue, strengths)
    preferences = np.zeros((n_readers, len(popularity)))
    for row in preferences:
        first = rng.choice(len(popularity), p=popularity)
        next_to_it = _RELATED_SHARE * related[first] + (1 - _RELATED_SHARE) * popularity
        next_to_it[(popularity == 0) | (np.arange(len(popularity)) == first)] = 0.0
        wanted = rng.choice(len(_PREFERENCE_COUNTS), p=_PREFERENCE_COUNTS)
        n_others = min(int(wanted), int(np.count_nonzero(next_to_it)))
        chosen = [first]
        if n_others:
            p = next_to_it / next_to_it.sum()
            chosen += rng.choice(len(p), size=n_others, replace=False, p=p).tolist()
        row[chosen] = rng.dirichlet(_PREFERENCE_CONCENTRATION[: len(chosen)])
    return preferences


def _relatedness(catalogue: SampleCatalogue, strengths: NDArray[np.float64]) -> NDArray[np.float64]:
    """[sub-genres, sub-genres] relatedness; each row sums to 1 or is 0.

    Sub-genres are related by common works and by a common genre.
    """
    shared = strengths @ strengths.T
    genres = np.array([subgenre.genre for subgenre in catalogue.subgenres])
    shared += 2.0 * (genres[:, None] == genres[None, :])
    np.fill_diagonal(shared, 0.0)
    sums = shared.sum(axis=1, keepdims=True)
    related: NDArray[np.float64] = np.divide(
        shared, sums, out=np.zeros_like(shared), where=sums > 0
    )
    return related


def draw_ages(
    catalogue: SampleCatalogue, preferences: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.int64]:
    """[readers] ages in years around the typical age of the preferences; 28 % are not given."""
    typical = preferences @ np.array([subgenre.typical_age for subgenre in catalogue.subgenres])
    ages = np.clip(np.rint(typical + rng.normal(scale=10.0, size=len(typical))), 8, 88)
    not_given = rng.random(len(ages)) < 0.28
    return np.where(not_given, AGE_NOT_GIVEN, ages).astype(np.int64)


def draw_locations(
    catalogue: SampleCatalogue, preferences: NDArray[np.float64], rng: np.random.Generator
) -> tuple[str, ...]:
    """Draw a place per reader; half of those whose main sub-genre has a home country live there."""
    rows = [line.rpartition(" | ") for line in read_lines("places.txt")]
    places = np.array([place for place, _, _ in rows])
    weights = np.array([float(weight) for _, _, weight in rows])
    countries = np.array([place.rpartition(", ")[2] for place in places])
    drawn = []
    for main in preferences.argmax(axis=1):
        at_home = countries == catalogue.subgenres[main].home_country
        near = at_home.any() and rng.random() < 0.5
        p = weights * at_home if near else weights
        drawn.append(str(rng.choice(places, p=p / p.sum())))
    return tuple(drawn)
