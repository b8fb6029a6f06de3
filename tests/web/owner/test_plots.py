"""Plots: shapes inside the picture, texts of the language."""

from __future__ import annotations

import pytest

from bookrec.web.owner.plots import (
    HEIGHT,
    WIDTH,
    bars,
    day_labels,
    line,
    money_words,
    night_label,
    share_words,
    short_money_words,
    whole_words,
)


def test_bars_are_as_high_as_their_numbers() -> None:
    plot = bars(["a", "b", "c"], [0, 5, 10], whole_words("en"))
    heights = [mark.height for mark in plot.marks]
    assert heights[0] == 0
    assert heights[2] == pytest.approx(2 * heights[1])
    assert [tick.text for tick in plot.ticks] == ["0", "5", "10"]
    assert [mark.named for mark in plot.marks] == [False, True, True]
    for mark in plot.marks:
        assert mark.left >= 0
        assert mark.left + mark.width <= WIDTH
        assert mark.y >= 0
        assert mark.y + mark.height <= HEIGHT


def test_many_bars_have_few_labels_and_name_the_highest() -> None:
    plot = bars([str(n) for n in range(28)], [n % 20 for n in range(28)], whole_words("vi"))
    assert sum(mark.labelled for mark in plot.marks) <= 7
    assert plot.marks[-1].labelled
    assert [mark.text for mark in plot.marks if mark.named] == ["19"]


@pytest.mark.parametrize("numbers", [[], [0, 0]])
def test_nothing_is_an_empty_plot(numbers: list[int]) -> None:
    assert bars(["a", "b"][: len(numbers)], numbers, whole_words("en")).empty


@pytest.mark.parametrize("numbers", [[0.31], [0.31, 0.33, 0.32], [7.7, 7.7], [0.0, 1.0]])
def test_a_line_lies_between_round_numbers(numbers: list[float]) -> None:
    plot = line([str(n) for n in range(len(numbers))], numbers, whole_words("en"))
    assert all(22 <= mark.y <= 160 for mark in plot.marks)
    assert plot.path.count(",") == len(numbers)
    ends = [tick.y for tick in plot.ticks]
    assert ends == sorted(ends, reverse=True)


def test_texts_are_of_the_language() -> None:
    assert day_labels(["2026-11-27"], "vi") == ["27/11"]
    assert whole_words("vi")(1234) == "1.234"
    assert share_words("en")(0.1234) == "12.3%"
    assert money_words("USD", "en")(1250) == "$12.50"
    assert short_money_words("VND", "en")(1_900_000) == "1.9M"
    assert night_label("2026-11-27T12:00:00Z", "en") == "11/27"
    assert night_label("no time", "en") == ""
