"""Quality gate: limits that a snapshot's lists must keep to be published.

A limit tells a broken model from a weak one: every model that learnt something stays far inside it.
A limit counts only where enough readers and books give its figure a meaning.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bookrec.offline.scoring.shelf.gate_figures import GateFigures

MIN_READERS: Final = 50
"""Fewest readers of a judged share: the 95 % interval of one half is then within 0.36 to 0.64."""

MIN_BOOKS: Final = 100
"""Fewest books of a judged catalogue. Lists of 20 are then at most a fifth of it; in a smaller one a
favourite of everybody may well come first for most."""

COMMONEST_FIRST: Final = 0.5
"""Largest share of readers with the commonest first book. Good models are at 1 to 5 %; popularity
itself, whose first book is the same for all who do not have it, is above."""

DISTINCT_LISTS: Final = 1.5
"""Fewest distinct books, in lists of mean length. Equal lists for all have 1, and a little more where
each leaves out what its reader has."""

DISTINCT_SHARE: Final = 0.02
"""Fewest distinct books, as a share of those that the lists have room for. Good models show more than
half of them, popularity with its readers' books left out about 1 %."""

OWN_LANGUAGE: Final = 0.5
"""Smallest share of places in the reader's language, of the share that popular books have."""

SMALL_LANGUAGES: Final = 0.1
"""Smallest share of places in the reader's language for readers of smaller languages, of the share
that the catalogue allows. Popular books have none of it, so they are no measure here; models that rank
what similar readers have are above one half."""

MIN_RANKED: Final = 200
"""Fewest readers of a comparison with popularity."""


def refusals(figures: GateFigures) -> list[str]:
    """Name the limits that a snapshot breaks, each with its figures; empty for a good one.

    Args:
        figures: of the snapshot, from `gate_figures`.
    """
    if figures.readers < MIN_READERS or figures.books < MIN_BOOKS:
        return []
    return [
        *_commonest_first(figures),
        *_distinct(figures),
        *_own_language(figures),
        *_small_languages(figures),
        *_popularity(figures),
    ]


def _commonest_first(figures: GateFigures) -> Iterator[str]:
    share, title = figures.shelf.commonest_first, figures.shelf.commonest_first_title
    if share is not None and share > COMMONEST_FIRST:
        yield (
            f"{share:.1%} of {figures.readers:,} readers have the same first book, {title!r} "
            f"(limit {COMMONEST_FIRST:.0%})"
        )


def _distinct(figures: GateFigures) -> Iterator[str]:
    room = min(figures.places, figures.books)
    fewest = max(DISTINCT_LISTS * figures.places / figures.readers, DISTINCT_SHARE * room)
    if figures.shelf.distinct < fewest:
        yield (
            f"all lists together show {figures.shelf.distinct:,} of {figures.books:,} books "
            f"(limit {fewest:,.0f})"
        )


def _own_language(figures: GateFigures) -> Iterator[str]:
    share, popular = figures.shelf.own_language, figures.popular_own_language
    if share is None or popular is None or figures.language_readers < MIN_READERS:
        return
    if share < OWN_LANGUAGE * popular:
        yield (
            f"{share:.1%} of the places are in the reader's own language, of the most popular books "
            f"{popular:.1%} (limit: half of it)"
        )


def _small_languages(figures: GateFigures) -> Iterator[str]:
    share, possible = figures.shelf.own_language_others, figures.possible_others
    if share is None or figures.other_readers < MIN_READERS:
        return
    if share < SMALL_LANGUAGES * possible:
        yield (
            f"{figures.other_readers:,} readers of smaller languages have {share:.1%} of their places "
            f"in their own language, where the catalogue allows {possible:.1%} (limit: a tenth of it)"
        )


def _popularity(figures: GateFigures) -> Iterator[str]:
    ranking = figures.ranking
    if ranking is None or ranking.readers < MIN_RANKED:
        return
    if ranking.model - ranking.popular + ranking.error < 0:
        yield (
            f"the lists find the hidden books of {ranking.readers:,} readers worse than the most "
            f"popular books do (NDCG@20 {ranking.model:.4f}, popularity {ranking.popular:.4f}, "
            f"difference ± {ranking.error:.4f})"
        )
