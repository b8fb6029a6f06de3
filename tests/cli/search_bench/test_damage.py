"""Damages of typed words."""

from __future__ import annotations

import random

import pytest

from bookrec.cli.search_bench.damage import edited, joined, misheard, mistyped, split
from bookrec.search.edits import edits_between


@pytest.mark.parametrize("seed", range(20))
def test_damages(seed: int) -> None:
    dice = random.Random(seed)
    assert edits_between(edited("dragon", dice), "dragon") in (0, 1)
    words = ["the", "philosopher", "king"]
    damaged = mistyped(words, dice)
    assert damaged[0] == "the"
    assert len(damaged) == 3
    assert misheard(["the", "phone"], dice)[1] in ("fone",)
    assert joined(words, dice) == ["thephilosopherking"]
    assert " ".join(split(words, dice)).replace(" ", "") == "thephilosopherking"
    assert len(split(words, dice)) == 4


def test_short_words_stay() -> None:
    dice = random.Random(1)
    assert mistyped(["it", "is"], dice) == ["it", "is"]
    assert len(joined(["a", "b", "c", "d"], dice)) == 3
