"""``bookrec shop settings``: name, currency, bank, delivery, stock rule, colours and logo."""

from __future__ import annotations

import sqlite3
import tomllib
from pathlib import Path

import click

from bookrec.errors import ShopError
from bookrec.settings import Home
from bookrec.shop.connections import in_transaction, opened
from bookrec.shop.selling.logo import Logo, parse_logo, read_logo, store_logo
from bookrec.shop.selling.offers import count_offers
from bookrec.shop.selling.shop_settings import (
    SETTINGS,
    read_settings,
    require_setting,
    set_settings,
    setting_text,
)

_LOGO = "logo"


@click.group(invoke_without_command=True)
@click.option(
    "--file",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="TOML file of keys and values; all are set, or none.",
)
@click.pass_context
def settings(context: click.Context, file: Path | None) -> None:
    """Show and set the shop's name, currency, bank, delivery, stock rule, colours and logo.

    \b
    Example:
      bookrec shop settings set name "Hiệu sách Cây Bàng"
      bookrec shop settings --file shop.toml
    """
    if file is not None:
        _set(context.obj, _read_file(file), file.parent)
    elif context.invoked_subcommand is None:
        click.echo(context.get_help())


@settings.command("list")
@click.pass_obj
def list_(home: Home) -> None:
    """List the settings with their meanings.

    \b
    Example:
      bookrec shop settings list
    """
    with opened(home.shop_database) as connection:
        stored, logo = read_settings(connection), read_logo(connection)
    for key, setting in SETTINGS.items():
        click.echo(f"{key} = {setting_text(stored, key)!r}  # {setting.meaning}")
    size = f"{logo.width} x {logo.height} {logo.media_type}" if logo else ""
    click.echo(f"{_LOGO} = {size!r}  # PNG or JPEG file")


@settings.command()
@click.argument("key")
@click.pass_obj
def get(home: Home, key: str) -> None:
    """Print a setting.

    \b
    Example:
      bookrec shop settings get currency
    """
    require_setting(key)
    with opened(home.shop_database) as connection:
        click.echo(setting_text(read_settings(connection), key))


@settings.command("set")
@click.argument("key")
@click.argument("value")
@click.pass_obj
def set_(home: Home, key: str, value: str) -> None:
    """Set KEY to VALUE; an empty value takes the default again. The value of 'logo' is a file.

    \b
    Example:
      bookrec shop settings set name "Hiệu sách Cây Bàng"
      bookrec shop settings set logo logo.png
    """
    _set(home, {key: value}, Path())


def _read_file(path: Path) -> dict[str, str]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ShopError(f"{path} cannot be read as TOML: {error}; correct it.") from error
    return {key: _as_text(value) for key, value in content.items()}


def _as_text(value: object) -> str:
    """Value of a TOML file as the text that `set` takes."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _set(home: Home, values: dict[str, str], directory: Path) -> None:
    """Set all values in one transaction, or none."""

    def store(connection: sqlite3.Connection) -> None:
        if _LOGO in values:
            value = values[_LOGO]
            store_logo(connection, _read_logo_file(directory / value) if value else None)
        others = {key: value for key, value in values.items() if key != _LOGO}
        for refused in set_settings(connection, others).values():
            raise refused

    with opened(home.shop_database) as connection:
        in_transaction(connection, store)
        stored = read_settings(connection)
        _, others = count_offers(connection, stored.currency)
    for key in values:
        click.echo(f"{key} = {setting_text(stored, key)!r}" if key != _LOGO else "logo is set.")
    if others and "currency" in values:
        click.echo(
            f"{others:,} offers are in another currency and no longer sold; "
            "import prices in the new one.",
            err=True,
        )


def _read_logo_file(path: Path) -> Logo:
    try:
        return parse_logo(path.read_bytes(), str(path))
    except OSError as error:
        raise ShopError(f"{path} cannot be read: {error.strerror}; name the file.") from error
