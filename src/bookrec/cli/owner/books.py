"""``bookrec shop books``: correct a book, add one, take that back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

from bookrec.cli.owner.site_data import site_data
from bookrec.errors import ShopError
from bookrec.settings import Home
from bookrec.shop.connections import in_transaction, opened
from bookrec.shop.owner.corrections import (
    FIELDS,
    new_book_id,
    read_corrections,
    remove_correction,
)

Command = TypeVar("Command", bound=Callable[..., object])


def _fields(command: Command) -> Command:
    """Add an option for each field of a book, and for price and stock."""
    for name in reversed((*FIELDS, "price", "stock")):
        option = f"--{name.replace('_', '-')}"
        help_text = "Copies in stock." if name == "stock" else f"The {name.replace('_', ' ')}."
        command = click.option(option, name, help=help_text)(command)
    return command


@click.group()
def books() -> None:
    """Correct a book, add one that the catalogue lacks, take that back.

    \b
    Example:
      bookrec shop books correct 0141439580 --title Emma --year 1815
      bookrec shop books add 9786041234567 --title "Đất rừng phương Nam" --author "Đoàn Giỏi"
    """


@books.command("list")
@click.pass_obj
def list_(home: Home) -> None:
    """List the corrected and added books with what is said of them.

    \b
    Example:
      bookrec shop books list
    """
    with opened(home.shop_database) as connection:
        corrections = read_corrections(connection)
    for correction in corrections.values():
        stated = ", ".join(
            f"{name} = {value!r}"
            for name in FIELDS
            if (value := getattr(correction, name)) is not None
        )
        click.echo(f"{correction.isbn}  {'added' if correction.added else 'corrected'}: {stated}")
    if not corrections:
        click.echo("No book is corrected or added.", err=True)


@books.command()
@click.argument("isbn")
@_fields
@click.pass_obj
def correct(home: Home, /, isbn: str, **values: str | None) -> None:
    """Correct fields of a book; an empty text means unknown. Fields that are not named stay.

    Readers see it at once; search and recommendations after the next nightly job.

    \b
    Example:
      bookrec shop books correct 0141439580 --title Emma --year 1815
      bookrec shop books correct 0141439580 --price 85000 --stock 3
    """
    from bookrec.web.owner.edit_book import change_book

    with site_data(home) as data:
        book = data.book(isbn)
        typed = {name: value for name, value in values.items() if value is not None}
        if not typed:
            raise click.UsageError("Name at least one field, such as --title.")
        in_transaction(data.connection, lambda c: change_book(c, data.snapshot, book.isbn, typed))
    click.echo(f"{book.isbn} is corrected.")


@books.command()
@click.argument("isbn")
@_fields
@click.pass_obj
def add(home: Home, /, isbn: str, **values: str | None) -> None:
    """Add a book that the catalogue lacks; ISBN may be a code of your own.

    Readers find it at once; it is recommended after the next nightly job, once readers know it.

    \b
    Example:
      bookrec shop books add 9786041234567 --title "Đất rừng phương Nam" --author "Đoàn Giỏi"
    """
    from bookrec.web.owner.edit_book import correction_of, store_book
    from bookrec.web.store.catalogue import find_book

    book_id = new_book_id(isbn)
    typed = {name: value or "" for name, value in values.items()}
    with site_data(home) as data:
        if find_book(data.snapshot, book_id) is not None:
            raise ShopError(
                f"The catalogue has {book_id} already; see 'bookrec shop books correct --help'."
            )
        correction = correction_of(book_id, typed, {}, added=True)
        in_transaction(
            data.connection,
            lambda c: store_book(c, correction, typed["price"], typed["stock"]),
        )
    click.echo(f"{book_id} is in the shop.")


@books.command()
@click.argument("isbn")
@click.pass_obj
def restore(home: Home, isbn: str) -> None:
    """Take back the correction of a book, or an added book.

    \b
    Example:
      bookrec shop books restore 0141439580
    """
    with opened(home.shop_database) as connection:
        book_id = new_book_id(isbn)
        if not in_transaction(connection, lambda c: remove_correction(c, book_id)):
            raise ShopError(
                f"{book_id} is neither corrected nor added; see 'bookrec shop books list'."
            )
    click.echo(f"{book_id} is again as the catalogue has it.")
