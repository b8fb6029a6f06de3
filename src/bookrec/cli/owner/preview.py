"""``bookrec shop preview``: the home page of any reader, or of a new one, as lists."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from bookrec.errors import ShopError
from bookrec.settings import Home, templates_directory

if TYPE_CHECKING:
    from bookrec.web.recommendations.reader_home import ReaderHome


@click.command()
@click.option("--reader", default="", help="Username or id of a reader.")
@click.option("--like", "liked", multiple=True, help="Book that a new reader likes: title or ISBN.")
@click.option("--age", type=click.IntRange(5, 100), help="Age of the new reader.")
@click.pass_obj
def preview(home: Home, reader: str, liked: tuple[str, ...], age: int | None) -> None:
    """Show somebody's home page, made by the site's own steps. Nothing is stored or counted.

    \b
    Example:
      bookrec shop preview --reader 276725
      bookrec shop preview --like Dune --like Emma --age 34
    """
    if bool(reader) == bool(liked or age):
        raise click.UsageError("Name a --reader, or books that a new one likes with --like.")
    for line in _lines(asyncio.run(_home(home, reader, liked, age))):
        click.echo(line)


async def _home(home: Home, reader: str, liked: tuple[str, ...], age: int | None) -> ReaderHome:
    from bookrec.web.kit.metrics import Metrics
    from bookrec.web.kit.rendering import Renderer
    from bookrec.web.kit.site_settings import from_environment
    from bookrec.web.owner.preview import UnknownName, preview_home
    from bookrec.web.request.site import open_site

    async with open_site(
        home, from_environment(), Renderer(templates_directory()), Metrics()
    ) as site:
        try:
            return await preview_home(
                site.database,
                site.lists,
                site.watch.current(),
                site.fronts.current(),
                reader,
                list(liked),
                age,
                (site.fronts.current().settings.languages or site.renderer.languages)[0],
            )
        except UnknownName as unknown:
            kind = "reader" if unknown.kind == "no_reader" else "book"
            raise ShopError(f"There is no {kind} {unknown.name!r}; correct the name.") from unknown


def _lines(home: ReaderHome) -> list[str]:
    lines = [f"Own list ({home.recommended.source})"]
    lines += [
        f"  {item.rank:2}  {item.score:.3f}  {item.book.title} / {item.book.author}"
        for item in home.recommended.items
    ]
    for shelf in (*([home.promoted] if home.promoted else []), *home.shelves):
        of_what = f" {shelf.reason.book.title}" if shelf.reason else ""
        lines += ["", f"{shelf.kind.capitalize()}{of_what}"]
        lines += [f"      {book.title} / {book.author}" for book in shelf.books]
    return lines
