"""Charts as inline SVG, drawn here: no script, no font, no file from elsewhere.

Colours are those of Okabe and Ito ("Color universal design", 2008), told apart by colour-blind readers;
every line also has marks of its own shape, and every chart a title for those who cannot see it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

COLOURS: Final = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#56B4E9",
    "#E69F00",
    "#8C6D31",
    "#555555",
)
_WIDTH, _HEIGHT = 760.0, 330.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 64.0, 250.0, 28.0, 52.0


@dataclass(frozen=True)
class Bar:
    """One bar with its interval."""

    label: str
    value: float
    low: float
    high: float
    strong: bool
    """Ours, in another colour than baselines."""


def bar_chart(title: str, bars: Sequence[Bar]) -> str:
    """Horizontal bars with intervals, longest value to the right."""
    row, left, width = 24.0, 240.0, 420.0
    height = row * len(bars) + 36
    largest = _nice(max([bar.high if math.isfinite(bar.high) else bar.value for bar in bars] + [0]))
    parts = []
    for tick in _ticks(largest):
        x = left + width * tick / largest
        parts.append(_line(x, 0, x, height - 30, "grid"))
        parts.append(_text(x, height - 14, _number(tick), "middle"))
    for number, bar in enumerate(bars):
        y = row * number + 4
        end = left + width * bar.value / largest
        kind = "ours" if bar.strong else "theirs"
        parts.append(
            f'<rect x="{left}" y="{y:.1f}" width="{max(end - left, 0):.1f}" height="{row - 8}" '
            f'class="{kind}"/>'
        )
        if math.isfinite(bar.low) and math.isfinite(bar.high):
            low, high = (left + width * edge / largest for edge in (bar.low, bar.high))
            parts.append(_line(low, y + 8, high, y + 8, "interval"))
            end = max(end, high)
        parts.append(_text(left - 8, y + 12, bar.label, "end"))
        parts.append(_text(end + 6, y + 12, _number(bar.value), "start"))
    return _svg(title, 760, height, parts)


def line_chart(
    title: str,
    labels: Sequence[str],
    series: Mapping[str, Sequence[float]],
    x_title: str,
    y_title: str,
) -> str:
    """Lines over labelled places; values that are not finite are left out."""
    finite = [value for values in series.values() for value in values if math.isfinite(value)]
    largest, least = _nice(max([*finite, 0.0])), min([*finite, 0.0])
    # Losses may be negative; figures start at zero.
    least = -_nice(-least) if least < 0 else 0.0
    span = largest - least or 1.0
    plot_width, plot_height = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
    step = plot_width / max(len(labels) - 1, 1)

    def at(place: int, value: float) -> tuple[float, float]:
        return _LEFT + step * place, _TOP + plot_height * (1 - (value - least) / span)

    parts = []
    for tick in _ticks(largest):
        y = at(0, tick)[1]
        parts.append(_line(_LEFT, y, _LEFT + plot_width, y, "grid"))
        parts.append(_text(_LEFT - 6, y + 4, _number(tick), "end"))
    every = max(1, math.ceil(len(labels) / 12))
    for place, label in enumerate(labels):
        if place % every == 0:
            parts.append(_text(at(place, 0)[0], _HEIGHT - 34, label, "middle"))
    parts.append(_text(_LEFT + plot_width / 2, _HEIGHT - 12, x_title, "middle"))
    parts.append(_text(8, 12, y_title, "start"))
    for number, (name, values) in enumerate(series.items()):
        points = [at(place, v) for place, v in enumerate(values) if math.isfinite(v)]
        parts += _series(number, name, points)
    return _svg(title, _WIDTH, max(_HEIGHT, 24 + 18.0 * len(series)), parts)


def calibration_chart(title: str, series: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """Predicted against observed shares, both axes logarithmic, with the diagonal of agreement."""
    values = [v for points in series.values() for point in points for v in point if v > 0]
    low = 10 ** math.floor(math.log10(min([*values, 0.1])))
    decades = max(1.0, -math.log10(low))
    plot_width, plot_height = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

    def share(value: float) -> float:
        return 1 + math.log10(max(value, low)) / decades

    def at(x: float, y: float) -> tuple[float, float]:
        return _LEFT + plot_width * share(x), _TOP + plot_height * (1 - share(y))

    parts = [_line(*at(low, low), *at(1, 1), "interval")]
    for power in range(round(decades) + 1):
        tick = 10.0**-power
        x, y = at(tick, tick)
        parts.append(_line(x, _TOP, x, _TOP + plot_height, "grid"))
        parts.append(_line(_LEFT, y, _LEFT + plot_width, y, "grid"))
        parts.append(_text(x, _HEIGHT - 34, f"{tick:g}", "middle"))
        parts.append(_text(_LEFT - 6, y + 4, f"{tick:g}", "end"))
    parts.append(_text(_LEFT + plot_width / 2, _HEIGHT - 12, "probability given", "middle"))
    parts.append(_text(8, 12, "share that came true", "start"))
    for number, (name, points) in enumerate(series.items()):
        parts += _series(number, name, [at(x, y) for x, y in points if x > 0 and y > 0])
    return _svg(title, _WIDTH, _HEIGHT, parts)


def _series(number: int, name: str, points: Sequence[tuple[float, float]]) -> list[str]:
    """A line, its marks and its name in the legend."""
    colour = COLOURS[number % len(COLOURS)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dash = "" if number < len(COLOURS) else ' stroke-dasharray="5 3"'
    line = f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>'
    legend_y = _TOP + 10 + 18 * number
    marks = [_mark(number, x, y, colour) for x, y in points]
    key = _mark(number, _WIDTH - _RIGHT + 18, legend_y - 4, colour)
    return [line, *marks, key, _text(_WIDTH - _RIGHT + 30, legend_y, name, "start")]


def _mark(number: int, x: float, y: float, colour: str) -> str:
    shape = number % 3
    if shape == 0:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>'
    if shape == 1:
        return f'<rect x="{x - 3:.1f}" y="{y - 3:.1f}" width="6" height="6" fill="{colour}"/>'
    corners = f"{x:.1f},{y - 4:.1f} {x - 4:.1f},{y + 3:.1f} {x + 4:.1f},{y + 3:.1f}"
    return f'<polygon points="{corners}" fill="{colour}"/>'


def _svg(title: str, width: float, height: float, parts: Sequence[str]) -> str:
    name = escape(title, quote=True)
    return (
        f'<svg role="img" aria-label="{name}" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}"><title>{name}</title>{"".join(parts)}</svg>'
    )


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _nice(value: float) -> float:
    """Round up to 1, 2, 2.5 or 5 times a power of ten; 1 for 0."""
    if not math.isfinite(value) or value <= 0:
        return 1.0
    power = 10 ** math.floor(math.log10(value))
    rounded: float = next(
        power * step for step in (1, 2, 2.5, 5, 10) if value <= power * step * (1 + 1e-9)
    )
    return rounded


def _ticks(largest: float) -> list[float]:
    return [largest * step / 5 for step in range(6)]


def _number(value: float) -> str:
    return f"{value:.4g}"
