"""Plots of intervals: heights by hand, and 0 in every picture."""

from __future__ import annotations

import pytest

from bookrec.web.owner.interval_plot import IntervalPoint, interval_plot
from bookrec.web.owner.plots import BOTTOM, TOP


def plain(number: float) -> str:
    return f"{number:g}"


def test_heights_by_hand() -> None:
    points = [
        IntervalPoint("1", 0.1, -0.1, 0.3, "0.500"),
        IntervalPoint("2", 0.2, 0.05, 0.35, "0.010"),
    ]
    plot = interval_plot(points, plain, plain)
    assert [tick.text for tick in plot.ticks] == ["-0.2", "0", "0.2", "0.4"]
    per_unit = (BOTTOM - TOP) / 0.6
    assert plot.zero == pytest.approx(BOTTOM - 0.2 * per_unit, abs=0.1)
    first, second = plot.marks
    assert first.y == pytest.approx(BOTTOM - 0.3 * per_unit, abs=0.1)
    assert (first.low, first.high) == (
        pytest.approx(BOTTOM - 0.1 * per_unit, abs=0.1),
        pytest.approx(BOTTOM - 0.5 * per_unit, abs=0.1),
    )
    assert (second.text, second.interval, second.p_value) == ("0.2", "0.05 … 0.35", "0.010")
    corners = [tuple(map(float, corner.split(","))) for corner in plot.band.split()]
    assert corners == [
        (first.x, first.high),
        (second.x, second.high),
        (second.x, second.low),
        (first.x, first.low),
    ]


@pytest.mark.parametrize(("low", "high"), [(0.2, 0.3), (-0.4, -0.3), (-0.5, 0.5), (0.0, 1e-9)])
def test_zero_is_in_every_picture(low: float, high: float) -> None:
    plot = interval_plot([IntervalPoint("1", (low + high) / 2, low, high, "")], plain, plain)
    heights = [tick.y for tick in plot.ticks]
    assert min(heights) == TOP
    assert max(heights) == BOTTOM
    assert TOP <= plot.zero <= BOTTOM
    assert 2 <= len(plot.ticks) <= 6
    assert TOP <= plot.marks[0].high <= plot.marks[0].low <= BOTTOM


def test_nothing_is_empty() -> None:
    plot = interval_plot([], plain, plain)
    assert plot.empty
    assert plot.path == plot.band == ""
