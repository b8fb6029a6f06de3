"""``bookrec demo``: sample data, import, training, scoring and the site in one command."""

from __future__ import annotations

import secrets
import shutil
import subprocess
import sys
import time
from pathlib import Path

import click

from bookrec.cli.selling.sample_offers import store_sample_offers
from bookrec.errors import BookrecError
from bookrec.settings import Home


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Port of the site.",
)
@click.option("--no-serve", is_flag=True, help="Stop after publishing; do not start the site.")
@click.pass_obj
def demo(home: Home, port: int, no_serve: bool) -> None:
    """Build everything from sample data in the directory demo/, then serve the site.

    The directory demo/ is a home of its own: nothing outside it changes. An earlier demo is replaced.

    \b
    Example:
      bookrec demo
      bookrec demo --no-serve
    """
    demo_home = Home(home.root / "demo")
    _clear(demo_home.root)
    started = time.monotonic()
    for title, arguments in (
        ("Writing sample data", ["data", "sample", str(demo_home.root / "raw")]),
        ("Importing it", ["data", "import", str(demo_home.root / "raw")]),
        ("Training retrieval and ranker", ["train"]),
        ("Scoring and publishing", ["score"]),
    ):
        click.echo(f"\n== {title}: bookrec --home {demo_home.root} {' '.join(arguments)}")
        _run(demo_home, arguments)
    count = store_sample_offers(demo_home)
    click.echo(f"\n== Making up prices and stock of {count:,} books, so that they can be bought")
    click.echo(f"\nBuilt in {time.monotonic() - started:,.0f} s.")
    _print_sign_in(demo_home, port)
    if not no_serve:
        from bookrec.web.serve_cli import run_site

        run_site(demo_home, "127.0.0.1", port, 1)


def _clear(directory: Path) -> None:
    """Empty a directory that an earlier demo made; refuse any other."""
    marker = directory / "DEMO"
    if directory.exists() and any(directory.iterdir()) and not marker.exists():
        raise BookrecError(
            f"{directory} exists and was not made by 'bookrec demo'; move it away, or choose "
            "another --home."
        )
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    marker.write_text("Made by 'bookrec demo' from sample data; replaced by the next demo.\n")


def _run(home: Home, arguments: list[str]) -> None:
    """Run a verb in a process of its own, which frees its memory at the end."""
    command = [sys.executable, "-m", "bookrec", "--home", str(home.root), *arguments]
    if subprocess.run(command, check=False).returncode:  # noqa: S603
        raise BookrecError(f"The demo stopped: 'bookrec {' '.join(arguments)}' failed; see above.")


def _print_sign_in(home: Home, port: int) -> None:
    """Create an account and an invitation, and print how to sign in."""
    from bookrec.web.accounts.cli import create_account, invite_reader

    known, invited = _two_readers(home)
    password = secrets.token_urlsafe(9)
    create_account(home, "demo", password, user_id=known)
    claim = invite_reader(home, invited)
    address = f"http://127.0.0.1:{port}"
    click.echo(
        f"""
Everything here is sample data: real books, invented readers, prices and stock.

  The site                  {address}/
  Sign in as a reader       {address}/login
  of the data set             username  demo   (reader {known})
                              password  {password}   (made for this run)
  Claim another reader      {address}{claim}
  Register as a new reader  {address}/register
"""
    )


def _two_readers(home: Home) -> tuple[str, str]:
    """Choose two readers with 12 to 30 books: enough for good lists, few enough to look through."""
    import contextlib

    from bookrec.snapshot import current_snapshot, open_database

    with contextlib.closing(open_database(current_snapshot(home.snapshots))) as connection:
        rows = connection.execute(
            "select user_id from reader join interaction using (reader_id) group by reader_id"
            " having count(*) between 12 and 30 order by reader_id limit 2"
        ).fetchall()
    if len(rows) < 2:
        raise BookrecError(f"The snapshot in {home.snapshots} has too few readers for a demo.")
    return rows[0][0], rows[1][0]
