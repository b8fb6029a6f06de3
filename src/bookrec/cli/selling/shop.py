"""``bookrec shop``: the group of the verbs of the owner."""

from __future__ import annotations

import click

from bookrec.cli.owner.audience import audience
from bookrec.cli.owner.book_profile import book_profile
from bookrec.cli.owner.books import books
from bookrec.cli.owner.funnel import funnel
from bookrec.cli.owner.preview import preview
from bookrec.cli.owner.promotions import promotions
from bookrec.cli.owner.report import report
from bookrec.cli.owner.similar import similar
from bookrec.cli.selling.events import events
from bookrec.cli.selling.live import live
from bookrec.cli.selling.orders import orders
from bookrec.cli.selling.prices import prices
from bookrec.cli.selling.settings import settings


@click.group()
def shop() -> None:
    """Look after the shop: prices, orders, settings, books, audiences, profiles, the report.

    \b
    Example:
      bookrec shop prices import prices.xlsx
      bookrec shop orders list --state new
      bookrec shop settings set name "Hiệu sách Cây Bàng"
      bookrec shop report
    """


for command in (
    *(prices, orders, settings, events, live),
    *(books, promotions, audience, similar, preview, report, funnel, book_profile),
):
    shop.add_command(command)
