"""Texts to offer: one title a work, one spelling a name, the most read first."""

from __future__ import annotations

from bookrec.search.suggestions import SuggestedBook, suggestion_rows, without_bracket

BOOKS = [
    SuggestedBook("1", 7, "Dracula (Signet)", "STOKER, BRAM", "bramstoker", "", "", 9),
    SuggestedBook("2", 7, "Dracula", "Bram Stoker", "bramstoker", "", "", 5),
    SuggestedBook("3", 8, "Lair", "Bram Stoker", "bramstoker", "The Worms", "worms", 1),
    SuggestedBook("4", 9, "Beowulf", "", "", "", "", 20),
]


def test_rows() -> None:
    rows = [row[:4] for row in suggestion_rows(BOOKS)]
    assert rows == [
        ("title", "Beowulf", "4", 20),
        ("author", "Bram Stoker", None, 15),
        ("title", "Dracula", "1", 14),
        ("title", "Lair", "3", 1),
        ("series", "The Worms", None, 1),
    ]


def test_brackets_are_left_out_unless_nothing_is_left() -> None:
    assert without_bracket("Emma (Penguin)") == "Emma"
    assert without_bracket("(sic)") == "(sic)"
    assert without_bracket("... (untitled)") == "... (untitled)"
