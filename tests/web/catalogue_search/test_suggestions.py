"""Suggestions from the small snapshot."""

from __future__ import annotations

import pytest

from bookrec.web.catalogue_search.suggestions import Suggestion, suggest
from bookrec.web.store.snapshot_reader import Snapshot


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("emm", Suggestion("title", "Emma", "0141439580")),
        ("aust", Suggestion("author", "Jane Austen", None)),
        ("foundation n", Suggestion("series", "Foundation Novels", None)),
        ("drac", Suggestion("title", "Dracula", "0451523377")),  # the most read edition
        ("dat r", Suggestion("title", "Đất rừng phương Nam", "6042086437")),
        ("tolstoi", None),
        ("shellley", Suggestion("author", "Mary Shelley", None)),
        ("jkr", Suggestion("author", "J. K. Rowling", None)),
        ("  ", None),
    ],
)
def test_the_first_suggestion(
    small_snapshot: Snapshot, typed: str, first: Suggestion | None
) -> None:
    assert suggest(small_snapshot, typed, 8)[:1] == ([] if first is None else [first])


def test_length_and_repeats(small_snapshot: Snapshot) -> None:
    suggestions = suggest(small_snapshot, "s", 5)
    assert len(suggestions) == 5
    assert len({(s.kind, s.text) for s in suggestions}) == 5
