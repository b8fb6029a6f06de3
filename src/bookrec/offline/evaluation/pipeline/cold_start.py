"""Cold start: readers hidden from training, then folded in from a few of their books.

The figure is NDCG@20 over the books that are not folded in. With 1, 3, 5 and 10 interactions the
relevant books are all but the first ten of a random order; the ten are never listed, so that the four
cases have the same relevant books. In case ``all`` the known part is folded in and the test part is
relevant, as for a model trained on these readers (``all, trained on``). In ``1, test part`` and so on
the test part is relevant too and no known book is listed, which shows how far a few interactions go
towards ``all``. In ``3 liked`` and ``10 liked`` only liked books are folded in, as at registration, and
only liked books are relevant: all but the first ten of those readers with more than ten.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Array, Ints
from bookrec.inference.history import POSITIVE_RATING
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.evaluation.holdout.fit_data import FitData, FoldsIn, Scorer
from bookrec.offline.evaluation.holdout.held_out_set import HeldOutSet
from bookrec.offline.evaluation.holdout.splits import Split
from bookrec.offline.evaluation.measure.predictions import hits_of, lists_of
from bookrec.offline.metrics.ranking import ndcg

SHOWN: Final = (1, 3, 5, 10)
_MOST: Final = max(SHOWN)
TOP: Final = 20
TEST_PART: Final = ", test part"
"""End of the names of cases whose relevant books are those of ``all``."""
LIKED_SHOWN: Final = (3, 10)
LIKED_ONLY: Final = " liked"
"""End of the names of cases of liked books alone."""


@dataclass(frozen=True)
class NewReaders:
    """Hidden readers and, for each case, their folded-in and their held-out interactions."""

    readers: Ints
    """Positions, ascending."""
    shown: dict[str, Interactions]
    """Case → interactions folded in."""
    held_out_set: dict[str, HeldOutSet]
    """Case → held-out set."""
    hidden: NDArray[np.bool_]
    """[readers] mask of readers whose interactions the second training must not have."""


def hide_readers(
    split: Split, count: int, n_readers: int, n_books: int, rng: np.random.Generator
) -> NewReaders:
    """Choose ``count`` readers with more than ten known interactions and some held-out ones."""
    known = split.known
    sizes = np.bincount(known.reader_idx, minlength=n_readers)
    tested = np.bincount(split.test.reader_idx, minlength=n_readers) > 0
    able = np.flatnonzero((sizes > _MOST) & tested)
    readers = np.sort(rng.permutation(able)[:count]).astype(np.int32)
    hidden = np.zeros(n_readers, dtype=bool)
    hidden[readers] = True
    theirs = known[hidden[known.reader_idx]]
    place = _random_place(theirs, rng)
    first = theirs[place < _MOST]
    test = split.test[hidden[split.test.reader_idx]]
    remaining = known[~hidden[known.reader_idx]]

    def held_out_set(held_out: Interactions, seen: Interactions) -> HeldOutSet:
        return HeldOutSet(readers, held_out, seen, remaining, n_readers, n_books)

    relevant = _merged(theirs[place >= _MOST], test)
    few = {str(number): theirs[place < number] for number in SHOWN}
    again = {f"{number}{TEST_PART}": part for number, part in few.items()}
    rest, whole = held_out_set(relevant, first), held_out_set(test, theirs)
    held_out_sets = dict.fromkeys(few, rest) | dict.fromkeys([*again, "all"], whole)
    shown = few | again | {"all": theirs}
    liked, sets = _liked_cases(theirs, test, remaining, rng, (n_readers, n_books))
    return NewReaders(readers, shown | liked, held_out_sets | sets, hidden)


def _liked_cases(
    theirs: Interactions,
    test: Interactions,
    remaining: Interactions,
    rng: np.random.Generator,
    shape: tuple[int, int],
) -> tuple[dict[str, Interactions], dict[str, HeldOutSet]]:
    """The cases of liked books alone; none without a reader who has enough of them."""
    liked = theirs[theirs.rating >= POSITIVE_RATING]
    many = np.bincount(liked.reader_idx, minlength=shape[0]) > _MOST
    readers = np.flatnonzero(many).astype(np.int32)
    if not len(readers):
        return {}, {}
    place = np.where(many[liked.reader_idx], _random_place(liked, rng), -1)
    test_liked = test[(test.rating >= POSITIVE_RATING) & many[test.reader_idx]]
    first = liked[(place >= 0) & (place < _MOST)]
    relevant = _merged(liked[place >= _MOST], test_liked)
    held_out_set = HeldOutSet(readers, relevant, first, remaining, *shape)
    shown = {
        f"{number}{LIKED_ONLY}": liked[(place >= 0) & (place < number)] for number in LIKED_SHOWN
    }
    return shown, dict.fromkeys(shown, held_out_set)


def fold_in_figures(
    scorer: Scorer, new_readers: NewReaders, n_readers: int, n_books: int
) -> dict[str, float]:
    """Case → NDCG@20 of a scorer fitted without the hidden readers; empty if it takes no new ones."""
    if not isinstance(scorer, FoldsIn):
        return {}
    return {
        case: mean_ndcg(
            scorer.with_histories(FitData(new_readers.shown[case], n_readers, n_books, 0)),
            held_out_set,
        )
        for case, held_out_set in new_readers.held_out_set.items()
    }


def mean_ndcg(scorer: Scorer, held_out_set: HeldOutSet) -> float:
    """Mean NDCG@20 over the readers."""
    return float(ndcg(*hits_of(lists_of(scorer, held_out_set, TOP), held_out_set)).mean())


def _random_place(interactions: Interactions, rng: np.random.Generator) -> NDArray[np.int64]:
    """[interactions] random place of each among its reader's."""
    readers = interactions.reader_idx
    order = np.lexsort((rng.random(len(readers)), readers))
    start = np.searchsorted(readers[order], readers[order], side="left")
    place = np.empty(len(readers), dtype=np.int64)
    place[order] = np.arange(len(readers)) - start
    return place


def _merged(first: Interactions, second: Interactions) -> Interactions:
    """Merge interactions, sorted by reader and book."""
    columns: list[Array] = [
        np.concatenate([getattr(first, name), getattr(second, name)])
        for name in ("reader_idx", "book_idx", "rating")
    ]
    order = np.lexsort((columns[1], columns[0]))
    return Interactions(*(column[order] for column in columns))
