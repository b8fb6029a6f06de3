"""``bookrec shop events``: thin what readers opened and were shown."""

from __future__ import annotations

import time

import click

from bookrec.settings import Home
from bookrec.shop.connections import in_transaction, opened
from bookrec.shop.event_retention import thin_events
from bookrec.shop.live.forgetting import forget_members
from bookrec.shop.selling.shop_settings import read_settings


@click.group()
def events() -> None:
    """Look after what readers opened, searched for and were shown.

    \b
    Example:
      bookrec shop events prune
    """


@events.command()
@click.option(
    "--days",
    type=click.IntRange(min=0),
    help="Days for which single events stay; default: the setting event_days.",
)
@click.pass_obj
def prune(home: Home, days: int | None) -> None:
    """Turn old events and lists shown into counts of their day, without names. 'serve' does so daily.

    \b
    Example:
      bookrec shop events prune
      bookrec shop events prune --days 30
    """
    with opened(home.shop_database) as connection:
        keep_days = read_settings(connection).event_days if days is None else days
        now, events_thinned, lists_thinned, complete = int(time.time()), 0, 0, False
        while not complete:
            thinned = in_transaction(connection, lambda c: thin_events(c, keep_days, now))
            events_thinned += thinned.events
            lists_thinned += thinned.impressions
            complete = thinned.complete
        in_transaction(connection, lambda c: forget_members(c, keep_days, now))
    click.echo(
        f"{events_thinned:,} events and {lists_thinned:,} lists older than {keep_days} days "
        "are counts now."
    )
