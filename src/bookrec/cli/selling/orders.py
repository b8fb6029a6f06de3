"""``bookrec shop orders``: list, show and move orders."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Final

import click
import msgspec

from bookrec.cli.selling.money import shown_amount
from bookrec.settings import Home
from bookrec.shop.connections import in_transaction, opened
from bookrec.shop.selling.order_states import (
    STATES,
    StoredOrder,
    list_orders,
    move_order,
    require_order,
)

_TIME: Final = "%Y-%m-%d %H:%M"


@click.group()
def orders() -> None:
    """List, show and move orders.

    \b
    Example:
      bookrec shop orders list
    """


@orders.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only orders in this state.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=50,
    show_default=True,
    help="Most orders to list.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_(home: Home, state: str | None, limit: int, as_json: bool) -> None:
    """List the orders, the newest first.

    \b
    Example:
      bookrec shop orders list --state new
    """
    with opened(home.shop_database) as connection:
        stored = list_orders(connection, state, limit)
    if as_json:
        click.echo(msgspec.json.encode([asdict(order) for order in stored]).decode())
        return
    for order in stored:
        copies = sum(line.quantity for line in order.lines)
        click.echo(
            f"{order.number}  {_time(order.created_at)}  {order.state:<9}  {order.delivery:<8}  "
            f"{copies} copies  {shown_amount(order.total, order.currency)}  {order.name}"
        )
    if not stored:
        click.echo("No orders." if state is None else f"No orders are {state}.", err=True)


@orders.command()
@click.argument("number", type=int)
@click.pass_obj
def show(home: Home, number: int) -> None:
    """Show an order: buyer, books, and its states.

    \b
    Example:
      bookrec shop orders show 1001
    """
    with opened(home.shop_database) as connection:
        order = require_order(connection, number)
    for line in _details(order):
        click.echo(line)


@orders.command("set")
@click.argument("number", type=int)
@click.argument("state", type=click.Choice(STATES))
@click.option("--note", default="", help="Note for the order's history; the buyer sees it.")
@click.pass_obj
def set_(home: Home, number: int, state: str, note: str) -> None:
    """Move an order to a later state, or cancel it, which returns its stock.

    \b
    Example:
      bookrec shop orders set 1001 confirmed
      bookrec shop orders set 1001 cancelled --note "The buyer called."
    """
    with opened(home.shop_database) as connection:
        order = in_transaction(connection, lambda c: move_order(c, number, state, note.strip()))
    click.echo(f"Order {order.number} is {order.state}.")


def _details(order: StoredOrder) -> list[str]:
    reader = f"reader {order.user_id}" if order.user_id else "guest"
    lines = [
        f"Order {order.number} ({order.state}), {_time(order.created_at)} UTC, {reader}",
        f"{order.name}  {order.phone}  {order.email}".rstrip(),
        f"{order.delivery}: {order.address}" if order.address else order.delivery,
        f"payment: {order.payment}",
    ]
    if order.payment == "transfer":
        lines[-1] += f", text {order.code}"
    if order.note:
        lines.append(f"note: {order.note}")
    lines += [
        f"  {line.quantity} x {shown_amount(line.price, order.currency)}  {line.title}"
        f"{f' / {line.author}' if line.author else ''}  ({line.isbn})"
        for line in order.lines
    ]
    lines.append(f"  delivery {shown_amount(order.delivery_fee, order.currency)}")
    lines.append(f"  total {shown_amount(order.total, order.currency)}")
    for step in order.steps:
        note = f": {step.note}" if step.note else ""
        lines.append(f"{_time(step.at)}  {step.state} by {step.actor}{note}")
    return lines


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime(_TIME)
