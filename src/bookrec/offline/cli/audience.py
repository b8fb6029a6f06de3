"""``bookrec audience``: the readers most likely to want a book."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bookrec.files import write_atomically
from bookrec.settings import Home
from bookrec.snapshot import current_snapshot

if TYPE_CHECKING:
    from bookrec.offline.scoring.lists.audience import Offer


@click.command()
@click.argument("isbn")
@click.option(
    "--top", type=click.IntRange(1), default=1000, show_default=True, help="Number of readers."
)
@click.option(
    "--format",
    "layout",
    type=click.Choice(["csv", "json"]),
    default="csv",
    show_default=True,
    help="Format of the list.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write (default: the terminal).",
)
@click.option(
    "--workers", type=click.IntRange(0), help="Number of processes (default: one per core)."
)
@click.pass_obj
def audience(
    home: Home, isbn: str, top: int, layout: str, output: Path | None, workers: int | None
) -> None:
    """List the readers most likely to want a book, best first.

    Scores the book for every reader of the published snapshot, except readers who have an edition of it
    and readers without history and age.

    \b
    Example:
      bookrec audience 0440234743 --top 500 --output letters.csv
    """
    from bookrec.offline.engines.engine import make_engine
    from bookrec.offline.scoring.lists.audience import audience as find

    offers = find(current_snapshot(home.snapshots), isbn, top, make_engine("processes", workers))
    text = as_csv(offers) if layout == "csv" else as_json(offers)
    if output is None:
        click.echo(text, nl=False)
    else:
        write_atomically(output, text.encode())
        click.echo(f"{len(offers):,} readers written to {output}")


def as_csv(offers: list[Offer]) -> str:
    """Format offers as CSV: a header, then a line per reader; an unknown age is empty."""
    from bookrec.offline.scoring.lists.audience import Offer as Row

    names = [column.name for column in fields(Row)]
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(offer) for offer in offers)
    return buffer.getvalue()


def as_json(offers: list[Offer]) -> str:
    """Format offers as a JSON list, an object per line."""
    rows = [asdict(offer) for offer in offers]
    return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n"
