"""Words a few edits apart share a key, so that each is found by the other."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookrec.search.edits import edits_between, index_keys, most_edits, query_keys


@pytest.mark.parametrize(
    ("typed", "word", "edits"),
    [
        ("dracual", "dracula", 1),
        ("tolkein", "tolkien", 1),
        ("poter", "potter", 1),
        ("sandfodr", "sandford", 1),
        ("dagonsdaqn", "dragonsdawn", 2),
        ("shuning", "shining", 1),
        ("king", "king", 0),
        ("kin", "king", 1),
        ("knig", "king", 1),
        ("kngi", "king", None),
        ("ab", "ac", None),
        ("stoyevsky", "dostoyevsky", 2),
        ("toyevsky", "dostoyevsky", None),
    ],
)
def test_edits(typed: str, word: str, edits: int | None) -> None:
    assert edits_between(typed, word) == edits
    shared = index_keys(word) & query_keys(typed)
    assert shared if edits is not None else True


def test_the_edits_that_a_word_may_have() -> None:
    assert [most_edits(length) for length in (2, 3, 6, 7, 20)] == [0, 1, 1, 2, 2]


WORDS = st.text(string.ascii_lowercase, min_size=3, max_size=14)


@given(word=WORDS, data=st.data())
def test_words_within_their_edits_share_a_key(word: str, data: st.DataObject) -> None:
    typed = word
    for _ in range(data.draw(st.integers(0, most_edits(len(word))))):
        place = data.draw(st.integers(0, len(typed) - 1))
        letter = data.draw(st.sampled_from("aeiou"))
        end = data.draw(st.sampled_from((typed[place:], typed[place + 1 :])))
        typed = typed[:place] + data.draw(st.sampled_from((letter, ""))) + end
        if len(typed) < 3:
            return
    assert edits_between(typed, word) is not None
    assert index_keys(word) & query_keys(typed)
