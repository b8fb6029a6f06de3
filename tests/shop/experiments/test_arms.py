"""Arms as operators write them."""

from __future__ import annotations

import pytest

from bookrec.errors import ShopError
from bookrec.shop.experiments.arms import arm_words, parse_arms, snapshots_of


def test_arms_are_presets_or_settings():
    arms = parse_arms("a=default, b=diverse,c=diversity:3+most_of_author: 2", "VND")
    assert arms == {
        "a": {},
        "b": {"diversity": "2"},
        "c": {"diversity": "3", "most_of_author": "2"},
    }
    assert list(arms) == ["a", "b", "c"]


def test_arms_set_stock_visit_and_snapshot():
    text = "a=no-visit,b=stock:only+visit_weight:2.5,c=snapshot:20261101T030000Z-0badcafe"
    arms = parse_arms(text, "VND")
    assert arms == {
        "a": {"visit_weight": "0"},
        "b": {"stock_rule": "only in stock", "visit_weight": "2.5"},
        "c": {"snapshot": "20261101T030000Z-0badcafe"},
    }
    assert snapshots_of(arms) == {"c": "20261101T030000Z-0badcafe"}
    words = ",".join(f"{name}={arm_words(arm)}" for name, arm in arms.items())
    assert parse_arms(words, "VND") == arms, "words of arms are read again as the same arms"
    assert arm_words({}) == "default"


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
        ("a=default,b=stock:sometimes", "stock is one of only, first, ignore"),
        ("a=default,b=visit_weight:-1", "visit_weight is a number from 0"),
        ("a=default,b=visit_weight:101", "to 100"),
        ("a=default,b=snapshot:../..", "no id of a snapshot"),
    ],
)
def test_what_is_no_arm_is_refused_in_a_sentence(text: str, sentence: str):
    with pytest.raises(ShopError, match=sentence):
        parse_arms(text, "VND")
