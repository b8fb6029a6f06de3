"""``bookrec shop prices``: prices and stock from the operator's file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from bookrec.cli.selling.money import shown_amount, shown_stock
from bookrec.settings import Home

if TYPE_CHECKING:
    from bookrec.offline.data.prices.import_prices import PriceImport

_MARKS: Final = {"point": ".", "comma": ","}
_MOST_NAMED: Final = 20


@click.group()
def prices() -> None:
    """Import prices and stock.

    \b
    Example:
      bookrec shop prices import prices.csv
    """


@prices.command("import")
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option(
    "--mapping",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File that says which column is what (docs/importing.md).",
)
@click.option(
    "--decimal",
    type=click.Choice(list(_MARKS)),
    help="Mark before decimals, where the prices do not show it.",
)
@click.option("--dry-run", is_flag=True, help="Show what would change; store nothing.")
@click.pass_obj
def import_(
    home: Home, files: tuple[Path, ...], mapping: Path | None, decimal: str | None, dry_run: bool
) -> None:
    """Store the prices and stock of files; the site shows them at once.

    Any table will do that 'data import' reads: columns with ids of books, and prices or stock or both,
    by English or Vietnamese names. A blank cell leaves what is known; books that the files do not name
    keep their offers. All of it is stored, or nothing.

    \b
    Example:
      bookrec shop prices import prices.csv
      bookrec shop prices import stock.xlsx --dry-run
    """
    from bookrec.offline.data.prices.import_prices import import_prices

    mark = _MARKS[decimal] if decimal else ""
    result = import_prices(home, files, mapping, mark, dry_run=dry_run)
    for line in report_lines(result):
        click.echo(line)
    if dry_run:
        click.echo("Nothing was stored (--dry-run).")


def report_lines(result: PriceImport) -> list[str]:
    """Return the lines of the report on an import."""
    read, changes = result.read, result.changes
    lines = [
        f"Rows read {read.rows_read:,}: {len(read.offers):,} books with a price or stock.",
        f"Offers added {changes.added:,}, changed {changes.changed:,}, "
        f"as before {changes.unchanged:,}.",
    ]
    if read.unknown:
        named = ", ".join(read.unknown[:_MOST_NAMED])
        if len(read.unknown) > _MOST_NAMED:
            named += f" and {len(read.unknown) - _MOST_NAMED:,} more"
        lines.append(
            f"Not in the catalogue: {len(read.unknown):,} ({named})."
            " Their offers are kept for the day they are."
        )
    for title, counts in (("Left out", read.rejected), ("Repaired", read.repaired)):
        for reason, count in counts.most_common():
            lines.append(f"{title}, {reason}: {count:,} rows")
            lines += [f"  {place}" for place in read.examples.get(reason, [])]
    if changes.examples:
        lines.append("Changes, the first:")
    for before, after in changes.examples:
        price, stock = shown_amount(after.price, after.currency), shown_stock(after.stock)
        if before is not None:
            price = f"{shown_amount(before.price, before.currency)} -> {price}"
            stock = f"{shown_stock(before.stock)} -> {stock}"
        lines.append(f"  {after.isbn}  {price}  stock {stock}")
    return lines
