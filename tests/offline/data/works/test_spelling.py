"""Edit distance, and misspelt words."""

from __future__ import annotations

import pytest

from bookrec.offline.data.works.spelling import edits, misspelt


@pytest.mark.parametrize(
    ("x", "y", "distance"),
    [
        ("", "", 0),
        ("ivring", "irving", 1),
        ("heg", "hoeg", 1),
        ("kitten", "sitting", 3),
        ("abc", "abcdef", 3),
        ("ca", "abc", 3),
    ],
)
def test_edits(x: str, y: str, distance: int):
    assert edits(x, y) == edits(y, x) == distance


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ("behaviour", "behavior"),
        ("fr", "from"),
        ("at", "in"),
        ("sumantra", "sumatra"),
        ("forest", "forrest"),
        ("felicias", "feliciass"),
    ],
)
def test_misspelt(x: str, y: str):
    assert misspelt(x, y, {"sumatra": 9})


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ("wish", "wishes"),
        ("book", "books"),
        ("contact", "contacto"),
        ("mr", "mrs"),
        ("grandma", "grandpa"),
        ("1990", "1991"),
        ("cat", "bat"),
    ],
)
def test_another_word(x: str, y: str):
    assert not misspelt(x, y, {"grandma": 3, "grandpa": 2})


def test_a_possessive_is_lost_inside_a_title_only():
    assert misspelt("lieutenant", "lieutenants", {"lieutenant": 5, "lieutenants": 5}, is_last=False)
    assert not misspelt("lieutenant", "lieutenants", {})
