"""Plots: shapes inside the picture, texts of the language."""

from __future__ import annotations

import pytest

from bookrec.web.owner.plot_words import (
    share_words,
    whole_words,
)
from bookrec.web.owner.plots import BOTTOM, HEIGHT, TOP, WIDTH, bars, line


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


def test_texts_do_not_meet_each_other_nor_leave_the_picture() -> None:
    plot = bars([f"{n % 12 + 1}/{n + 1}" for n in range(30)], range(30), whole_words("en"))
    # The number above the highest bar, and the name of the axis at y = 11; letters of 12 pixels.
    assert min(mark.y for mark in plot.marks) - 6 - 12 >= 11 + 4
    high = bars([str(n) for n in range(12)], [0.176, *[0.04] * 10, 0.173], share_words("en"))
    first = high.marks[0]
    assert first.text_x - len(first.text) * 3 > high.left, "beside the numbers of the axis"
    last = plot.marks[-1]
    assert last.x + len(last.label) * 3.5 <= WIDTH


def test_a_long_label_has_two_lines_below_its_bar_and_is_whole_in_the_table() -> None:
    labels = ["horror", "Gothic horror", "Vietnamese", "English novels of the 19th century"]
    plot = bars(labels, [4, 3, 2, 1], whole_words("en"), line_width=9)
    assert [mark.lines for mark in plot.marks] == [
        ["horror"],
        ["Gothic", "horror"],
        ["Vietnamese"],
        ["English", "novels…"],
    ]
    assert [mark.label for mark in plot.marks] == labels
    assert plot.height > HEIGHT, "room for the second line"


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
    assert all(TOP <= mark.y <= BOTTOM for mark in plot.marks)
    assert plot.path.count(",") == len(numbers)
    ends = [tick.y for tick in plot.ticks]
    assert ends == sorted(ends, reverse=True)
