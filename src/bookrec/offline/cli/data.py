"""``bookrec data``: write sample data, import raw data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bookrec.json_types import JsonObject
from bookrec.offline.cli.sample import sample
from bookrec.offline.data.mapping.known_names import known_names
from bookrec.settings import Home

if TYPE_CHECKING:
    from bookrec.offline.data.dataset import Dataset
    from bookrec.offline.data.import_data import Import
    from bookrec.offline.data.works.corrections import CorrectedWorks

_MOST_NAMED = 20
"""Unknown ISBNs that the import names."""


@click.group()
def data() -> None:
    """Write sample data; import raw data.

    \b
    Example:
      bookrec data import ~/book-crossing
    """


data.add_command(sample)


@data.command("import")
@click.argument("sources", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option(
    "--format",
    "layout",
    type=click.Choice(["auto", *known_names()]),
    default="auto",
    show_default=True,
    help="Well-known source that it has to be; auto tells it by the content.",
)
@click.option(
    "--mapping",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File that says which table and column is what (docs/importing.md).",
)
@click.option(
    "--write-mapping",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File for the drafted mapping (default: only if something is to decide).",
)
@click.option(
    "--accept-loss", is_flag=True, help="Import even if more than 5 % of a file would be lost."
)
@click.option(
    "--add", is_flag=True, help="Add to the current data set: new orders, ratings, books, prices."
)
@click.pass_obj
def import_command(
    home: Home,
    sources: tuple[Path, ...],
    layout: str,
    mapping: Path | None,
    write_mapping: Path | None,
    accept_loss: bool,
    add: bool,
) -> None:
    """Clean a shop's tables into a data set and make it the current one.

    SOURCES are directories, zips or files: CSV and other texts, Excel, JSON lines, Parquet, SQLite.
    Columns are recognised by their names, English or Vietnamese, and by their values. Where something
    is unclear, nothing is imported: a drafted mapping is written that says what to decide
    (docs/importing.md). The cleaning rules are in docs/data-cleaning.md.

    Editions of one book become one work. A file works.csv in the home directory corrects that: lines
    of isbn,relation,other_isbn, the relation being 'same' or 'different' (docs/works.md).

    \b
    Example:
      bookrec data import ~/shop
      bookrec data import orders.xlsx books.csv --write-mapping shop.toml
      bookrec data import orders.xlsx books.csv --mapping shop.toml
      bookrec data import ~/book-crossing --accept-loss
      bookrec data import --add orders-2026-11-26.csv
    """
    from bookrec.offline.data.additions.add_data import add_data
    from bookrec.offline.data.import_data import ImportOptions, import_data
    from bookrec.offline.data.read_source import Undecided

    options = ImportOptions(layout, mapping, write_mapping, accept_loss)
    try:
        importing = add_data if add else import_data
        result = importing(home, sources, options, _progress, lambda r: _print_import(home, r))
    except Undecided as undecided:
        click.echo("\n".join(undecided.lines))
        raise
    if result is None:
        click.echo("Nothing new: every table was imported before.")
        return
    _print_summary(home, result.dataset)


def _progress(stage: str) -> None:
    click.echo(stage, err=True)


def _print_import(home: Home, result: Import) -> None:
    """Print what was read, what is lost, and how the data set differs from the current one."""
    from bookrec.offline.data.assembly.compare_datasets import comparison_lines
    from bookrec.offline.data.assembly.loss import example_lines
    from bookrec.offline.data.dataset import current_manifest

    for line in (*result.lines, *result.notes):
        click.echo(line)
    for name, account in result.dataset.manifest["files"].items():
        _print_account(name, account)
    for line in example_lines(result.rejected):
        click.echo(line)
    _print_works(home, result.corrected)
    if (current := current_manifest(home)) is not None:
        for line in comparison_lines(current, result.dataset.manifest):
            click.echo(line)


def _print_account(name: str, account: JsonObject) -> None:
    """Print the rows of a file: read = kept + rejected by reason; and repaired by rule."""
    rejected: dict[str, int] = account["rejected"]
    read, kept = account["rows_read"], account["rows_kept"]
    click.echo(f"{name}: {read:,} rows read = {kept:,} kept + {sum(rejected.values()):,} rejected")
    for reason, rows in sorted(rejected.items(), key=lambda item: -item[1]):
        click.echo(f"    rejected  {rows:>10,}  {reason}")
    for rule, rows in sorted(account["repaired"].items(), key=lambda item: -item[1]):
        click.echo(f"    repaired  {rows:>10,}  {rule}")


def _print_works(home: Home, corrected: CorrectedWorks) -> None:
    """Print the number of works, and which lines of the corrections were of use."""
    works = corrected.works
    click.echo(f"{len(works):,} books are editions of {len(set(works)):,} works.")
    if corrected.n_applied:
        click.echo(f"{home.work_corrections}: {corrected.n_applied:,} corrections applied.")
    if unknown := corrected.unknown_isbns:
        named = ", ".join(unknown[:_MOST_NAMED]) + (", ..." if len(unknown) > _MOST_NAMED else "")
        click.echo(
            f"{home.work_corrections}: {len(unknown):,} ISBNs are not in the catalogue, their lines "
            f"change nothing: {named}"
        )


def _print_summary(home: Home, dataset: Dataset) -> None:
    interactions = dataset.interactions
    active = interactions["reader_idx"].nunique()
    click.echo(
        f"Data set {dataset.dataset_id} is current: {dataset.n_readers:,} readers ({active:,} with "
        f"an interaction), {dataset.n_books:,} books, {len(interactions):,} interactions."
    )
    click.echo(f"Rejected rows: {home.datasets / dataset.dataset_id / 'rejected.csv.gz'}")
    click.echo("Next: bookrec train")
