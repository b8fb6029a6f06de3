"""Tables of a report, as titles, columns and rows, which text and HTML print."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bookrec.json_types import JsonObject
from bookrec.offline.evaluation.measure.figures import FACTORISED_CUTS, stratum_metric
from bookrec.offline.evaluation.measure.measurement import (
    HEADLINE,
    OVER_ALL,
    PROPENSITY,
    PROPENSITY_POOLED,
)
from bookrec.offline.metrics import shelf_figures as shelf
from bookrec.offline.metrics.propensity import STRATA

Cell = str | float | None
Table = tuple[str, list[str], list[list[Cell]]]
"""Title, column names, rows; the first column names the row."""

_THEMES: Final = {
    "Lists over liked books (rated at least 7), mean over readers": (
        HEADLINE,
        "recall@20_liked",
        "hit_rate@20_liked",
    ),
    "Lists over all held-out books, mean over readers": (
        OVER_ALL,
        "recall@20",
        "precision@20",
        "hit_rate@20",
        "mrr@20",
        "map@20",
    ),
    "Taste: how the first twenty are rated": (
        shelf.BADLY_RATED,
        shelf.MEAN_RATING,
        shelf.DISLIKED_HITS,
        shelf.DISLIKED_RATED_HITS,
    ),
    "Crowd: the first twenty of everyone": (
        shelf.COMMONEST,
        shelf.COMMONEST_FIRST,
        shelf.DISTINCT,
        "gini@20",
        "coverage@50",
        "novelty@20",
        "diversity@20",
    ),
    "NDCG@20 corrected for popularity: by inverse propensity, and by stratum of the held-out books": (
        PROPENSITY,
        PROPENSITY_POOLED,
        *(stratum_metric(stratum) for stratum in STRATA),
    ),
    "Discovery: books by authors new to the reader": (
        shelf.NEW_PLACES,
        shelf.NEW_HITS,
        shelf.NEW_PLACES + shelf.OF_MANY,
        shelf.NEW_HITS + shelf.OF_MANY,
    ),
    "Telling read from unread": (
        "auc, uniform",
        "auc, popularity-matched",
        "log-loss, uniform",
        "log-loss, popularity-matched",
    ),
}
"""Title of each table of metrics → its columns."""


def tables(plain: JsonObject) -> list[Table]:
    """List the tables of a report (see `as_plain`) that have rows."""
    all_tables = [
        _headline(plain),
        *(_of_metrics(plain, title, metrics) for title, metrics in _THEMES.items()),
        *(
            _of_metrics(
                plain,
                f"Factorised top-k, seen {seen}",
                [f"top-{cut}, seen {seen}" for cut in FACTORISED_CUTS],
            )
            for seen in ("kept", "removed")
        ),
        tuned(plain),
        _of_rows("New readers: NDCG@20 by interactions folded in", plain["new_readers"]),
        _of_rows(
            "Similar books: co-readings found, overlap with the most co-liked, bestsellers' share",
            plain["neighbourhoods"],
        ),
        _of_rows(
            "Predicted ratings; gain in Pearson over the book's mean", plain["rating_prediction"]
        ),
        _of_rows("Explicit among interactions", plain["explicit_among_interactions"]),
    ]
    return [table for table in all_tables if table[2]]


def _headline(plain: JsonObject) -> Table:
    headline = plain["headline"]
    others = [metric for metric in (OVER_ALL, PROPENSITY) if metric != headline]
    rows: list[list[Cell]] = []
    for name, scorer in plain["scorers"].items():
        interval = scorer["intervals"].get(headline)
        against = scorer["against_best_baseline"].get(headline)
        row: list[Cell] = [
            name,
            scorer["metrics"][headline],
            f"{interval['low']:.4f}–{interval['high']:.4f}" if interval else None,
            _beside_best(plain, name, headline),
            against["p_adjusted"] if against else None,
        ]
        for metric in others:
            row += [scorer["metrics"].get(metric), _beside_best(plain, name, metric)]
        rows.append(row)
    titles = {OVER_ALL: "all", PROPENSITY: "by propensity"}
    columns = ["NDCG@20", "95 % interval", "× best baseline", "p (Holm)"]
    for metric in others:
        columns += [titles[metric], f"× best, {titles[metric]}"]
    relevant = "liked books" if headline == HEADLINE else "all held-out books, as none was liked"
    title = f"NDCG@20 over {relevant}: mean over readers, whole catalogue, seen removed"
    return title, columns, rows


def _beside_best(plain: JsonObject, name: str, metric: str) -> str | None:
    """The ratio to the baseline that is best by a metric, or that this scorer is the best."""
    if name == plain["best_baseline"].get(metric):
        return "best baseline"
    return ratio_text(plain["scorers"][name]["against_best_baseline"].get(metric))


def ratio_text(comparison: JsonObject | None) -> str | None:
    """Write the ratio of a comparison with its interval; None where there is none."""
    if comparison is None or comparison["ratio"]["value"] is None:
        return None
    ratio = comparison["ratio"]
    if ratio["low"] is None:
        return f"{ratio['value']:.3f}"
    return f"{ratio['value']:.3f} ({ratio['low']:.2f}–{ratio['high']:.2f})"


def _of_metrics(plain: JsonObject, title: str, metrics: Sequence[str]) -> Table:
    """A row for each scorer; without the metrics, and without the rows, that have no figure."""
    figures = {name: scorer["metrics"] for name, scorer in plain["scorers"].items()}
    shown = [
        metric for metric in metrics if any(row.get(metric) is not None for row in figures.values())
    ]
    rows: list[list[Cell]] = [
        [name, *(row.get(metric) for metric in shown)] for name, row in figures.items()
    ]
    return title, shown, rows if shown else []


def _of_rows(title: str, rows: dict[str, dict[str, float]]) -> Table:
    columns = list(dict.fromkeys(key for row in rows.values() for key in row))
    filled: list[list[Cell]] = [
        [name, *(row.get(column) for column in columns)] for name, row in rows.items() if row
    ]
    return title, columns, filled


def tuned(plain: JsonObject) -> Table:
    """Table of the settings that were chosen on the validation part."""
    rows: list[list[Cell]] = []
    for name, tunings in plain["tuning"].items():
        for tuning in tunings:
            settings = ", ".join(
                f"{key} {value:g}" if not isinstance(value, str) else f"{key} {value}"
                for key, value in tuning["best"].items()
            )
            rows.append(
                [
                    name,
                    settings or "nothing to tune",
                    tuning["ndcg"],
                    f"{len(tuning['trials'])}",
                    f"{tuning['seconds']:.0f} s" + ("" if tuning["complete"] else ", time was up"),
                ]
            )
    title = "Settings chosen on the validation part"
    return title, ["settings", "NDCG@20 there", "trials", "time"], rows
