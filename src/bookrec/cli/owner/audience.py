"""``bookrec shop audience``: the page of a book's audience as a command."""

from __future__ import annotations

from pathlib import Path

import click

from bookrec.cli.owner.site_data import SiteData, site_data
from bookrec.errors import SnapshotError
from bookrec.files import write_atomically
from bookrec.settings import Home, templates_directory
from bookrec.shop.selling.offers import read_offer
from bookrec.shop.selling.shop_settings import read_settings


@click.command()
@click.argument("isbn")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="CSV file to write (default: the terminal).",
)
@click.option("--draft", is_flag=True, help="Print a message about the book, in each language.")
@click.pass_obj
def audience(home: Home, isbn: str, output: Path | None, draft: bool) -> None:
    """Write a book's audience with e-mail addresses as CSV, or the draft of a message to it.

    Readers who left no address are named by their id only. Nothing is sent. 'bookrec audience' scores
    every reader; this command those who are near, as the owner's page does.

    \b
    Example:
      bookrec shop audience 0141439580 --output readers.csv
      bookrec shop audience 0141439580 --draft
    """
    with site_data(home) as data:
        text = _draft(data, isbn) if draft else _csv(data, isbn)
    if output is None:
        click.echo(text, nl=False)
    else:
        write_atomically(output, text.encode())
        click.echo(f"Written to {output}.")


def _csv(data: SiteData, isbn: str) -> str:
    from bookrec.inference.recommender import Recommender
    from bookrec.web.owner.audience import (
        audience_csv,
        find_audience,
        readers_to_leave_out,
        with_addresses,
    )

    book = data.book(isbn)
    if not data.snapshot.has_model:
        raise SnapshotError(
            f"The snapshot {data.snapshot.snapshot_id} has no model; run 'bookrec train' and "
            "'bookrec score' first."
        )
    recommender = Recommender.load(data.snapshot.ranker_directory)
    out = readers_to_leave_out(data.connection, book)
    members = find_audience(data.snapshot, recommender, book, out)
    return audience_csv(with_addresses(data.connection, members))


def _draft(data: SiteData, isbn: str) -> str:
    from bookrec.web.kit.rendering import Renderer
    from bookrec.web.owner.draft import draft_messages
    from bookrec.web.store.catalogue import description

    book, settings = data.book(isbn), read_settings(data.connection)
    messages = draft_messages(
        Renderer(templates_directory()),
        settings,
        book,
        description(data.snapshot, book),
        read_offer(data.connection, book.isbn, settings.currency),
    )
    return "\n".join(f"[{m.language}] {m.subject}\n\n{m.body}" for m in messages)
