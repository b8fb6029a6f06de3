"""``bookrec shop promotions``: the shop's own picks."""

from __future__ import annotations

import click

from bookrec.cli.owner.site_data import site_data
from bookrec.errors import ShopError
from bookrec.settings import Home
from bookrec.shop.connections import in_transaction
from bookrec.shop.owner.promotions import end_promotion, promote, read_promotions


@click.group()
def promotions() -> None:
    """Promote books on the home page, marked as such; list and end promotions.

    \b
    Example:
      bookrec shop promotions add 0141439580
    """


@promotions.command("list")
@click.pass_obj
def list_(home: Home) -> None:
    """List the promoted books, the latest first.

    \b
    Example:
      bookrec shop promotions list
    """
    from bookrec.web.store.catalogue import books_by_isbn

    with site_data(home) as data:
        isbns = read_promotions(data.connection)
        books = books_by_isbn(data.snapshot, isbns)
    for isbn in isbns:
        click.echo(f"{isbn}  {books[isbn].title if isbn in books else '(not in the catalogue)'}")
    if not isbns:
        click.echo("No book is promoted.", err=True)


@promotions.command()
@click.argument("isbn")
@click.pass_obj
def add(home: Home, isbn: str) -> None:
    """Promote a book: it stands among the shop's own picks on the home page.

    No reader who has or dismissed it sees it there.

    \b
    Example:
      bookrec shop promotions add 0141439580
    """
    with site_data(home) as data:
        book = data.book(isbn)
        in_transaction(data.connection, lambda c: promote(c, book.isbn))
    click.echo(f"{book.isbn} is promoted: {book.title}.")


@promotions.command()
@click.argument("isbn")
@click.pass_obj
def end(home: Home, isbn: str) -> None:
    """Promote a book no longer.

    \b
    Example:
      bookrec shop promotions end 0141439580
    """
    with site_data(home) as data:
        book = data.book(isbn)
        if not in_transaction(data.connection, lambda c: end_promotion(c, book.isbn)):
            raise ShopError(f"{book.isbn} is not promoted; see 'bookrec shop promotions list'.")
    click.echo(f"{book.isbn} is promoted no longer.")
