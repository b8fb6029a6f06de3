"""``bookrec data sample``: write sample data."""

from __future__ import annotations

from pathlib import Path

import click

from bookrec.offline.data.sample.export import Layout, write_sample


@click.command("sample")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--readers",
    type=click.IntRange(min=1),
    default=1500,
    show_default=True,
    help="Number of readers.",
)
@click.option(
    "--books",
    type=click.IntRange(min=1),
    help="Number of books, the best known ones (default: the whole catalogue).",
)
@click.option(
    "--interactions",
    type=click.IntRange(min=1),
    help="Number of interactions before noise (default: 20 per reader).",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Seed of the generator; the same seed writes the same files.",
)
@click.option(
    "--layout",
    type=click.Choice(["2020s", "2005"]),
    default="2020s",
    show_default=True,
    help="Layout of the Book-Crossing files: of the 2020s or of 2005.",
)
def sample(
    directory: Path,
    readers: int,
    books: int | None,
    interactions: int | None,
    seed: int,
    layout: Layout,
) -> None:
    """Write sample data into the new directory DIR.

    The files are Book-Crossing CSVs with real books and invented readers. Each reader has known
    preferences; the files have the kinds of noise that real files have.

    \b
    Example:
      bookrec data sample /tmp/sample
      bookrec data import /tmp/sample
    """
    rows = write_sample(
        directory,
        n_readers=readers,
        n_books=books,
        n_interactions=interactions,
        seed=seed,
        layout=layout,
    )
    listed = ", ".join(f"{name} ({count:,} rows)" for name, count in rows.items())
    click.echo(f"Wrote sample data into {directory}: {listed}.")
    click.echo(f"Next: bookrec data import {directory}")
