"""Checks of the lists of sampled readers: taste, concentration, agreement with their own books."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.offline.metrics.book_facts import BookFacts
from bookrec.offline.metrics.coverage import commonest_share, distinct_books
from bookrec.offline.metrics.taste import (
    BAD_COUNT,
    BAD_MEAN,
    badly_rated_places,
    mean_rating_listed,
)
from bookrec.offline.models.checks.finding import Finding, Level
from bookrec.offline.models.checks.hidden_books import Figures, Judged, without_pairs

MOST: Final = 0.5
"""Share of readers with the same first book above which the lists are not theirs."""
_BADLY_RATED: Final = 0.01
"""Share of badly rated places from which on the finding is a warning."""
_CROWDED: Final = 0.5
"""Share of readers with the commonest book in their lists from which on the finding is a warning."""
_ENOUGH: Final = 20
"""Fewest readers whose agreement is judged."""
_HALF: Final = 0.5
"""Smallest share of places that agree with the reader's books, of the share that popular books have."""
_SMALL: Final = 0.1
"""Smallest share of places in the reader's language, for readers of smaller languages."""


def taste_finding(lists: Ints, facts: BookFacts) -> Finding:
    """Judge lists by the ratings of their books.

    Args:
        lists: [readers, k] books, -1 where there are no more.
        facts: of the data set.
    """
    bad, mean = badly_rated_places(lists, facts), mean_rating_listed(lists, facts)
    if math.isnan(mean):
        return Finding("taste", "ok", "no listed book has a rating, so taste cannot be judged.")
    level: Level = "warning" if bad >= _BADLY_RATED else "ok"
    return Finding(
        "taste",
        level,
        f"{bad:.2%} of {int((lists >= 0).sum()):,} places are badly rated (mean below {BAD_MEAN:g} "
        f"from at least {BAD_COUNT} ratings); the mean rating of the listed books is {mean:.2f}.",
        ""
        if level == "ok"
        else "books that many have met and few have liked are offered: train on what readers like, or "
        "compare with 'bookrec evaluate'.",
        {"badly rated": bad, "mean rating": mean},
    )


def crowd_finding(lists: Ints, facts: BookFacts) -> Finding:
    """Judge how far all lists share one book.

    Lists that hold a large part of a small catalogue must have books in common; that is no fault.

    Args:
        lists: [readers, k] books, -1 where there are no more.
        facts: of the data set.
    """
    commonest, first = commonest_share(lists), commonest_share(lists[:, :1])
    distinct = distinct_books(lists[:, :1])
    unavoidable = lists.shape[1] / len(facts.readers)
    level: Level = "warning" if commonest >= max(_CROWDED, 2 * unavoidable) else "ok"
    if first > MOST and unavoidable <= _HALF:
        level = "error"
    return Finding(
        "crowd",
        level,
        f"the commonest book is in the lists of {commonest:.0%} of {len(lists)} readers, and first for "
        f"{first:.0%}; {distinct} books are first for somebody.",
        ""
        if level == "ok"
        else "most readers are shown the same book: look at 'orders differ' above, and correct for "
        "popularity in training or scoring.",
        {"commonest": commonest, "commonest first": first, "distinct first": distinct},
    )


def agreement_findings(
    subject: Judged, pairs: list[tuple[int, int]], figures: Figures
) -> Iterator[Finding]:
    """Compare language and authors of the lists with those of the readers' own books.

    Args:
        subject: recommender and data set.
        pairs: readers and their hidden books, from `hidden_books`.
        figures: their lists, from `popularity_figures`.
    """
    metadata = subject.recommender.retrieval.metadata
    shown = without_pairs(subject.interactions, pairs)
    histories = [shown.book_idx[shown.reader_idx == reader] for reader, _ in pairs]
    languages = [_commonest(metadata.language[books]) for books in histories]
    in_language = agreement(figures.lists, metadata.language, languages)
    yield small_languages_finding(in_language, languages)
    yield agreement_finding(
        "own language",
        in_language,
        agreement(figures.popular, metadata.language, languages),
        "in the language of most of the reader's books",
    )
    authors = [np.unique(metadata.author[books]) for books in histories]
    yield agreement_finding(
        "own authors",
        agreement(figures.lists, metadata.author, authors),
        agreement(figures.popular, metadata.author, authors),
        "by an author of the reader's books",
    )


def agreement(lists: Ints, codes: Ints, reader_codes: list[Ints]) -> NDArray[np.float64]:
    """[readers] share of each list's places whose code is one of the reader's; NaN for none known.

    Args:
        lists: [readers, k] books, -1 where there are no more.
        codes: [B] code of each book, 0 = unknown.
        reader_codes: codes of each reader's own books.
    """
    shares = np.full(len(lists), np.nan)
    for place, (listed, mine) in enumerate(zip(lists, reader_codes, strict=True)):
        known = codes[listed[listed >= 0]]
        known, mine = known[known > 0], mine[mine > 0]
        if len(known) and len(mine):
            shares[place] = np.isin(known, mine).mean()
    return shares


def agreement_finding(
    name: str, model: NDArray[np.float64], popular: NDArray[np.float64], what: str
) -> Finding:
    """Judge the agreement of lists with the reader's own books, beside that of popular books.

    Args:
        name: of the check.
        model: [readers] agreement of the model's lists, NaN where nothing is known.
        popular: [readers] agreement of the most popular books.
        what: description of a place that agrees.
    """
    known = ~np.isnan(model) & ~np.isnan(popular)
    if known.sum() < _ENOUGH:
        return Finding(name, "ok", f"{int(known.sum())} readers are too few to compare.")
    share, of_popular = float(model[known].mean()), float(popular[known].mean())
    level: Level = "warning" if share < _HALF * of_popular else "ok"
    return Finding(
        name,
        level,
        f"{share:.1%} of the places are {what}, of popular books {of_popular:.1%} "
        f"({int(known.sum())} readers).",
        ""
        if level == "ok"
        else "the lists do not follow the reader's own books: look at the reader-side inputs above "
        "(encoder, constant inputs), or train here with 'bookrec train'.",
        {"share": share, "popularity_share": of_popular},
    )


def small_languages_finding(shares: NDArray[np.float64], languages: list[Ints]) -> Finding:
    """Judge the lists of the readers of all but the commonest language, of which popularity has none.

    Args:
        shares: [readers] share of each list's places in the reader's language, NaN for none known.
        languages: the reader's language, as an array of one; empty without one.
    """
    name = "small languages"
    codes = np.array([mine[0] if len(mine) else 0 for mine in languages])
    known = codes[codes > 0]
    commonest = np.bincount(known).argmax() if len(known) else 0
    judged = shares[(codes > 0) & (codes != commonest) & ~np.isnan(shares)]
    if len(judged) < _ENOUGH:
        return Finding(
            name, "ok", f"{len(judged)} readers of smaller languages are too few to judge."
        )
    share = float(judged.mean())
    level: Level = "warning" if share < _SMALL else "ok"
    return Finding(
        name,
        level,
        f"{share:.1%} of the places of {len(judged)} readers of smaller languages are in their own.",
        ""
        if level == "ok"
        else "readers of smaller languages are shown the largest one: look at the reader-side inputs "
        "above (encoder, constant inputs), or train here with 'bookrec train'.",
        {"share": share, "readers": len(judged)},
    )


def _commonest(codes: Ints) -> Ints:
    """The commonest known code, as an array of one; empty without any."""
    known = codes[codes > 0]
    return np.array([np.bincount(known).argmax()] if len(known) else [], dtype=np.int32)
