"""Readers of the sample data, with known preferences and the interactions that follow from them.

A reader's preferences are a mixture over a few sub-genres. The probability of reading a work grows
with its fit to the preferences and with its popularity (Zipf within its sub-genre); ratings grow with
the fit. So tests know the structure that a recommender should find.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.errors import DataError
from bookrec.offline.data.sample.books import SampleCatalogue
from bookrec.offline.data.sample.preferences import (
    draw_ages,
    draw_locations,
    draw_preferences,
    subgenre_strengths,
)

INTERACTIONS_PER_READER: Final = 20
"""Default mean number of interactions."""

_ZIPF_EXPONENT: Final = 1.1
_BESTSELLER_SHARE: Final = 0.05
"""Share of interactions with bestsellers, independent of preferences."""
_BESTSELLER_EXPONENT: Final = 1.6
_ACTIVITY_SIGMA: Final = 1.5
"""Sigma of the log-normal number of interactions: many readers have 1 to 3, a few over 100."""
_LARGEST_SHARE_READ: Final = 0.2
_SHARE_WITHOUT_INTERACTIONS: Final = 0.02
_FIRST_EDITION_SHARE: Final = 0.75
_HIGHEST_USER_ID: Final = 278_858


@dataclass(frozen=True)
class SampleReaders:
    """Readers in order of their user ids, and their interactions, grouped by reader."""

    user_ids: NDArray[np.int64]
    """[readers]"""
    ages: NDArray[np.int64]
    """[readers] in years, or `AGE_NOT_GIVEN`."""
    locations: tuple[str, ...]
    """[readers]"""
    preferences: NDArray[np.float64]
    """[readers, sub-genres]; each row sums to 1."""
    reader_idx: NDArray[np.int64]
    """[interactions] positions of readers."""
    book_idx: NDArray[np.int64]
    """[interactions] positions of books."""
    ratings: NDArray[np.int64]
    """[interactions] 1–10; 0 = implicit."""


def generate_readers(
    catalogue: SampleCatalogue,
    n_readers: int,
    n_interactions: int | None,
    rng: np.random.Generator,
) -> SampleReaders:
    """Generate readers and their interactions.

    Args:
        catalogue: books to read.
        n_readers: number of readers.
        n_interactions: number of interactions in all; None = 20 per reader.
        rng: source of the random draws.

    Raises:
        DataError: fewer interactions than active readers, or more than readers and books allow.
    """
    counts = _interaction_counts(n_readers, n_interactions, len(catalogue.works), rng)
    strengths = subgenre_strengths(catalogue)
    preferences = draw_preferences(catalogue, strengths, n_readers, rng)
    work_of_interaction, ratings = _draw_interactions(
        catalogue, strengths, preferences, counts, rng
    )
    id_limit = max(_HIGHEST_USER_ID, 4 * n_readers)
    user_ids = np.sort(rng.choice(id_limit, size=n_readers, replace=False)) + 1
    return SampleReaders(
        user_ids=user_ids,
        ages=draw_ages(catalogue, preferences, rng),
        locations=draw_locations(catalogue, preferences, rng),
        preferences=preferences,
        reader_idx=np.repeat(np.arange(n_readers), counts),
        book_idx=_draw_editions(catalogue, work_of_interaction, rng),
        ratings=ratings,
    )


def _interaction_counts(
    n_readers: int, n_interactions: int | None, n_works: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """[readers] numbers of interactions: log-normal, some zero; their sum is the total."""
    n_inactive = int(n_readers * _SHARE_WITHOUT_INTERACTIONS)
    n_active = n_readers - n_inactive
    most = max(1, int(_LARGEST_SHARE_READ * n_works))
    if n_interactions is None:
        n_interactions = max(
            n_active, min(INTERACTIONS_PER_READER * n_readers, n_active * most // 2)
        )
    if not n_active <= n_interactions <= n_active * most:
        raise DataError(
            f"{n_readers} sample readers and {n_works} works allow {n_active} to "
            f"{n_active * most} interactions, not {n_interactions}; choose --interactions between "
            "them, or change --readers or --books."
        )
    activity = rng.lognormal(sigma=_ACTIVITY_SIGMA, size=n_active)
    low, high = 0.0, n_interactions / activity.min() + most
    for _ in range(100):  # bisection: the sum of the clipped counts rises with the scale
        middle = (low + high) / 2
        total = np.clip(np.rint(activity * middle), 1, most).sum()
        low, high = (middle, high) if total < n_interactions else (low, middle)
    counts = np.clip(np.rint(activity * high), 1, most).astype(np.int64)
    while difference := n_interactions - int(counts.sum()):
        movable = np.flatnonzero(counts < most if difference > 0 else counts > 1)
        moved = rng.permutation(movable)[: abs(difference)]
        counts[moved] += np.sign(difference)
    every = np.concatenate([counts, np.zeros(n_inactive, dtype=np.int64)])
    return rng.permutation(every)


def _draw_interactions(
    catalogue: SampleCatalogue,
    strengths: NDArray[np.float64],
    preferences: NDArray[np.float64],
    counts: NDArray[np.int64],
    rng: np.random.Generator,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """[interactions] works read, without repetition, and [interactions] ratings; grouped by reader."""
    fame = np.array([1.0 / (1.5 + work.rank) ** _ZIPF_EXPONENT for work in catalogue.works])
    fit = strengths * fame
    sums = fit.sum(axis=1, keepdims=True)
    chance = np.divide(fit, sums, out=np.zeros_like(fit), where=sums > 0)
    bestseller = (preferences.mean(axis=0) @ chance) ** _BESTSELLER_EXPONENT
    bestseller /= bestseller.sum()
    quality = rng.normal(scale=0.5, size=len(fame))
    works, ratings = [], []
    for preference, count in zip(preferences, counts, strict=True):
        # Gumbel's trick: the largest perturbed logs are a weighted draw without replacement.
        weight = (1 - _BESTSELLER_SHARE) * (preference @ chance) + _BESTSELLER_SHARE * bestseller
        keys = np.log(weight + 1e-12) + rng.gumbel(size=len(fame))
        read = np.argsort(-keys, kind="stable")[:count]
        affinity = np.minimum((preference @ strengths[:, read]) / preference.max(), 1.0)
        works.append(read)
        ratings.append(_draw_ratings(affinity, quality[read], rng))
    return np.concatenate(works), np.concatenate(ratings)


def _draw_ratings(
    affinity: NDArray[np.float64], quality: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.int64]:
    """[books] ratings of a reader for books of some affinity (0–1); about 60 % are 0, implicit."""
    generosity = rng.normal(scale=0.7)
    noise = rng.normal(scale=1.1, size=len(affinity))
    disappointed = 3.0 * (rng.random(len(affinity)) < 0.05)
    stars = 6.6 + 2.4 * affinity + generosity + quality + noise - disappointed
    explicit = np.clip(np.rint(stars), 1, 10).astype(np.int64)
    share_implicit = rng.beta(3.0, 2.0)
    return np.where(rng.random(len(affinity)) < share_implicit, 0, explicit)


def _draw_editions(
    catalogue: SampleCatalogue, works: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.int64]:
    """[interactions] position of the edition read of each work, mostly of the first one."""
    editions = np.full((len(catalogue.works), 2), -1)
    for book_idx, book in enumerate(catalogue.books):
        editions[book.work_idx, book.edition - 1] = book_idx
    second = (rng.random(len(works)) >= _FIRST_EDITION_SHARE) & (editions[works, 1] >= 0)
    books: NDArray[np.int64] = editions[works, second.astype(np.int64)]
    return books
