"""Subtitles that say the same, and those that may go."""

from __future__ import annotations

import pytest

from bookrec.offline.data.works.subtitles import may_drop, same_subtitle, two_descriptions


def words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


@pytest.mark.parametrize(
    ("tail", "other", "same"),
    [
        ("woman trackers story", "woman trackers story of domestic violence", True),
        ("life in the woods", "life in the woods and the duty of civil disobedience", False),
        ("short novels by the masters", "short novels by the masters vol 1", False),
        ("account of the everest disaster", "acount of the everest disaster", True),
        ("epic account of world war 2s rescue", "forgotten epic of world war 2s mission", True),
        ("eastern region", "western region", False),
        ("gli elefanti la famiglia winshaw", "gli elefanti la casa del sonno", False),
        ("1 collection for everything", "3 collection for everything", False),
        ("marvels of the thousand nights", "more marvels of the thousand nights", False),
    ],
)  # fmt: skip
def test_same_subtitle(tail: str, other: str, same: bool):
    assert same_subtitle(words(tail), words(other)) is same
    assert same_subtitle(words(other), words(tail)) is same


@pytest.mark.parametrize(
    ("head", "tail", "droppable"),
    [
        ("eat rich", "treatise on economics", True),
        ("selected poems", "the early years of sorrow", False),
        ("saga", "book 2", False),
        ("chicken soup", "for women", False),
        ("hollywood wives", "new generation", False),
        ("preacher", "gone texas", False),
        ("kidnapped", "memoirs of the adventures of david in the year 1751", True),
        ("hunchback of notre dame", "quasimodos new friend", False),
        ("good omens", "nice and accurate prophecies of agnes nutter witch", True),
    ],
)
def test_may_drop(head: str, tail: str, droppable: bool):
    assert may_drop(words(head), words(tail)) is droppable


def test_a_short_subtitle_of_a_well_known_title_may_go():
    assert may_drop(("bovary",), ("provincial", "lives"), well_known=True)
    assert not may_drop(("bovary",), ("5", "weeks"), well_known=True)


def test_two_descriptions_are_long_and_no_volumes():
    life, mind = (
        words("life of mathematical genius john nash"),
        words("biography of a mind at work"),
    )
    assert two_descriptions(life, mind)
    assert not two_descriptions(life, words("gone to texas"))
    assert not two_descriptions(
        words("life of a mathematician in two parts"), words("life of a poet")
    )
    assert not two_descriptions(life, words("biography of a mind part 2"))
