"""Plot of an interval over time: a band around points that a line joins, and where nothing differs.

The template ``partials/plots.html`` draws it as SVG, with the same numbers as a table below.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from bookrec.web.owner.plot_words import Words
from bookrec.web.owner.plots import BOTTOM, HEIGHT, LEFT, MOST_LABELS, RIGHT, TOP, WIDTH, Tick


class IntervalMark(msgspec.Struct, frozen=True):
    """A difference and its interval on a day."""

    label: str
    text: str
    """Difference in words."""
    interval: str
    """Its interval in words."""
    p_value: str
    x: float
    y: float
    low: float
    """Height of the lower bound in the picture."""
    high: float
    labelled: bool


class IntervalPlot(msgspec.Struct, frozen=True):
    """A plot of differences with their intervals."""

    marks: list[IntervalMark]
    ticks: list[Tick]
    zero: float
    """Height of "no difference"."""
    width: int = WIDTH
    height: int = HEIGHT
    left: float = float(LEFT)
    right: float = float(RIGHT)
    base: float = float(BOTTOM)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw yet."""
        return not self.marks

    @property
    def path(self) -> str:
        """Points of the line, for ``polyline``."""
        return " ".join(f"{mark.x},{mark.y}" for mark in self.marks)

    @property
    def band(self) -> str:
        """Corners of the band, for ``polygon``."""
        upper = [f"{mark.x},{mark.high}" for mark in self.marks]
        return " ".join([*upper, *(f"{mark.x},{mark.low}" for mark in reversed(self.marks))])


class IntervalPoint(msgspec.Struct, frozen=True):
    """A difference with its interval, and what the table says of it."""

    label: str
    difference: float
    low: float
    high: float
    p_value: str


def interval_plot(points: Sequence[IntervalPoint], words: Words, axis_words: Words) -> IntervalPlot:
    """Return the plot of finite intervals, the earliest first; 0 is always in the picture.

    Args:
        points: one for each day.
        words: writes a difference as people do.
        axis_words: writes it shortly, for the axis.
    """
    lowest, highest = min([0.0, *(p.low for p in points)]), max([0.0, *(p.high for p in points)])
    step_of_axis = _round_up((highest - lowest) / 4)
    bottom = step_of_axis * math.floor(lowest / step_of_axis + 1e-9)
    top = step_of_axis * math.ceil(highest / step_of_axis - 1e-9)
    top = max(top, bottom + step_of_axis)
    count = max(len(points), 1)
    step = max(1, math.ceil(count / MOST_LABELS))
    marks = [
        IntervalMark(
            label=point.label,
            text=words(point.difference),
            interval=f"{words(point.low)} … {words(point.high)}",
            p_value=point.p_value,
            x=round(LEFT + (RIGHT - LEFT) / count * (n + 0.5), 1),
            y=_height(point.difference, bottom, top),
            low=_height(point.low, bottom, top),
            high=_height(point.high, bottom, top),
            labelled=(len(points) - 1 - n) % step == 0,
        )
        for n, point in enumerate(points)
    ]
    numbers = [bottom + step_of_axis * n for n in range(round((top - bottom) / step_of_axis) + 1)]
    ticks = [Tick(_height(n, bottom, top), axis_words(round(n, 6))) for n in numbers]
    return IntervalPlot(marks, ticks, _height(0.0, bottom, top))


def _height(number: float, bottom: float, top: float) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * (number - bottom) / (top - bottom), 1)


def _round_up(number: float) -> float:
    """Round number at or above a positive one."""
    power = float(10 ** math.floor(math.log10(max(number, 1e-4))))
    return power * next(n for n in (1, 2, 5, 10) if n * power >= number - 1e-12)
