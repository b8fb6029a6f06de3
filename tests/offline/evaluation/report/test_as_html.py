"""Reports: every figure and plot is there, undefined ones are said to be, everything is escaped."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest

from bookrec.offline.evaluation.measure.measurement import HEADLINE
from bookrec.offline.evaluation.report.as_html import as_html
from bookrec.offline.evaluation.report.as_json import as_json, as_plain, bin_labels
from bookrec.offline.evaluation.report.as_table import as_text, cell_text
from bookrec.offline.evaluation.report.plots import (
    Bar,
    bar_chart,
    calibration_chart,
    line_chart,
    scatter_chart,
)
from small_report import HOSTILE, small_results


@pytest.fixture(scope="module")
def results():
    return small_results()


@pytest.fixture(scope="module")
def page(results) -> str:
    return as_html(as_plain(results))


class Elements(HTMLParser):
    """All tags with their attributes, and all text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)


def test_the_page_needs_nothing_else(page):
    elements = Elements(page)
    names = {tag for tag, _ in elements.tags}
    assert not names & {"script", "link", "img", "iframe", "object", "embed", "base"}
    for _, attributes in elements.tags:
        assert not {"src", "href", "srcset", "onload", "onclick"} & set(attributes)
    assert "url(" not in page
    assert "@import" not in page
    policy = [a.get("content") for tag, a in elements.tags if tag == "meta" and "http-equiv" in a]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'"]


def test_names_are_escaped_everywhere(page):
    assert HOSTILE not in page
    assert "<script" not in page
    # In a table cell, in the legend of a chart and in the citation.
    assert page.count("&lt;script&gt;") > 5
    assert f"Cite {HOSTILE}." in "".join(Elements(page).text)


def test_each_plot_is_there(page):
    titles = {a["aria-label"] for tag, a in Elements(page).tags if tag == "svg"}
    assert titles == {
        "NDCG@20 over liked books, with 95 % intervals",
        "NDCG@20 over all books, with 95 % intervals",
        "NDCG@20 by inverse propensity, with 95 % intervals",
        "By stratum of popularity",
        "Quality and concentration",
        "By number of interactions of the reader",
        "By popularity of the book",
        "Factorised top-k, seen removed",
        "Factorised top-k, seen kept",
        "Calibration",
        "Learning curves: default",
        "List weights: default",
        "Diversity: default",
        "Tuning: ease",
    }
    for chart in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        root = ElementTree.fromstring(chart)  # well-formed
        assert "nan" not in chart.lower()
        assert list(root)


def test_the_json_has_the_figures_and_no_nan(results):
    plain = json.loads(as_json(results))
    ours = f"ours {HOSTILE}"
    found = plain["scorers"][ours]
    assert found["metrics"][HEADLINE] == pytest.approx(results.measurements[ours].mean(HEADLINE))
    interval = found["intervals"][HEADLINE]
    assert interval["low"] < found["metrics"][HEADLINE] < interval["high"]
    assert plain["rating_prediction"]["overall mean"]["pearson"] is None
    assert found["calibration"]["count"]
    assert plain["scorers"]["ease"]["calibration"] is None
    assert sum(found["ndcg@20_by_known_interactions"]["count"]) == len(
        results.measurements[ours].readers
    )


def test_all_are_compared_with_the_best_baseline(results):
    plain = as_plain(results)
    assert plain["best_baseline"][HEADLINE] == "ease"
    against = plain["scorers"][f"ours {HOSTILE}"]["against_best_baseline"][HEADLINE]
    ours, ease = (results.measurements[name].mean(HEADLINE) for name in (f"ours {HOSTILE}", "ease"))
    assert against["ratio"]["value"] == pytest.approx(ours / ease)
    assert against["difference"]["low"] > 0
    assert against["p_adjusted"] >= against["p_value"]
    assert HEADLINE not in plain["scorers"]["ease"]["against_best_baseline"]


def test_the_text_has_every_scorer_and_the_citation(results):
    text = as_text(as_plain(results))
    assert text.startswith("Data set bx-0123456789:")
    assert text.endswith(f"Cite {HOSTILE}.")
    for name in results.measurements:
        assert text.count(f"\n{name} ") >= 4
    assert "best baseline" in text
    assert "lambda 50" in text
    rows = text.split("\n\n")[1].splitlines()
    assert len({len(row) for row in rows[1:]}) == 1, "columns are aligned"


