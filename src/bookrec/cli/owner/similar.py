"""``bookrec shop similar``: neighbours of a book, by the model or by cosine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from bookrec.cli.owner.site_data import site_data
from bookrec.errors import SnapshotError
from bookrec.settings import Home

if TYPE_CHECKING:
    from bookrec.web.store.catalogue import CatalogueBook, ListedBook
    from bookrec.web.store.snapshot_reader import Snapshot

_WAYS: Final = ("model", "cosine")


@click.command()
@click.argument("isbn")
@click.option(
    "--by",
    type=click.Choice(_WAYS),
    default="model",
    show_default=True,
    help="model = the similar books of the site; cosine = readers who liked both, counted.",
)
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@click.pass_obj
def similar(home: Home, isbn: str, by: str, limit: int) -> None:
    """Show the books most similar to one in the published snapshot, with their scores.

    \b
    Example:
      bookrec shop similar 0441172717 --by cosine
    """
    with site_data(home) as data:
        snapshot = data.snapshot
        if by == "cosine" and not snapshot.cosine_top:
            raise SnapshotError(
                f"The snapshot {snapshot.snapshot_id} has no table cosine_top; run 'bookrec score' "
                "to publish one that has."
            )
        book = data.book(isbn)
        rows = _neighbours(snapshot, book, by, limit)
    click.echo(f"{book.title} ({book.isbn})")
    if not rows:
        click.echo("It has no neighbours: too few readers liked it.")
    for row in rows:
        click.echo(f"{row.score:6.3f}  {row.book.isbn:13}  {row.book.title} / {row.book.author}")


def _neighbours(snapshot: Snapshot, book: CatalogueBook, by: str, limit: int) -> list[ListedBook]:
    from bookrec.web.store.catalogue import cosine_neighbours, similar_books

    if by == "cosine":
        return cosine_neighbours(snapshot, [book.isbn], limit)[book.isbn]
    return similar_books(snapshot, book, limit)[1]
