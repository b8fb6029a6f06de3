"""Taste of lists: how their books are rated, by everyone and by the readers they are meant for.

``lists`` is [R, k]: positions of books, best first, -1 after the end of a shorter list. A *place* is an
entry of ``lists`` that is not -1.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.metrics.book_facts import BookFacts
from bookrec.offline.metrics.list_figures import hits_of_lists

DISLIKED_RATING: Final = 5
"""Ratings from 1 to this one, on the scale 1–10, say that a reader disliked a book."""
BAD_MEAN: Final = 6.0
"""A book whose mean rating is below this is badly rated …"""
BAD_COUNT: Final = 20
"""… if it has at least as many ratings as this."""


def is_badly_rated(
    rating_mean: NDArray[np.floating], rating_count: NDArray[np.integer]
) -> NDArray[np.bool_]:
    """[B] mask of badly rated books: a mean below 6 from at least 20 ratings."""
    return np.asarray((rating_count >= BAD_COUNT) & (rating_mean < BAD_MEAN))


def badly_rated_places(lists: Ints, facts: BookFacts) -> float:
    """Return the share of places whose book is badly rated; NaN for lists without a place.

    ``sum over places of [mean rating < 6 and ratings >= 20] / places``, both of the training part. The
    figure is the project's own: it counts the books that many readers have met and few have liked,
    which a list takes up when it is taught what is met next.
    """
    bad = is_badly_rated(facts.rating_mean, facts.rating_count)
    listed = lists[lists >= 0]
    return float(bad[listed].mean()) if len(listed) else float("nan")


def mean_rating_listed(lists: Ints, facts: BookFacts) -> float:
    """Return the mean over places of the book's mean rating in the training part, 1–10.

    Places whose book has no rating are left out; NaN where no place is left (item average rating:
    Adomavicius and Kwon, "Improving aggregate recommendation diversity", IEEE TKDE 2012).
    """
    means = facts.rating_mean[lists[lists >= 0]]
    rated = means[~np.isnan(means)]
    return float(rated.mean()) if len(rated) else float("nan")


def disliked_among_hits(lists: Ints, held_out: Interactions) -> float:
    """Return ``hits rated 1–5 / hits``, over all readers together; NaN without a hit.

    Hits without a rating count in the denominator: nothing says how they were liked (precision over
    what readers rated: Herlocker et al., "Evaluating collaborative filtering recommender systems", ACM
    TOIS 2004).

    Args:
        lists: [R, k] unseen books.
        held_out: held-out interactions; ``reader_idx`` are rows of ``lists``.
    """
    return _share_disliked(lists, held_out)


def disliked_among_rated_hits(lists: Ints, held_out: Interactions) -> float:
    """Return ``hits rated 1–5 / hits with a rating``, over all readers together; NaN without any.

    Args:
        lists: [R, k] unseen books.
        held_out: held-out interactions; ``reader_idx`` are rows of ``lists``.
    """
    return _share_disliked(lists, held_out[held_out.rating > 0])


def _share_disliked(lists: Ints, held_out: Interactions) -> float:
    disliked = held_out[(held_out.rating > 0) & (held_out.rating <= DISLIKED_RATING)]
    hits = int(hits_of_lists(lists, held_out)[0].sum())
    return int(hits_of_lists(lists, disliked)[0].sum()) / hits if hits else float("nan")
