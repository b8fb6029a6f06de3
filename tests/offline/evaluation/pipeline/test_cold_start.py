"""New readers: who is hidden, what is shown and asked."""

from __future__ import annotations

import numpy as np
import pytest

from bookrec.offline.evaluation.baselines.registry import baseline_named
from bookrec.offline.evaluation.holdout.fit_data import FitData
from bookrec.offline.evaluation.holdout.leaks import check
from bookrec.offline.evaluation.holdout.splits import Split, make_splits
from bookrec.offline.evaluation.pipeline.cold_start import (
    LIKED_ONLY,
    LIKED_SHOWN,
    SHOWN,
    TEST_PART,
    fold_in_figures,
    hide_readers,
)
from split_datasets import dataset_of

N_READERS, N_BOOKS = 30, 60


@pytest.fixture
def split() -> Split:
    sizes = [3, 8, 14, *np.random.default_rng(0).integers(20, N_BOOKS, N_READERS - 3).tolist()]
    sizes[-1] = N_BOOKS
    (split,) = make_splits(dataset_of(sizes), "hold-out", seed=1)
    return split


def pairs(part) -> set[tuple[int, int]]:
    return set(zip(part.reader_idx.tolist(), part.book_idx.tolist(), strict=True))


def test_who_is_hidden_and_what_is_asked(split):
    found = hide_readers(split, 6, N_READERS, N_BOOKS, np.random.default_rng(0))
    assert len(found.readers) == 6
    assert not {0, 1} & set(found.readers.tolist()), "they have too few interactions"
    known = pairs(split.known)
    left = pairs(found.held_out_set["all"].known)
    assert left == {pair for pair in known if not found.hidden[pair[0]]}
    for number in SHOWN:
        shown = found.shown[str(number)]
        assert np.bincount(shown.reader_idx)[found.readers].tolist() == [number] * 6
        assert pairs(shown) <= known
        asked = found.held_out_set[str(number)]
        # All four are asked for the same books, and the ten are never listed.
        assert pairs(asked.held_out) == pairs(found.held_out_set["10"].held_out)
        assert pairs(asked.seen) == pairs(found.shown["10"])
        assert not pairs(asked.seen) & pairs(asked.held_out)
        again = f"{number}{TEST_PART}"
        assert pairs(found.shown[again]) == pairs(shown)
        assert found.held_out_set[again] is found.held_out_set["all"]
    assert pairs(found.shown["1"]) < pairs(found.shown["3"]) < pairs(found.shown["10"])
    hidden_test = {pair for pair in pairs(split.test) if found.hidden[pair[0]]}
    assert pairs(found.held_out_set["all"].held_out) == hidden_test
    assert pairs(found.held_out_set["1"].held_out) == (
        hidden_test | (pairs(found.shown["all"]) - pairs(found.shown["10"]))
    )


def test_cases_of_liked_books_show_and_hide_liked_books_alone(split):
    hidden = hide_readers(split, 8, N_READERS, N_BOOKS, np.random.default_rng(0))
    whole = hidden.shown["all"]
    liked = whole[whole.rating >= 7]
    test_liked = split.test[(split.test.rating >= 7) & hidden.hidden[split.test.reader_idx]]
    held_out_set = hidden.held_out_set["10 liked"]
    assert len(held_out_set.readers), "some readers like more than ten books"
    for number in LIKED_SHOWN:
        shown = hidden.shown[f"{number}{LIKED_ONLY}"]
        assert pairs(shown) <= pairs(liked)
        counts = np.bincount(shown.reader_idx, minlength=N_READERS)
        assert counts[held_out_set.readers].tolist() == [number] * len(held_out_set.readers)
    theirs = set(held_out_set.readers.tolist())
    every = {pair for pair in pairs(liked) | pairs(test_liked) if pair[0] in theirs}
    assert pairs(held_out_set.held_out) == every - pairs(hidden.shown["10 liked"])
    assert pairs(held_out_set.seen) == pairs(hidden.shown["10 liked"])


def test_more_shown_books_find_more(split):
    found = hide_readers(split, 8, N_READERS, N_BOOKS, np.random.default_rng(0))
    left = found.held_out_set["all"].known
    fit_data = FitData(left, N_READERS, N_BOOKS, 1)
    figures = {}
    for name in ("popularity", "item-knn-cosine", "ease", "ials"):
        start = baseline_named(name).start | ({"factors": 8} if name == "ials" else {})
        scorer = baseline_named(name).fit(fit_data, start)
        check(name, scorer.evidence(), left, split.test)
        figures[name] = fold_in_figures(scorer, found, N_READERS, N_BOOKS)
    assert figures["ials"] == {}, "it has no vector for a new reader"
    assert len({figures["popularity"][str(number)] for number in SHOWN}) == 1
    for name in ("item-knn-cosine", "ease"):
        few = {str(number) for number in SHOWN}
        liked = {f"{number}{LIKED_ONLY}" for number in LIKED_SHOWN}
        again = {f"{number}{TEST_PART}" for number in few}
        assert set(figures[name]) == few | again | liked | {"all"}
        assert figures[name]["10"] != figures[name]["1"]
