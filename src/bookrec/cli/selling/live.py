"""``bookrec shop live``: live sessions and their reports."""

from __future__ import annotations

import time
from datetime import datetime

import click

from bookrec.errors import ShopError
from bookrec.settings import Home
from bookrec.shop.connections import opened
from bookrec.shop.live.report import SessionReport, report_of
from bookrec.shop.live.sessions import find_session, list_sessions


@click.group()
def live() -> None:
    """Look at live sessions. The page /host of the site opens them.

    \b
    Example:
      bookrec shop live list
    """


@live.command("list")
@click.pass_obj
def show_sessions(home: Home) -> None:
    """List the latest sessions, open ones first.

    \b
    Example:
      bookrec shop live list
    """
    with opened(home.shop_database) as connection:
        sessions = list_sessions(connection)
    for session in sessions:
        state = "open" if session.is_open else "over"
        click.echo(
            f"{session.session_id:>4}  {_moment(session.started_at)}  {state}  {session.name}"
        )
    if not sessions:
        click.echo("There was no live session yet; open one at /host.")


@live.command("report")
@click.argument("session", type=int)
@click.pass_obj
def report_session(home: Home, session: int) -> None:
    """Print the report of a session: books shown, reactions, sales, questions.

    \b
    Example:
      bookrec shop live report 3
    """
    with opened(home.shop_database) as connection:
        stored = find_session(connection, session)
        if stored is None:
            raise ShopError(
                f"There is no live session {session}; 'bookrec shop live list' lists them."
            )
        report = report_of(connection, stored, int(time.time()))
    for line in _lines(report):
        click.echo(line)


def _lines(report: SessionReport) -> list[str]:
    session = report.session
    ended = "still open" if session.ended_at is None else _moment(session.ended_at)
    lines = [
        f"{session.name}: {_moment(session.started_at)} to {ended}",
        f"{report.joined:,} joined, {report.readers:,} with an account, "
        f"{report.served:,} found a book they like",
        "",
        f"{'isbn':<16}{'like':>6}{'want':>6}{'not':>6}{'asked':>7}{'carts':>7}{'sold':>6}",
    ]
    lines += [
        f"{book.isbn:<16}{book.likes:>6}{book.wants:>6}{book.dismissals:>6}{book.questions:>7}"
        f"{book.carts:>7}{book.sold:>6}"
        for book in report.shown
    ]
    lines += [f"{isbn}: {text}" for isbn, text in report.questions]
    lines += ["", f"{sum(report.learnt.values()):,} of the shop's events came from this session."]
    return lines


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at).astimezone().isoformat(" ", "minutes")
