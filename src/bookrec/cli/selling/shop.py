"""``bookrec shop``: the group of the verbs about selling."""

from __future__ import annotations

import click

from bookrec.cli.selling.events import events
from bookrec.cli.selling.orders import orders
from bookrec.cli.selling.prices import prices
from bookrec.cli.selling.settings import settings


@click.group()
def shop() -> None:
    """Import prices and stock, look after orders, set the shop's name and bank, thin events.

    \b
    Example:
      bookrec shop prices import prices.xlsx
      bookrec shop orders list --state new
      bookrec shop settings set name "Hiệu sách Cây Bàng"
    """


for command in (prices, orders, settings, events):
    shop.add_command(command)