def test_cells():
    assert [cell_text(cell) for cell in (None, "a", 0.12345, 0.0, 3e-7, 10949.0, 43.0)] == [
        "–",
        "a",
        "0.1235",
        "0.0000",
        "3.0e-07",
        "10,949",
        "43",
    ]


def test_bin_labels():
    assert bin_labels((1, 3, 6)) == ["0", "1-2", "3-5", "6+"]


def numbers(chart: str, tag: str, attribute: str) -> list[float]:
    elements = ElementTree.fromstring(chart).iter(tag)
    return [float(found.attrib[attribute]) for found in elements]


def test_bars_are_as_long_as_their_values():
    bars = [Bar("a", 0.2, 0.1, 0.3, True), Bar("b", 0.1, float("nan"), float("nan"), False)]
    chart = bar_chart("t", bars)
    long, short = numbers(chart, "rect", "width")
    assert long == pytest.approx(2 * short, abs=0.1)
    assert bar_chart("nothing", []).startswith("<svg")


def test_lines_go_through_their_values_and_leave_out_what_is_not_there():
    chart = line_chart("t", ["1", "2", "3"], {"a": [0.0, float("nan"), 1.0]}, "x", "y")
    (line,) = ElementTree.fromstring(chart).iter("polyline")
    points = [tuple(map(float, pair.split(","))) for pair in line.attrib["points"].split()]
    assert len(points) == 2
    assert points[0][0] < points[1][0]
    assert points[0][1] > points[1][1], "up is more"
    empty = line_chart("t", ["1"], {"a": [float("nan")]}, "x", "y")
    assert "nan" not in empty
    below_zero = line_chart("t", ["1", "2"], {"loss": [-0.5, -2.0]}, "x", "y")
    assert all(math.isfinite(y) for y in numbers(below_zero, "circle", "cy"))


def test_points_stand_at_their_figures_and_undefined_ones_are_left_out():
    points = {"a": [(0.5, 0.02)], "b": [(1.0, 0.1)], "c": [(float("nan"), 0.1)]}
    chart = scatter_chart("t", points, "x", "y")
    assert "nan" not in chart
    assert len(list(ElementTree.fromstring(chart).iter("circle"))) == 2  # a mark and its key
    (x, _), (y, _) = (numbers(chart, "circle", f"c{axis}") for axis in "xy")
    assert x == pytest.approx(64 + 446 / 2)
    assert y == pytest.approx(278 - 250 / 5)


def test_data_without_liked_books_have_the_headline_over_all(results):
    unrated = replace(
        results,
        measurements={
            name: replace(
                figures,
                per_reader={
                    metric: np.full_like(values, np.nan) if metric.endswith("_liked") else values
                    for metric, values in figures.per_reader.items()
                },
            )
            for name, figures in results.measurements.items()
        },
    )
    plain = as_plain(unrated)
    assert (plain["headline"], as_plain(results)["headline"]) == ("ndcg@20", "ndcg@20_liked")
    assert plain["best_baseline"]["ndcg@20"] == "ease"
    text = as_text(plain)
    assert "over all held-out books, as none was liked" in text
    assert "over liked books" not in text
    assert "over liked books, with 95 %" not in as_html(plain)


def test_calibrated_points_lie_on_the_diagonal():
    chart = calibration_chart("t", {"a": [(0.01, 0.01), (0.1, 0.1), (0.5, 0.5)]})
    x, y = (np.array(numbers(chart, "circle", f"c{axis}")[:3]) for axis in "xy")
    slope = np.diff(y) / np.diff(x)
    assert slope[0] == pytest.approx(slope[1], abs=0.01)
    assert slope[0] < 0


def test_the_curve_of_list_weights_has_a_path_for_each_weight(page):
    (chart,) = [
        svg for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL) if "List weights" in svg
    ]
    texts = [text.text for text in ElementTree.fromstring(chart).iter() if text.text]
    assert [name for name in texts if name in {"liking", "popularity", "exposure cap"}] == [
        "liking",
        "popularity",
        "exposure cap",
    ]


def test_the_curve_of_diversity_has_the_slider_and_the_limits_of_an_author(page):
    (chart,) = [svg for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL) if "Diversity:" in svg]
    texts = [text.text for text in ElementTree.fromstring(chart).iter() if text.text]
    assert [name for name in texts if name in {"slider", "limit of an author"}] == [
        "slider",
        "limit of an author",
    ]
