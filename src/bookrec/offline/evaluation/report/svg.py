"""Parts of charts as SVG: lines, marks, texts, scales.

Colours are those of Okabe and Ito ("Color universal design", 2008), told apart by colour-blind readers;
every line also has marks of its own shape, and every chart a title for those who cannot see it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
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
WIDTH, HEIGHT = 760.0, 330.0
LEFT, RIGHT, TOP, BOTTOM = 64.0, 250.0, 28.0, 52.0


def series(number: int, name: str, points: Sequence[tuple[float, float]]) -> list[str]:
    """A line, its marks and its name in the legend."""
    colour = COLOURS[number % len(COLOURS)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dash = "" if number < len(COLOURS) else ' stroke-dasharray="5 3"'
    polyline = f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>'
    legend_y = TOP + 10 + 18 * number
    marks = [mark(number, x, y, colour) for x, y in points]
    key = mark(number, WIDTH - RIGHT + 18, legend_y - 4, colour)
    return [polyline, *marks, key, text(WIDTH - RIGHT + 30, legend_y, name, "start")]


def mark(number: int, x: float, y: float, colour: str) -> str:
    """A circle, square or triangle around a point."""
    shape = number % 3
    if shape == 0:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>'
    if shape == 1:
        return f'<rect x="{x - 3:.1f}" y="{y - 3:.1f}" width="6" height="6" fill="{colour}"/>'
    corners = f"{x:.1f},{y - 4:.1f} {x - 4:.1f},{y + 3:.1f} {x + 4:.1f},{y + 3:.1f}"
    return f'<polygon points="{corners}" fill="{colour}"/>'


def drawing(title: str, width: float, height: float, parts: Sequence[str]) -> str:
    """The ``<svg>`` element of a chart."""
    name = escape(title, quote=True)
    return (
        f'<svg role="img" aria-label="{name}" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}"><title>{name}</title>{"".join(parts)}</svg>'
    )


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    """A straight line of a CSS class."""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'


def text(x: float, y: float, words: str, anchor: str) -> str:
    """A text, escaped."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def nice(value: float) -> float:
    """Round up to 1, 2, 2.5 or 5 times a power of ten; 1 for 0."""
    if not math.isfinite(value) or value <= 0:
        return 1.0
    power = 10 ** math.floor(math.log10(value))
    rounded: float = next(
        power * step for step in (1, 2, 2.5, 5, 10) if value <= power * step * (1 + 1e-9)
    )
    return rounded


def ticks(largest: float) -> list[float]:
    """Six ticks from 0 to the largest value."""
    return [largest * step / 5 for step in range(6)]


def label(value: float) -> str:
    """Format the number of a tick or bar."""
    return f"{value:.4g}"
