"""``bookrec data``: write sample data, import raw data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bookrec.json_types import JsonObject
from bookrec.offline.cli.sample import sample
from bookrec.offline.data.sources.registry import LAYOUTS
from bookrec.settings import Home

if TYPE_CHECKING:
    from bookrec.offline.data.dataset import Dataset
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
@click.argument("source", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "layout",
    type=click.Choice(["auto", *LAYOUTS]),
    default="auto",
    show_default=True,
    help="Layout of the files; auto detects it by their names.",
)
@click.pass_obj
def import_command(home: Home, source: Path, layout: str) -> None:
    """Clean raw files into a data set and make it the current one.

    SOURCE is a directory, or a zip of one, with the files of Book-Crossing (Users.csv, Books.csv,
    Ratings.csv, or the BX-*.csv of 2005), goodbooks-10k (books.csv, ratings.csv) or MovieLens-100K
    (u.user, u.item, u.data). Each file may be compressed (.xz, .gz, .bz2, .zip). The cleaning rules
    are in docs/data-cleaning.md.

    Editions of one book become one work. A file works.csv in the home directory corrects that: lines
    of isbn,relation,other_isbn, the relation being 'same' or 'different' (docs/works.md).

    \b
    Example:
      bookrec data import ~/book-crossing
      bookrec data import --format movielens-100k ml-100k.zip
    """
    from bookrec.offline.data.import_data import import_data

    result = import_data(home, source, layout, progress=lambda stage: click.echo(stage, err=True))
    for name, account in result.dataset.manifest["files"].items():
        _print_account(name, account)
    _print_works(home, result.corrected)
    _print_summary(home, result.dataset)


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
