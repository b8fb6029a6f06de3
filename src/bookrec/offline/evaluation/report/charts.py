"""Charts of a report: which figures each shows, and what it says of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bookrec.json_types import JsonObject
from bookrec.offline.evaluation.measure.figures import FACTORISED_CUTS, stratum_metric
from bookrec.offline.evaluation.measure.measurement import HEADLINE, OVER_ALL, PROPENSITY, TOP
from bookrec.offline.evaluation.report.plots import (
    Bar,
    bar_chart,
    calibration_chart,
    line_chart,
    scatter_chart,
)
from bookrec.offline.metrics.propensity import STRATA
from bookrec.offline.metrics.shelf_figures import BADLY_RATED, COMMONEST
from bookrec.offline.metrics.taste import BAD_COUNT, BAD_MEAN

_IN_LINES: Final = 8
"""Lines of a chart, at most: the best baselines and ours."""


def charts_of(plain: JsonObject) -> Iterator[tuple[str, str, str]]:
    """(title, what it shows, SVG)."""
    scorers, headline = plain["scorers"], plain["headline"]
    yield from _quality(scorers, headline)
    yield from _crowd(scorers, headline)
    yield from _list_weights(plain["list_weights"])
    yield from _diversity(plain.get("diversity", {}))
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
        lines = {name: _values(scorers[name][key]["mean"]) for name in _shown(scorers, headline)}
        labels = next(iter(scorers.values()))[key]["bins"]
        yield title, note, line_chart(title, labels, lines, x_title, y_title)
    for seen in ("removed", "kept"):
        title = f"Factorised top-k, seen {seen}"
        lines = {
            name: _values([figures.get(f"top-{k}, seen {seen}") for k in FACTORISED_CUTS])
            for name, figures in (
                (name, scorers[name]["metrics"]) for name in _shown(scorers, headline)
            )
        }
        note = "Share of held-out interactions whose book is among the first k of the catalogue."
        labels = [str(k) for k in FACTORISED_CUTS]
        yield title, note, line_chart(title, labels, lines, "k", "share found")
    yield from _calibration(scorers, headline)
    yield from _learning(plain)


def _quality(scorers: JsonObject, headline: str) -> Iterator[tuple[str, str, str]]:
    """NDCG with intervals over liked and over all books, and by stratum of popularity."""
    for metric, title, note in (
        (
            HEADLINE,
            "NDCG@20 over liked books, with 95 % intervals",
            "Held-out books rated 7 or more.",
        ),
        (OVER_ALL, "NDCG@20 over all books, with 95 % intervals", "All held-out books."),
        (
            PROPENSITY,
            "NDCG@20 by inverse propensity, with 95 % intervals",
            "Held-out books weighed by one over the chance that a book of their popularity is met.",
        ),
    ):
        if bars := _bars(scorers, metric):
            yield title, f"{note} Mean over readers.", bar_chart(title, bars)
    lines = {
        name: _values([scorers[name]["metrics"].get(stratum_metric(some)) for some in STRATA])
        for name in _shown(scorers, headline)
    }
    title = "By stratum of popularity"
    note = "NDCG@20 with the held-out books of one third by popularity as the relevant ones."
    yield title, note, line_chart(title, STRATA, lines, "held-out books", "NDCG@20")


def _crowd(scorers: JsonObject, headline: str) -> Iterator[tuple[str, str, str]]:
    """Quality beside concentration, and the badly rated places."""
    title = "Quality and concentration"
    figures = {name: scorers[name]["metrics"] for name in _shown(scorers, headline)}
    points = {
        name: [(_number(row.get(COMMONEST)), _number(row.get(headline)))]
        for name, row in figures.items()
    }
    x_title, y_title = "share of readers with the commonest book", f"NDCG@{TOP}"
    note = (
        "Up is better, left is more variety: a list maker to the upper left serves readers better."
    )
    yield title, note, scatter_chart(title, points, x_title, y_title)
    title = "Badly rated places"
    note = (
        f"Share of the first {TOP} places whose book has a mean below {BAD_MEAN:g} from at least "
        f"{BAD_COUNT} ratings of the known part."
    )
    nan = float("nan")
    bars = [
        Bar(name, scorer["metrics"][BADLY_RATED], nan, nan, scorer["kind"] == "ours")
        for name, scorer in scorers.items()
        if scorer["metrics"].get(BADLY_RATED) is not None
    ]
    if any(bar.value for bar in bars):
        yield title, note, bar_chart(title, sorted(bars, key=lambda bar: bar.value))


def _list_weights(models: JsonObject) -> Iterator[tuple[str, str, str]]:
    """Curve of each model along which its list weights were chosen."""
    for model, points in models.items():
        path: dict[str, list[tuple[float, float]]] = {}
        for point in points:
            stage = "popularity" if point["popularity"] else "liking"
            stage = "discovery" if point.get("discovery") else stage
            stage = "exposure cap" if point["exposure_cap"] < 1 else stage
            at = _number(point["commonest@20"]), _number(point["ndcg@20_liked"])
            path.setdefault(stage, []).append(at)
        title = f"List weights: {model}"
        note = (
            "Each mark is a grid point, measured on readers of the known part: weights of liking, "
            "then of popularity, of discovery, then the exposure cap."
        )
        x_title = "share of readers with the commonest book"
        yield title, note, scatter_chart(title, path, x_title, "NDCG@20, liked")


def _diversity(models: JsonObject) -> Iterator[tuple[str, str, str]]:
    """Quality of each model's lists over their diversity, by step of the readers' slider."""
    for model, points in models.items():
        path: dict[str, list[tuple[float, float]]] = {}
        for point in points:
            name = "limit of an author" if point["most_of_author"] else "slider"
            at = _number(point["diversity@20"]), _number(point["ndcg@20_liked"])
            path.setdefault(name, []).append(at)
        title = f"Diversity: {model}"
        note = (
            "Each mark is a step of the readers' slider, from the stored order to the most surprising, "
            "or a limit of books by one author among the first ten."
        )
        x_title = "mean distance of two books of a list"
        yield title, note, scatter_chart(title, path, x_title, "NDCG@20, liked")


def _bars(scorers: JsonObject, metric: str) -> list[Bar]:
    bars = []
    for name, scorer in scorers.items():
        interval = scorer["intervals"].get(metric)
        if interval:
            low, high = _values([interval["low"], interval["high"]])
            bars.append(Bar(name, interval["value"], low, high, scorer["kind"] == "ours"))
    return sorted(bars, key=lambda bar: -bar.value)


def _shown(scorers: JsonObject, headline: str) -> list[str]:
    """Popularity and the best others, in the order of the report."""
    best = sorted(scorers, key=lambda name: -(scorers[name]["metrics"][headline] or 0.0))
    chosen = {"popularity", *best[: _IN_LINES - 1]}
    return [name for name in scorers if name in chosen]


def _calibration(scorers: JsonObject, headline: str) -> Iterator[tuple[str, str, str]]:
    series = {}
    for name in _shown(scorers, headline):
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
    return [_number(value) for value in values]


def _number(value: float | None) -> float:
    return float("nan") if value is None else value
