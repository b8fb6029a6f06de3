"""Arms as operators write them."""

from __future__ import annotations

import pytest

from bookrec.errors import ShopError
from bookrec.shop.experiments.arms import parse_arms


def test_arms_are_presets_or_settings():
    arms = parse_arms("a=default, b=diverse,c=diversity:3+most_of_author: 2", "VND")
    assert arms == {
        "a": {},
        "b": {"diversity": "2"},
        "c": {"diversity": "3", "most_of_author": "2"},
    }
    assert list(arms) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a=default", "at least two arms"),
        ("a=default,b", "no pair such as"),
        ("a=default,A=diverse", "no pair such as"),
        ("a=default,a=diverse", "Two arms are named 'a'"),
        ("a=default,b=wild", "neither one of default, alike"),
        ("a=default,b=name:My shop", "an arm may set diversity"),
        ("a=default,b=diversity:9", "a number from 0 to 4"),
    ],
)
def test_what_is_no_arm_is_refused_in_a_sentence(text: str, sentence: str):
    with pytest.raises(ShopError, match=sentence):
        parse_arms(text, "VND")
