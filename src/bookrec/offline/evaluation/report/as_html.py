"""An evaluation as one HTML file that needs nothing else: tables and inline SVG, no script."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bookrec.json_types import JsonObject
from bookrec.offline.evaluation.report.as_table import cell_text, summary
from bookrec.offline.evaluation.report.charts import charts_of
from bookrec.offline.evaluation.report.tables import tables


def as_html(plain: JsonObject) -> str:
    """The page for `as_plain` values. Texts are escaped by the template, charts escape their own."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
    )
    environment.filters["cell_text"] = cell_text
    ours = {name for name, scorer in plain["scorers"].items() if scorer["kind"] == "ours"}
    charts = [
        {"title": title, "note": note, "svg": Markup(svg)}  # noqa: S704 - plots escape their texts
        for title, note, svg in charts_of(plain)
    ]
    return environment.get_template("report.html").render(
        about=plain["about"],
        summary=summary(plain["about"]),
        charts=charts,
        tables=tables(plain),
        ours=ours,
    )
