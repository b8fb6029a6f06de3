"""An evaluation as text tables, for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bookrec.json_types import JsonObject
from bookrec.offline.evaluation.measure.measure import FACTORISED_CUTS, HEADLINE

Cell = str | float | None
Table = tuple[str, list[str], list[list[Cell]]]
"""Title, column names, rows; the first column names the row."""

_LISTS: Final = (
    "ndcg@20",
    "recall@20",
    "ndcg@20_liked",
    "recall@20_liked",
    "precision@20",
    "hit_rate@20",
    "mrr@20",
    "map@20",
)
_CATALOGUE: Final = (
    "auc, uniform",
    "auc, popularity-matched",
    "log-loss, uniform",
    "log-loss, popularity-matched",
    "coverage@50",
    "gini@20",
    "novelty@20",
    "diversity@20",
)


def tables(plain: JsonObject) -> list[Table]:
    """List the tables of a report (see `as_plain`) that have rows."""
    all_tables = [
        _headline(plain),
        _of_metrics(plain, "Lists, mean over readers", _LISTS),
        _of_metrics(plain, "Telling read from unread, and the lists of everyone", _CATALOGUE),
        *(
            _of_metrics(
                plain,
                f"Factorised top-k, seen {seen}",
                [f"top-{cut}, seen {seen}" for cut in FACTORISED_CUTS],
            )
            for seen in ("kept", "removed")
        ),
        _tuned(plain),
        _of_rows("New readers: NDCG@20 by interactions folded in", plain["new_readers"]),
        _of_rows("Similar books: share of co-readings found", plain["neighbourhoods"]),
        _of_rows(
            "Predicted ratings; gain in Pearson over the book's mean", plain["rating_prediction"]
        ),
        _of_rows("Explicit among interactions", plain["explicit_among_interactions"]),
    ]
    return [table for table in all_tables if table[2]]


def _headline(plain: JsonObject) -> Table:
    best = plain["best_baseline"][HEADLINE]
    rows: list[list[Cell]] = []
    for name, scorer in plain["scorers"].items():
        interval = scorer["intervals"].get(HEADLINE)
        against = scorer["against_best_baseline"].get(HEADLINE)
        liked = scorer["against_best_baseline"].get(f"{HEADLINE}_liked")
        rows.append(
            [
                name,
                scorer["metrics"][HEADLINE],
                f"{interval['low']:.4f}–{interval['high']:.4f}" if interval else None,
                _ratio(against) if name != best else "best baseline",
                against["p_adjusted"] if against else None,
                scorer["metrics"].get(f"{HEADLINE}_liked"),
                _ratio(liked),
            ]
        )
    columns = [
        "NDCG@20",
        "95 % interval",
        "× best baseline",
        "p (Holm)",
        "liked",
        "× best, liked",
    ]
    return "NDCG@20: mean over readers, whole catalogue, seen removed", columns, rows


def _ratio(comparison: JsonObject | None) -> str | None:
    if comparison is None or comparison["ratio"]["value"] is None:
        return None
    ratio = comparison["ratio"]
    if ratio["low"] is None:
        return f"{ratio['value']:.3f}"
    return f"{ratio['value']:.3f} ({ratio['low']:.2f}–{ratio['high']:.2f})"


def _of_metrics(plain: JsonObject, title: str, metrics: Sequence[str]) -> Table:
    rows: list[list[Cell]] = [
        [name, *(scorer["metrics"].get(metric) for metric in metrics)]
        for name, scorer in plain["scorers"].items()
    ]
    return title, list(metrics), rows


def _of_rows(title: str, rows: dict[str, dict[str, float]]) -> Table:
    columns = list(dict.fromkeys(key for row in rows.values() for key in row))
    filled: list[list[Cell]] = [
        [name, *(row.get(column) for column in columns)] for name, row in rows.items() if row
    ]
    return title, columns, filled


def _tuned(plain: JsonObject) -> Table:
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


def cell_text(cell: Cell) -> str:
    """Format a cell, as both reports print it."""
    if cell is None:
        return "–"
    if isinstance(cell, str):
        return cell
    return f"{cell:.4f}" if abs(cell) >= 1e-4 or cell == 0 else f"{cell:.1e}"


def as_text(plain: JsonObject) -> str:
    """Write all tables, aligned, with a summary above and the citation below."""
    about = plain["about"]
    parts = [summary(about)]
    for title, columns, rows in tables(plain):
        texts = [[cell_text(cell) for cell in row] for row in rows]
        widths = [max(len(row[place]) for row in texts) for place in range(len(columns) + 1)]
        widths[1:] = [max(w, len(c)) for w, c in zip(widths[1:], columns, strict=True)]
        head = "  ".join(
            [" " * widths[0], *(f"{c:>{w}}" for c, w in zip(columns, widths[1:], strict=True))]
        )
        lines = [
            "  ".join(
                [f"{row[0]:{widths[0]}}"]
                + [f"{text:>{width}}" for text, width in zip(row[1:], widths[1:], strict=True)]
            )
            for row in texts
        ]
        parts.append("\n".join([title, head, *lines]))
    parts.append(about["citation"])
    return "\n\n".join(parts)


def summary(about: JsonObject) -> str:
    """Summarise the evaluation in a sentence or two."""
    splits = about["splits"]
    held = sum(split["test"] for split in splits)
    settings = about["settings"]
    text = (
        f"Data set {about['dataset_id']}: {about['interactions']:,} interactions, split "
        f"'{settings['split']}', seed {settings['seed']}: {held:,} held out"
        + (f" in {len(splits)} folds." if len(splits) > 1 else ".")
    )
    if not about["finished"]:
        text += " Not finished: what is known so far."
    if settings["quick"]:
        text += " Quick: few readers and a shortened training; no figures to quote."
    return text
