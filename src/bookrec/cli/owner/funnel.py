"""``bookrec shop funnel``: books shown, opened, kept and bought, as text or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec

from bookrec.settings import Home
from bookrec.shop.connections import opened

if TYPE_CHECKING:
    from bookrec.web.owner.shown_books import Shown


@click.command()
@click.option(
    "--days", type=click.IntRange(1, 730), default=28, show_default=True, help="Days to sum up."
)
@click.option("--shelf", default="", help="Show the places of this shelf, such as 'yours'.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def funnel(home: Home, days: int, shelf: str, as_json: bool) -> None:
    """Count what was shown on shelves, opened there, then kept (to read, in the cart) and bought.

    \b
    Example:
      bookrec shop funnel
      bookrec shop funnel --days 90 --shelf yours
    """
    from bookrec.web.owner.shown_books import by_place, by_shelf, places_shown

    with opened(home.shop_database) as connection:
        counts = places_shown(connection, days)
    shelves = [row.name for row in by_shelf(counts)]
    if shelf and shelf not in shelves:
        known = ", ".join(sorted(shelves)) or "none"
        raise click.BadParameter(
            f"No shelf {shelf!r} was shown in {days} days; shown were: {known}.",
            param_hint="--shelf",
        )
    rows = by_place(counts, shelf) if shelf else by_shelf(counts)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(rows), indent=2).decode())
        return
    if not rows:
        click.echo(f"Nothing was shown in {days} days to readers or visitors who are recorded.")
        return
    for line in _lines(rows, "place" if shelf else "shelf"):
        click.echo(line)


def _lines(rows: list[Shown], name: str) -> list[str]:
    head = f"{name:12}{'shown':>9}{'opened':>16}{'kept':>16}{'bought':>16}"
    return [head] + [
        f"{row.name:12}{row.shown:>9,}"
        f"{_step(row.opened, row.share)}{_step(row.kept, row.kept_share)}"
        f"{_step(row.bought, row.bought_share)}"
        for row in rows
    ]


def _step(count: int, share: float) -> str:
    return f"{count:>8,} {share:>6.1%}".rjust(16)
