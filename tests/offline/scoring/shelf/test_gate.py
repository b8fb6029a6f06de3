"""Limits of the quality gate, each broken alone, and good or small snapshots that pass."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import gate_snapshots
from bookrec.offline.scoring.shelf.gate import refusals
from bookrec.offline.scoring.shelf.gate_figures import (
    RANKING_KEY,
    GateFigures,
    Ranking,
    gate_figures,
)
from gate_snapshots import lists_of

ID = "20261120T030000Z-aaaaaaaa"


def figures_of(
    directory: Path, lists: list[list[int]], meta: dict[str, str] | None = None
) -> GateFigures:
    gate_snapshots.fill(directory, ID, lists, meta)
    return gate_figures(directory)


def test_a_good_snapshot_passes_and_its_figures_are_counted(tmp_path: Path):
    figures = figures_of(tmp_path, lists_of())
    assert refusals(figures) == []
    assert (figures.readers, figures.books, figures.places) == (60, 120, 1200)
    assert (figures.language_readers, figures.other_readers) == (60, 30)
    # All popular books are English, and half of the readers are.
    assert figures.popular_own_language == 0.5
    # Every reader has one of 30 books of the language, more than the 20 places need.
    assert figures.possible_others == 1.0
    assert figures.ranking is None


def test_one_first_book_for_all_is_named_with_its_share(tmp_path: Path):
    (reason,) = refusals(figures_of(tmp_path, lists_of(one_first=True)))
    assert reason == "100.0% of 60 readers have the same first book, 'Book 50' (limit 50%)"


def test_half_of_the_readers_may_have_one_first_book(tmp_path: Path):
    good, bad = lists_of(), lists_of(one_first=True)
    figures = figures_of(tmp_path, bad[:30] + good[30:])
    assert figures.shelf.commonest_first == 0.5
    assert refusals(figures) == []


def test_the_same_books_for_all_are_too_few(tmp_path: Path):
    """Every reader has 19 of the same 20 books, in another order, and one of their own language."""
    lists = []
    for reader in range(60):
        same = [41 + (reader + place) % 19 for place in range(19)]
        lists.append([*same[:10], 60 if reader < 30 else 40, *same[10:]])
    figures = figures_of(tmp_path, lists)
    # 21 books: below 1.5 lists of 20.
    assert figures.shelf.distinct == 21
    assert "all lists together show 21 of 120 books (limit 30)" in refusals(figures)


def test_readers_without_their_language(tmp_path: Path):
    english, german = lists_of()[:30], lists_of()[30:]
    figures = figures_of(tmp_path, german + english)
    (reason,) = refusals(figures)
    assert "0.0% of the places are in the reader's own language" in reason
    assert "50.0% (limit: half of it)" in reason
    # Thirty readers of the smaller language are too few for a limit of their own.
    (_, smaller) = refusals(replace(figures, other_readers=50))
    assert smaller.startswith("50 readers of smaller languages have 0.0% of their places in")


def test_worse_than_popularity_beyond_chance(tmp_path: Path):
    worse = Ranking(readers=300, model=0.01, popular=0.04, error=0.02)
    figures = figures_of(tmp_path, lists_of(), {RANKING_KEY: worse.to_json()})
    assert figures.ranking == worse
    (reason,) = refusals(figures)
    assert "NDCG@20 0.0100, popularity 0.0400" in reason
    for passing in (replace(worse, error=0.03), replace(worse, readers=199)):
        assert refusals(replace(figures, ranking=passing)) == []


def test_worse_than_retrieval_alone_is_said_and_not_refused(tmp_path: Path):
    worse = Ranking(300, model=0.03, popular=0.01, error=0.01, retrieval=0.1, retrieval_error=0.019)
    figures = figures_of(tmp_path, lists_of(), {RANKING_KEY: worse.to_json()})
    assert figures.ranking == worse
    assert refusals(figures) == []


@pytest.mark.parametrize("few", [{"readers": 49}, {"books": 99}])
def test_too_few_readers_or_books_say_nothing(tmp_path: Path, few: dict[str, int]):
    figures = figures_of(tmp_path, lists_of(one_first=True))
    assert refusals(replace(figures, **few)) == []
