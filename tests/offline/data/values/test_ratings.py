"""Scales of ratings by evidence, and their conversion."""

from __future__ import annotations

import pandas as pd
import pytest

from bookrec.offline.data.values.ratings import RatingScale, convert, read_scale


def column(*texts: str) -> pd.Series:
    return pd.Series(texts, dtype="str")


@pytest.mark.parametrize(
    ("texts", "most", "whole", "possible"),
    [
        (["8", "0", "9"], 10, True, ()),
        (["7.5", "8.0", "9,0"], 10, False, ()),
        (["5", "4", "1"] * 8, 5, True, ()),
        (["5", "4", "1"], 5, True, (5, 10)),
        (["3.5", "4.5"], 5, False, (5, 10)),
        (["3.5", "4.5"] * 12, 5, False, ()),
        (["80", "55"], 100, True, ()),
        (["8", "10", "2"] * 50 + ["11"], 10, True, ()),
        (["4", "5", "2"] * 50 + ["11"], 5, True, ()),
        (["8", "9", "30"] * 3, 10, True, (10, 100)),
        (["7", "6", "1"] * 50, 10, True, (7, 10)),
        (["1", "0"] * 30, 5, True, (1, 5, 10)),
        (["", "0", ""], 10, True, ()),
        (["it was amazing", "liked it"], 5, True, ()),
        (["it was amazing", "8/10"], 10, True, ()),
        (["★★★½", "★★"], 10, True, ()),
    ],
)
def test_the_scale_is_found_by_evidence(
    texts: list[str], most: int, whole: bool, possible: tuple[int, ...]
) -> None:
    scale = read_scale(column(*texts))
    assert (scale.most, scale.whole, scale.possible) == (most, whole, possible)
    assert scale.sure == (not possible)
    assert scale.evidence


@pytest.mark.parametrize(
    ("text", "scale", "rating", "rules"),
    [
        ("8", RatingScale(10), 8, {}),
        ("7.5", RatingScale(10, whole=False), 8, {"rating_rounded": 1}),
        ("9,0", RatingScale(10), 9, {}),
        ("٩", RatingScale(10), 9, {}),
        ("3.5", RatingScale(5, whole=False), 7, {}),
        ("0.5", RatingScale(5, whole=False), 1, {}),
        ("4", RatingScale(5), 4, {}),
        ("80", RatingScale(100), 8, {}),
        ("55", RatingScale(100), 6, {"rating_rounded": 1}),
        ("3", RatingScale(100), 1, {"rating_rounded": 1}),
        ("8/10", RatingScale(5), 4, {"rating_text_read": 1}),
        ("4 / 5", RatingScale(10), 8, {"rating_text_read": 1}),
        ("5 stars", RatingScale(10), 10, {"rating_text_read": 1}),
        ("4 sao", RatingScale(5), 4, {"rating_text_read": 1}),
        ("★★★★☆", RatingScale(10), 8, {"rating_text_read": 1}),
        ("★★★½", RatingScale(10), 7, {"rating_text_read": 1}),
        ("⭐⭐", RatingScale(5), 2, {"rating_text_read": 1}),
        ("It was amazing", RatingScale(5), 5, {"rating_text_read": 1}),
        ("did not like it", RatingScale(10), 2, {"rating_text_read": 1}),
        ("RẤT THÍCH", RatingScale(10), 10, {"rating_text_read": 1}),
        ("90%", RatingScale(10), 9, {"rating_text_read": 1}),
        ("4.0 out of 5 stars", RatingScale(10), 8, {"rating_text_read": 1}),
        ("9.0/10.0", RatingScale(10), 9, {"rating_text_read": 1}),
        ("3★", RatingScale(5), 3, {"rating_text_read": 1}),
        ("7 điểm", RatingScale(10), 7, {}),
        ("", RatingScale(10), 0, {}),
        ("0", RatingScale(5), 0, {}),
        ("N/A", RatingScale(5), 0, {}),
        ("This user doesn't have any rating", RatingScale(5), 0, {}),
    ],
)
def test_ratings_on_the_stored_scale(
    text: str, scale: RatingScale, rating: int, rules: dict[str, int]
) -> None:
    converted = convert(column(text), scale)
    assert converted.ratings.tolist() == [rating]
    assert converted.repaired == rules
    assert not converted.unreadable.any()
    assert not converted.out_of_range.any()


def test_what_is_no_rating_and_what_is_outside_its_scale() -> None:
    texts = column("11", "great book", "-1", "12/10", "0.3", "6")
    converted = convert(texts, RatingScale(10))
    assert converted.unreadable.tolist() == [False, True, False, False, False, False]
    assert converted.out_of_range.tolist() == [True, False, True, True, True, False]
    assert converted.ratings.tolist() == [0, 0, 0, 0, 0, 6]


def test_only_whole_ratings_of_five_are_stored_as_five() -> None:
    stored = [RatingScale(5), RatingScale(5, whole=False), RatingScale(10), RatingScale(100)]
    assert [scale.stored_max for scale in stored] == [5, 10, 10, 10]
