"""An evaluation as one HTML file that needs nothing else: tables and inline SVG, no script."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bookrec.json_types import JsonObject
from bookrec.offline.evaluation.report.as_table import cell_text, summary
from bookrec.offline.evaluation.report.charts import charts_of
from bookrec.offline.evaluation.report.tables import Table, tables

METHOD: Final = """Baselines were tuned on the validation part
({{ about.settings.tuning_readers }} readers at most, {{ about.settings.tuning_budget_s }} seconds
each) by NDCG@20 over liked books, or over all where nobody liked one, and, like our models, fitted to
training and validation part before the test part was looked at. Each fitted part was checked for
interactions that the known part does not have. Intervals: percentile bootstrap over readers; p: paired
t-test over readers against the best baseline, Holm-corrected."""


def as_html(plain: JsonObject) -> str:
    """The page for `as_plain` values. Texts are escaped by the template, charts escape their own."""
    return page(plain, summary(plain["about"]), tables(plain), charts_of(plain), METHOD)


def page(
    plain: JsonObject,
    summary_text: str,
    all_tables: list[Table],
    charts: Iterable[tuple[str, str, str]],
    method: str,
) -> str:
    """Write a report as a page.

    Args:
        plain: Plain values with ``about`` and ``scorers``.
        summary_text: Summary above the tables.
        all_tables: Tables; the first stands above the charts.
        charts: (title, note, SVG) of each chart.
        method: Template of the paragraph on how it was measured; it may name ``about``.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
    )
    environment.filters["cell_text"] = cell_text
    ours = {name for name, scorer in plain["scorers"].items() if scorer["kind"] == "ours"}
    drawn = [
        {"title": title, "note": note, "svg": Markup(svg)}  # noqa: S704 - plots escape their texts
        for title, note, svg in charts
    ]
    return environment.get_template("report.html").render(
        about=plain["about"],
        summary=summary_text,
        charts=drawn,
        tables=all_tables,
        method=environment.from_string(method).render(about=plain["about"]),
        ours=ours,
    )
