"""Figures of the lists of all readers together: taste, crowd and discovery, by name.

`evaluate` and the validation of `train` give them the same names.
"""

from __future__ import annotations

from typing import Final

from bookrec.arrays import Ints
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.metrics.book_facts import BookFacts
from bookrec.offline.metrics.coverage import commonest_share, distinct_books, gini
from bookrec.offline.metrics.discovery import MANY_BOOKS, new_authors
from bookrec.offline.metrics.taste import (
    badly_rated_places,
    disliked_among_hits,
    disliked_among_rated_hits,
    mean_rating_listed,
)

BADLY_RATED: Final = "badly rated"
"""See `badly_rated_places`."""
MEAN_RATING: Final = "mean rating"
"""See `mean_rating_listed`."""
DISLIKED_HITS: Final = "disliked of hits"
"""See `disliked_among_hits`."""
DISLIKED_RATED_HITS: Final = "disliked of rated hits"
"""See `disliked_among_rated_hits`."""
COMMONEST: Final = "commonest"
"""See `commonest_share`."""
COMMONEST_FIRST: Final = "commonest first"
"""See `commonest_share`, of the first places alone."""
DISTINCT: Final = "distinct books"
"""See `distinct_books`."""
NEW_PLACES: Final = "new authors"
"""See `Discovery.places`."""
NEW_HITS: Final = "new authors of hits"
"""See `Discovery.hits`."""
OF_MANY: Final = f", {MANY_BOOKS}+ books"
"""Suffix of the figures of readers with many seen books."""


def shelf_figures(
    lists: Ints, held_out: Interactions, seen: Interactions, facts: BookFacts
) -> dict[str, float]:
    """Compute taste, crowd and discovery of the lists of all readers.

    Args:
        lists: [R, k] unseen books, best first, -1 where there are no more; a first place, and a place
            in the list, are of these ``k``.
        held_out: held-out interactions; ``reader_idx`` are rows of ``lists``.
        seen: interactions with the seen books; ``reader_idx`` are rows of ``lists``.
        facts: of the training part; discovery is left out where they have no authors.

    Returns:
        Name → figure, NaN where it is undefined.
    """
    figures = {
        BADLY_RATED: badly_rated_places(lists, facts),
        MEAN_RATING: mean_rating_listed(lists, facts),
        DISLIKED_HITS: disliked_among_hits(lists, held_out),
        DISLIKED_RATED_HITS: disliked_among_rated_hits(lists, held_out),
        COMMONEST_FIRST: commonest_share(lists[:, :1]),
        COMMONEST: commonest_share(lists),
        DISTINCT: float(distinct_books(lists)),
        f"gini@{lists.shape[1]}": gini(lists, len(facts.readers)),
    }
    if facts.authors is not None:
        for suffix, at_least in (("", 0), (OF_MANY, MANY_BOOKS)):
            discovery = new_authors(lists, held_out, seen, facts.authors, at_least)
            figures[NEW_PLACES + suffix] = discovery.places
            figures[NEW_HITS + suffix] = discovery.hits
    return figures
