"""``bookrec accounts``: commands by which the operator manages accounts."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import urlsplit

import click

from bookrec.errors import BookrecError, ShopError
from bookrec.languages import SOURCE_LANGUAGE, find_language, known_languages
from bookrec.reader_ids import ReaderIds
from bookrec.settings import Home, templates_directory
from bookrec.snapshot import current_snapshot
from bookrec.web.accounts import accounts as shop_accounts
from bookrec.web.accounts import claims, resets
from bookrec.web.accounts.accounts import Account, NewAccount
from bookrec.web.accounts.passwords import generate_password, hash_password, password_problem
from bookrec.web.kit.rendering import Renderer
from bookrec.web.mail.letters import link_letter
from bookrec.web.mail.mail_settings import MailSettings, mail_settings
from bookrec.web.mail.mailer import Mailer
from bookrec.web.mail.outbox import Letter
from bookrec.web.store import database
from bookrec.web.store.database import ShopDatabase
from bookrec.web.store.snapshot_reader import Snapshot

T = TypeVar("T")

_DAY_S = 86_400
_PROBLEMS = {
    "username_invalid": "A username is 3 to 40 letters, digits and . _ -",
    "password_short": "A password has at least 8 characters.",
    "password_long": "A password has at most 256 characters.",
    "password_common": "That password is too easy to guess; choose another one.",
    "age_invalid": "An age is a whole number from 5 to 100.",
}


def _with_database(home: Home, work: Callable[[ShopDatabase], Awaitable[T]]) -> T:
    async def run() -> T:
        async with database.opened(home.shop_database) as shop:
            return await work(shop)

    return asyncio.run(run())


def create_account(
    home: Home,
    username: str,
    password: str,
    *,
    age: int | None = None,
    user_id: str | None = None,
    operator: bool = False,
) -> Account:
    """Create an account as the operator.

    Args:
        home: the installation.
        username: 3–40 characters, see `username_problem`.
        password: see `password_problem`.
        age: in years, None when unknown.
        user_id: the reader of the data set it is for; None makes a new reader.
        operator: whether it sees the owner's pages.

    Raises:
        ShopError: username, password or age are not acceptable, the username is taken, there is no
            such reader, or they have an account already.
    """
    problem = (
        shop_accounts.username_problem(username)
        or password_problem(password, username)
        or shop_accounts.age_problem(age)
    )
    if problem:
        raise ShopError(_PROBLEMS[problem])
    if user_id is not None:
        user_id = _find_reader(home, user_id)
    new = NewAccount(username, hash_password(password), age, operator=operator)
    return _with_database(home, lambda shop: shop_accounts.create_account(shop, new, user_id))


def invite_reader(home: Home, user_id: str, valid_days: int = 14) -> str:
    """Make a one-time claim link for a reader of the data set; return its path.

    Raises:
        ShopError: there is no such reader, or they have an account already.
        SnapshotError: nothing is published, so no readers are known.
    """
    reader = _find_reader(home, user_id)
    token = _with_database(home, lambda shop: claims.invite(shop, reader, valid_days * _DAY_S))
    return f"/claim/{token}"


def _find_reader(home: Home, typed: str) -> str:
    """The id of the reader whose id, e-mail address or phone number the operator typed."""
    snapshot = Snapshot(current_snapshot(home.snapshots))
    hashed = ReaderIds(home.identity_secret()).normalise(typed)[0]
    for user_id in (typed, hashed):
        if snapshot.row("select 1 from reader where user_id = ?", (user_id,)):
            return user_id
    raise ShopError(
        f"The published snapshot {snapshot.snapshot_id} has no reader {typed!r}; use an id as it "
        "stands in the data set, or an e-mail address or phone number of the files it came from."
    )


def _site_address(ctx: click.Context, param: click.Parameter, value: str) -> str:  # noqa: ARG001
    """Check that an option is the address of a site, and drop the last slash.

    Raises:
        BadParameter: it is no http or https address with a host, or has more than a path.
    """
    example = "write it as https://books.example.org"
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is no address ({error}); {example}.") from error
    if parts.scheme not in ("http", "https") or not host:
        raise click.BadParameter(f"{value!r} is no http or https address; {example}.")
    if re.search(r"[\s<>\"\\^`{|}\x00-\x1f]", value) or not re.fullmatch(r"[\w.:%-]+", host):
        raise click.BadParameter(f"{value!r} has characters that no address has; {example}.")
    if parts.query or parts.fragment or parts.username is not None:
        raise click.BadParameter(
            f"{value!r} has more than a host and a path; {example}, to which the link is added."
        )
    return value.rstrip("/")


_site_option = click.option(
    "--site",
    envvar="BOOKREC_SITE",
    default="http://127.0.0.1:8000",
    show_default=True,
    callback=_site_address,
    help="Address of the site (BOOKREC_SITE).",
)


@click.group()
def accounts() -> None:
    """Create accounts, invite readers of the data set, reset passwords, disable, enable, list.

    \b
    Example:
      bookrec accounts create anna
      bookrec accounts invite 276725
      bookrec accounts reset anna
    """


@accounts.command()
@click.argument("username")
@click.option("--age", type=int, help="Age in years (5-100).")
@click.option("--reader", "user_id", help="The reader of the data set the account is for.")
@click.option("--generate", is_flag=True, help="Generate a password and print it.")
@click.option("--operator", is_flag=True, help="Let the account see the owner's pages (/owner).")
@click.pass_obj
def create(
    home: Home,
    username: str,
    age: int | None,
    user_id: str | None,
    generate: bool,
    operator: bool,
) -> None:
    """Create an account; asks for its password, or generates one.

    \b
    Example:
      bookrec accounts create anna --age 34 --generate
      bookrec accounts create owner --operator
    """
    if generate:
        password = generate_password()
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    account = create_account(home, username, password, age=age, user_id=user_id, operator=operator)
    role = ", operator" if account.operator else ""
    click.echo(f"Created {account.username} (reader {account.user_id}{role}).")
    if generate:
        click.echo(f"Password: {password}")


def _language(_: click.Context, __: click.Parameter, value: str) -> str:
    """Return a language of the pages.

    Raises:
        click.BadParameter: there is no such language.
    """
    known = known_languages(templates_directory())
    language = find_language(value, known)
    if language is None:
        raise click.BadParameter(f"{value!r} is none of: {', '.join(known)}.")
    return language


@accounts.command()
@click.argument("user_id")
@click.option(
    "--days",
    type=click.IntRange(1, 365),
    default=14,
    show_default=True,
    help="Days until the link expires.",
)
@_site_option
@click.option("--email", help="Also send the link to this address (needs BOOKREC_SMTP).")
@click.option(
    "--language",
    default=SOURCE_LANGUAGE,
    callback=_language,
    show_default=True,
    help="Language of the e-mail.",
)
@click.pass_obj
def invite(
    home: Home, user_id: str, days: int, site: str, email: str | None, language: str
) -> None:
    """Print a one-time link by which a reader of the data set claims their account.

    The reader is named by id, e-mail address or phone number. Whoever opens the link first chooses
    username and password. A new invitation ends the one before.

    \b
    Example:
      bookrec accounts invite 276725 --site https://books.example.org
      bookrec accounts invite an.nguyen@example.com
    """
    settings = mail_settings() if email else None
    if email and settings is None:
        raise BookrecError(
            "BOOKREC_SMTP is not set, so nothing can be sent; leave out --email and hand the link over."
        )
    path = invite_reader(home, user_id, days)
    click.echo((settings.site if settings else site.rstrip("/")) + path)
    click.echo(f"Works once, for {days} days.", err=True)
    if email and settings:
        link = settings.site + path
        letter = link_letter(
            Renderer(templates_directory()), "claim", language, email, link, user_id, days
        )
        _with_database(home, lambda shop: _post(shop, settings, letter))
        click.echo(f"The running site sends it to {email}.", err=True)


async def _post(shop: ShopDatabase, settings: MailSettings, letter: Letter) -> None:
    async with shop.write() as transaction:
        await Mailer(shop, settings).post(transaction, letter)


@accounts.command()
@click.argument("username")
@click.option(
    "--hours",
    type=click.IntRange(1, 24 * 14),
    default=48,
    show_default=True,
    help="Hours until the link expires.",
)
@_site_option
@click.pass_obj
def reset(home: Home, username: str, hours: int, site: str) -> None:
    """Print a one-time link by which a reader chooses a new password.

    The old password works until then. A new link ends the one before. Setting the password ends
    every session of the account.

    \b
    Example:
      bookrec accounts reset anna --site https://books.example.org
    """
    path = _with_database(
        home, lambda shop: resets.make_reset_link(shop, username, hours * resets.HOUR_S)
    )
    click.echo(site.rstrip("/") + path)
    click.echo(f"Works once, for {hours} hours.", err=True)


@accounts.command()
@click.argument("username")
@click.pass_obj
def enable(home: Home, username: str) -> None:
    """Let a disabled account sign in again, with its old password.

    \b
    Example:
      bookrec accounts enable anna
    """
    _with_database(home, lambda shop: shop_accounts.enable_account(shop, username))
    click.echo(f"Enabled {username}.")


@accounts.command()
@click.argument("username")
@click.pass_obj
def disable(home: Home, username: str) -> None:
    """Stop an account from signing in, and end its sessions.

    \b
    Example:
      bookrec accounts disable anna
    """
    _with_database(home, lambda shop: shop_accounts.disable_account(shop, username))
    click.echo(f"Disabled {username}.")


@accounts.command(name="list")
@click.pass_obj
def list_accounts(home: Home) -> None:
    """List the accounts, oldest first.

    \b
    Example:
      bookrec accounts list
    """
    lines = _with_database(home, shop_accounts.list_accounts)
    for line in lines:
        created = datetime.fromtimestamp(line.created_at, UTC).strftime("%Y-%m-%d")
        state = "disabled" if line.disabled_at else "active"
        age = "" if line.age is None else f"  age {line.age}"
        role = "  operator" if line.operator else ""
        click.echo(f"{line.username}  reader {line.user_id}  since {created}  {state}{role}{age}")
    if not lines:
        click.echo("No accounts yet; see 'bookrec accounts create --help'.", err=True)
