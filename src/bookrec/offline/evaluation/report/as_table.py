"""An evaluation as text tables, for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bookrec.json_types import JsonObject
from bookrec.offline.evaluation.report.tables import Cell, Table, tables


def cell_text(cell: Cell) -> str:
    """Format a cell, as both reports print it."""
    if cell is None:
        return "–"
    if isinstance(cell, str):
        return cell
    if abs(cell) >= 10 and cell == round(cell):  # a count
        return f"{cell:,.0f}"
    return f"{cell:.4f}" if abs(cell) >= 1e-4 or cell == 0 else f"{cell:.1e}"


def as_text(plain: JsonObject) -> str:
    """Write all tables, aligned, with a summary above and the citation below."""
    about = plain["about"]
    return "\n\n".join([summary(about), *aligned(tables(plain)), about["citation"]])


def aligned(all_tables: Iterable[Table]) -> Iterator[str]:
    """Write tables with aligned columns, each with its title."""
    for title, columns, rows in all_tables:
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
        yield "\n".join([title, head, *lines])


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
