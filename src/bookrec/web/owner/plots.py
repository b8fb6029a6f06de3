"""Plots as shapes: bars and lines in a picture of `WIDTH` x `HEIGHT`, with texts of `plot_words`.

The template ``partials/plots.html`` draws them as SVG in the theme's colours, with the same numbers as
a table below.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from textwrap import wrap
from typing import Final

import msgspec

from bookrec.web.owner.plot_words import Words

WIDTH: Final = 372
HEIGHT: Final = 206
LEFT, RIGHT, TOP, BOTTOM = 46, 352, 34, 172
"""Edges of the numbers in the picture; above them is room for a number and the name of the axis."""
_LINE: Final = 13
_LETTER: Final = 7
"""Height of a line of text, and width of a letter; most are narrower."""
MOST_LABELS: Final = 7
"""Labels that the horizontal axis has room for."""
_BAR_SHARE: Final = 0.68
"""Share of its place that a bar takes."""


class Mark(msgspec.Struct, frozen=True):
    """A bar, or a point of a line."""

    label: str
    """Text of its place on the horizontal axis, e.g. a day."""
    lines: list[str]
    """The same in lines that fit below a bar; the last one ends with … where it is cut."""
    text: str
    """Its number in words."""
    text_x: float
    """Middle of the number above it, so that it meets neither the axis nor the picture's edge."""
    x: float
    """Middle of the bar, or the point."""
    y: float
    """Top of the bar, or the point."""
    left: float
    width: float
    height: float
    labelled: bool
    """Whether the axis has room for its label."""
    named: bool
    """Whether its number stands above it."""


class Tick(msgspec.Struct, frozen=True):
    """A line across the picture at a round number."""

    y: float
    text: str


class Plot(msgspec.Struct, frozen=True):
    """A plot of one number for each place."""

    kind: str
    """``bars`` or ``line``."""
    marks: list[Mark]
    ticks: list[Tick]
    empty: bool
    """Whether all numbers are 0, or there are none."""
    x_name: str = ""
    y_name: str = ""
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def path(self) -> str:
        """Points of the line, for ``polyline``."""
        return " ".join(f"{mark.x},{mark.y}" for mark in self.marks)

    @property
    def base(self) -> float:
        """Height of the horizontal axis."""
        return float(BOTTOM)

    @property
    def left(self) -> float:
        """Left end of the horizontal axis."""
        return float(LEFT)

    @property
    def right(self) -> float:
        """Right end of the horizontal axis."""
        return float(RIGHT)


def bars(
    labels: Sequence[str],
    numbers: Sequence[float],
    words: Words,
    axis_words: Words | None = None,
    line_width: int = 0,
) -> Plot:
    """Return a plot of bars from 0.

    Args:
        labels: texts of the places.
        numbers: at least 0, as many.
        words: writes a number as people do.
        axis_words: writes it shortly, for the axis; None = ``words``.
        line_width: letters of a label that fit below a bar, in two lines; 0 = all, in one.
    """
    top = _top(max(numbers, default=0.0))
    return _plot("bars", labels, numbers, words, 0.0, top, axis_words, line_width)


def line(
    labels: Sequence[str], numbers: Sequence[float], words: Words, most: float = math.inf
) -> Plot:
    """Return a plot of points that a line joins, between round numbers around them.

    Args:
        labels: texts of the places.
        numbers: at least 0, as many.
        words: writes a number as people do.
        most: highest number that there can be.
    """
    low, high = min(numbers, default=0.0), max(numbers, default=0.0)
    room = max(high - low, abs(high) / 10) or 1.0
    step = float(10 ** math.floor(math.log10(room)))
    bottom = max(0.0, math.floor((low - room / 2) / step) * step)
    top = min(most, math.ceil((high + room / 2) / step) * step)
    return _plot("line", labels, numbers, words, bottom, top)


def _top(highest: float) -> float:
    """Round number at or above the highest, two even steps from 0."""
    if highest <= 0:
        return 1.0
    power = float(10 ** math.floor(math.log10(highest)))
    return power * next(n for n in (1, 2, 4, 6, 8, 10) if n * power >= highest - 1e-12)


def _plot(
    kind: str,
    labels: Sequence[str],
    numbers: Sequence[float],
    words: Words,
    bottom: float,
    top: float,
    axis_words: Words | None = None,
    line_width: int = 0,
) -> Plot:
    count = max(len(numbers), 1)
    place = (RIGHT - LEFT) / count
    step = max(1, math.ceil(count / MOST_LABELS))
    highest = max(range(len(numbers)), key=lambda n: numbers[n], default=-1)
    marks = []
    for n, (label, number) in enumerate(zip(labels, numbers, strict=True)):
        x = LEFT + place * (n + 0.5)
        y = BOTTOM - (BOTTOM - TOP) * (number - bottom) / (top - bottom)
        last = (len(numbers) - 1 - n) % step == 0
        named = bool(number) and (n == highest or len(numbers) <= MOST_LABELS)
        marks.append(
            Mark(
                label=label,
                lines=_lines(label, line_width),
                text=words(number),
                text_x=round(_inside(x, words(number)), 1),
                x=round(x, 1),
                y=round(y, 1),
                left=round(x - place * _BAR_SHARE / 2, 1),
                width=round(place * _BAR_SHARE, 1),
                height=round(BOTTOM - y, 1),
                labelled=last,
                named=named,
            )
        )
    ticks = [
        Tick(
            round(BOTTOM - (BOTTOM - TOP) * share, 1),
            (axis_words or words)(bottom + (top - bottom) * share),
        )
        for share in (0.0, 0.5, 1.0)
    ]
    height = HEIGHT + _LINE * (max((len(mark.lines) for mark in marks), default=1) - 1)
    return Plot(kind, marks, ticks, not any(numbers), height=height)


def _inside(x: float, text: str) -> float:
    """Middle of a text at x, moved to lie between the vertical axis and the picture's edge."""
    half = len(text) * _LETTER / 2
    return max(LEFT + half, min(x, WIDTH - half))


def _lines(label: str, width: int) -> list[str]:
    """Lines of a label: two of so many letters, longer where a word is; one line for the width 0."""
    if not width or len(label) <= width:
        return [label]
    return wrap(label, width, max_lines=2, placeholder="…", break_long_words=False)
