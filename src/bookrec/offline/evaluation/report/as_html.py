"""An evaluation as one HTML file that needs nothing else: tables and inline SVG, no script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bookrec.json_types import JsonObject
from bookrec.offline.evaluation.measure.measure import FACTORISED_CUTS, HEADLINE
from bookrec.offline.evaluation.report.as_table import cell_text, summary, tables
from bookrec.offline.evaluation.report.plots import Bar, bar_chart, calibration_chart, line_chart

_IN_LINES: Final = 8
"""Lines of a chart, at most: the best baselines and ours."""


def as_html(plain: JsonObject) -> str:
    """The page for `as_plain` values. Texts are escaped by the template, charts escape their own."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
    )
    environment.filters["cell_text"] = cell_text
    ours = {name for name, scorer in plain["scorers"].items() if scorer["kind"] == "ours"}
    charts = [
        {"title": title, "note": note, "svg": Markup(svg)}  # noqa: S704 - plots escape their texts
        for title, note, svg in _charts(plain)
    ]
    return environment.get_template("report.html").render(
        about=plain["about"],
        summary=summary(plain["about"]),
        charts=charts,
        tables=tables(plain),
        ours=ours,
    )


def _charts(plain: JsonObject) -> Iterator[tuple[str, str, str]]:
    """(title, what it shows, SVG)."""
    scorers = plain["scorers"]
    title = "NDCG@20 with 95 % intervals"
    yield title, "All held-out books; mean over readers.", bar_chart(title, _bars(scorers))
    for key, title, note, x_title, y_title in (
        (
            "ndcg@20_by_known_interactions",
            "By number of interactions of the reader",
            "Mean NDCG@20 of readers with so many known interactions.",
            "known interactions",
            "NDCG@20",
        ),
        (
            "recall@20_by_readers_of_the_book",
            "By popularity of the book",
            "Share of held-out books found in the first 20, by how many known readers the book has.",
            "known readers of the book",
            "share found",
        ),
    ):
        lines = {name: _values(scorers[name][key]["mean"]) for name in _shown(scorers)}
        labels = next(iter(scorers.values()))[key]["bins"]
        yield title, note, line_chart(title, labels, lines, x_title, y_title)
    for seen in ("removed", "kept"):
        title = f"Factorised top-k, seen {seen}"
        lines = {
            name: _values([figures.get(f"top-{k}, seen {seen}") for k in FACTORISED_CUTS])
            for name, figures in ((name, scorers[name]["metrics"]) for name in _shown(scorers))
        }
        note = "Share of held-out interactions whose book is among the first k of the catalogue."
        labels = [str(k) for k in FACTORISED_CUTS]
        yield title, note, line_chart(title, labels, lines, "k", "share found")
    yield from _calibration(scorers)
    yield from _learning(plain)


def _bars(scorers: JsonObject) -> list[Bar]:
    bars = []
    for name, scorer in scorers.items():
        interval = scorer["intervals"].get(HEADLINE)
        if interval:
            low, high = _values([interval["low"], interval["high"]])
            bars.append(Bar(name, interval["value"], low, high, scorer["kind"] == "ours"))
    return sorted(bars, key=lambda bar: -bar.value)


def _shown(scorers: JsonObject) -> list[str]:
    """Popularity and the best others, in the order of the report."""
    best = sorted(scorers, key=lambda name: -(scorers[name]["metrics"][HEADLINE] or 0.0))
    chosen = {"popularity", *best[: _IN_LINES - 1]}
    return [name for name in scorers if name in chosen]


def _calibration(scorers: JsonObject) -> Iterator[tuple[str, str, str]]:
    series = {}
    for name in _shown(scorers):
        bins = scorers[name]["calibration"]
        if bins:
            points = zip(_values(bins["given"]), _values(bins["came_true"]), strict=True)
            series[name] = [(x, y) for x, y in points if x == x and y == y]
    if series:
        title = "Calibration"
        note = (
            "Probabilities given to the first 100 books of every list, in bins, against the share of "
            "them that was held out; on the line they agree."
        )
        yield title, note, calibration_chart(title, series)


def _learning(plain: JsonObject) -> Iterator[tuple[str, str, str]]:
    for model, curves in _by_model(plain["learning_curves"]).items():
        title = f"Learning curves: {model}"
        epochs = max(map(len, curves.values()))
        labels = [str(epoch) for epoch in range(1, epochs + 1)]
        chart = line_chart(title, labels, curves, "epoch", "training loss")
        yield title, "Mean training loss of each epoch.", chart
    for name, tunings in plain["tuning"].items():
        trials = tunings[0]["trials"]
        if len(trials) > 1:
            title = f"Tuning: {name}"
            figures = _values([trial["ndcg"] for trial in trials])
            best = [max(figures[: place + 1]) for place in range(len(figures))]
            labels = [str(number) for number in range(1, len(trials) + 1)]
            lines = {"trial": figures, "best so far": best}
            note = "NDCG@20 on the validation part, trial by trial."
            yield title, note, line_chart(title, labels, lines, "trial", "NDCG@20")


def _by_model(curves: dict[str, list[float | None]]) -> dict[str, dict[str, list[float]]]:
    """Model → part that was trained → losses; labels are ``model, part: kind``."""
    losses_of: dict[str, dict[str, list[float]]] = {}
    for label, losses in curves.items():
        model, _, part = label.partition(", ")
        losses_of.setdefault(model, {})[part] = _values(losses)
    return losses_of


def _values(values: list[float | None]) -> list[float]:
    return [float("nan") if value is None else value for value in values]
