"""Charts as inline SVG, drawn here: no script, no font, no file from elsewhere."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bookrec.offline.evaluation.report import svg


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
    largest = svg.nice(
        max([bar.high if math.isfinite(bar.high) else bar.value for bar in bars] + [0])
    )
    parts = []
    for tick in svg.ticks(largest):
        x = left + width * tick / largest
        parts.append(svg.line(x, 0, x, height - 30, "grid"))
        parts.append(svg.text(x, height - 14, svg.label(tick), "middle"))
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
            parts.append(svg.line(low, y + 8, high, y + 8, "interval"))
            end = max(end, high)
        parts.append(svg.text(left - 8, y + 12, bar.label, "end"))
        parts.append(svg.text(end + 6, y + 12, svg.label(bar.value), "start"))
    return svg.drawing(title, 760, height, parts)


def line_chart(
    title: str,
    labels: Sequence[str],
    lines: Mapping[str, Sequence[float]],
    x_title: str,
    y_title: str,
) -> str:
    """Lines over labelled places; values that are not finite are left out."""
    finite = [value for values in lines.values() for value in values if math.isfinite(value)]
    largest, least = svg.nice(max([*finite, 0.0])), min([*finite, 0.0])
    # Losses may be negative; figures start at zero.
    least = -svg.nice(-least) if least < 0 else 0.0
    span = largest - least or 1.0
    plot_width, plot_height = svg.WIDTH - svg.LEFT - svg.RIGHT, svg.HEIGHT - svg.TOP - svg.BOTTOM
    step = plot_width / max(len(labels) - 1, 1)

    def at(place: int, value: float) -> tuple[float, float]:
        return svg.LEFT + step * place, svg.TOP + plot_height * (1 - (value - least) / span)

    parts = []
    for tick in svg.ticks(largest):
        y = at(0, tick)[1]
        parts.append(svg.line(svg.LEFT, y, svg.LEFT + plot_width, y, "grid"))
        parts.append(svg.text(svg.LEFT - 6, y + 4, svg.label(tick), "end"))
    every = max(1, math.ceil(len(labels) / 12))
    for place, label in enumerate(labels):
        if place % every == 0:
            parts.append(svg.text(at(place, 0)[0], svg.HEIGHT - 34, label, "middle"))
    parts.append(svg.text(svg.LEFT + plot_width / 2, svg.HEIGHT - 12, x_title, "middle"))
    parts.append(svg.text(8, 12, y_title, "start"))
    for number, (name, values) in enumerate(lines.items()):
        points = [at(place, v) for place, v in enumerate(values) if math.isfinite(v)]
        parts += svg.series(number, name, points)
    return svg.drawing(title, svg.WIDTH, max(svg.HEIGHT, 24 + 18.0 * len(lines)), parts)


def calibration_chart(title: str, lines: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """Predicted against observed shares, both axes logarithmic, with the diagonal of agreement."""
    values = [v for points in lines.values() for point in points for v in point if v > 0]
    low = 10 ** math.floor(math.log10(min([*values, 0.1])))
    decades = max(1.0, -math.log10(low))
    plot_width, plot_height = svg.WIDTH - svg.LEFT - svg.RIGHT, svg.HEIGHT - svg.TOP - svg.BOTTOM

    def share(value: float) -> float:
        return 1 + math.log10(max(value, low)) / decades

    def at(x: float, y: float) -> tuple[float, float]:
        return svg.LEFT + plot_width * share(x), svg.TOP + plot_height * (1 - share(y))

    parts = [svg.line(*at(low, low), *at(1, 1), "interval")]
    for power in range(round(decades) + 1):
        tick = 10.0**-power
        x, y = at(tick, tick)
        parts.append(svg.line(x, svg.TOP, x, svg.TOP + plot_height, "grid"))
        parts.append(svg.line(svg.LEFT, y, svg.LEFT + plot_width, y, "grid"))
        parts.append(svg.text(x, svg.HEIGHT - 34, f"{tick:g}", "middle"))
        parts.append(svg.text(svg.LEFT - 6, y + 4, f"{tick:g}", "end"))
    parts.append(
        svg.text(svg.LEFT + plot_width / 2, svg.HEIGHT - 12, "probability given", "middle")
    )
    parts.append(svg.text(8, 12, "share that came true", "start"))
    for number, (name, points) in enumerate(lines.items()):
        parts += svg.series(number, name, [at(x, y) for x, y in points if x > 0 and y > 0])
    return svg.drawing(title, svg.WIDTH, svg.HEIGHT, parts)


def scatter_chart(
    title: str, paths: Mapping[str, Sequence[tuple[float, float]]], x_title: str, y_title: str
) -> str:
    """Draw a path of marks (x, y) for each name, both axes from zero; undefined points are left out."""
    known = {
        name: points
        for name, path in paths.items()
        if (points := [point for point in path if all(map(math.isfinite, point))])
    }
    largest_x, largest_y = (
        svg.nice(max([point[axis] for path in known.values() for point in path] + [0.0]))
        for axis in (0, 1)
    )
    plot_width = svg.WIDTH - svg.LEFT - svg.RIGHT
    plot_height = svg.HEIGHT - svg.TOP - svg.BOTTOM
    bottom = svg.TOP + plot_height
    parts = []
    for tick_x, tick_y in zip(svg.ticks(largest_x), svg.ticks(largest_y), strict=True):
        x = svg.LEFT + plot_width * tick_x / largest_x
        y = bottom - plot_height * tick_y / largest_y
        parts.append(svg.line(x, svg.TOP, x, bottom, "grid"))
        parts.append(svg.line(svg.LEFT, y, svg.LEFT + plot_width, y, "grid"))
        parts.append(svg.text(x, svg.HEIGHT - 34, svg.label(tick_x), "middle"))
        parts.append(svg.text(svg.LEFT - 6, y + 4, svg.label(tick_y), "end"))
    parts.append(svg.text(svg.LEFT + plot_width / 2, svg.HEIGHT - 12, x_title, "middle"))
    parts.append(svg.text(8, 12, y_title, "start"))
    for number, (name, path) in enumerate(known.items()):
        at = [
            (svg.LEFT + plot_width * x / largest_x, bottom - plot_height * y / largest_y)
            for x, y in path
        ]
        parts += svg.series(number, name, at)
    return svg.drawing(title, svg.WIDTH, svg.HEIGHT, parts)
