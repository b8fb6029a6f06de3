"""Report of a replay of visits: tables as text and as an HTML page."""

from __future__ import annotations

from typing import Final

from bookrec.json_types import JsonObject
from bookrec.offline.evaluation.report.as_html import page
from bookrec.offline.evaluation.report.as_table import aligned
from bookrec.offline.evaluation.report.plots import Bar, bar_chart
from bookrec.offline.evaluation.report.tables import Cell, Table, ratio_text, tuned
from bookrec.offline.evaluation.sessions.replay import METRICS, TOP

_TITLES: Final = dict(zip(METRICS, (f"HR@{TOP}", f"MRR@{TOP}", f"NDCG@{TOP}"), strict=True))
_METHOD: Final = """List makers were tuned on the validation visits
({{ about.settings.tuning_visits }} at most, {{ about.settings.tuning_budget_s }} seconds each) by
NDCG@20 and fitted to the known visits before the test visits were replayed. Each fitted part was
checked for events that the known visits do not have. Intervals: percentile bootstrap over visits;
p: paired t-test over visits, Holm-corrected. Processor time is of one list, on one thread."""


def as_text(plain: JsonObject) -> str:
    """Write the summary and all tables, aligned."""
    return "\n\n".join([summary(plain["about"]), *aligned(tables(plain))])


def as_html(plain: JsonObject) -> str:
    """Write the page."""
    bars = []
    for name, scorer in plain["scorers"].items():
        interval = scorer["intervals"][plain["headline"]]
        bars.append(
            Bar(
                name, interval["value"], interval["low"], interval["high"], scorer["kind"] == "ours"
            )
        )
    title = f"{_TITLES[plain['headline']]}, with 95 % intervals"
    chart = title, "Mean over requests.", bar_chart(title, bars)
    return page(plain, summary(plain["about"]), tables(plain), [chart], _METHOD)


def summary(about: JsonObject) -> str:
    """Summarise the replay in a sentence or two."""
    text = (
        f"Visits of {about['source']}, split {about['split']}, seed {about['settings']['seed']}: "
        f"{about['known_visits']:,} known, {about['test_visits']:,} replayed, {about['books']:,} books."
    )
    return text if about["finished"] else f"{text} Not finished: what is known so far."


def tables(plain: JsonObject) -> list[Table]:
    """List the tables that have rows."""
    lists = [
        *(_figures(plain, metric) for metric in METRICS),
        _cost(plain),
        tuned(plain),
    ]
    return [table for table in lists if table[2]]


def _figures(plain: JsonObject, metric: str) -> Table:
    rows: list[list[Cell]] = []
    best = plain["best_baseline"].get(metric)
    for name, scorer in plain["scorers"].items():
        interval = scorer["intervals"][metric]
        against = scorer["against_best_baseline"].get(metric)
        rows.append(
            [
                name,
                scorer["metrics"][metric],
                f"{interval['low']:.4f}–{interval['high']:.4f}",
                ratio_text(scorer["against_static"].get(metric)),
                "best of others" if name == best else ratio_text(against),
                against["p_adjusted"] if against else None,
            ]
        )
    columns = [_TITLES[metric], "95 % interval", "× static", "× best of others", "p (Holm)"]
    return f"{_TITLES[metric]} of the next book, mean over requests", columns, rows


def _cost(plain: JsonObject) -> Table:
    rows: list[list[Cell]] = [
        [name, scorer["cpu_ms"], scorer["seconds"].get("fit"), scorer["source"] or None]
        for name, scorer in plain["scorers"].items()
    ]
    return "Cost", ["CPU ms a request", "fit, seconds", "source"], rows
