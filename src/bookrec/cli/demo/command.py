"""The command ``bookrec demo``: sample data, import, training, scoring and the site."""

from __future__ import annotations

import contextlib
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from bookrec import __version__
from bookrec.cli.demo.build import LOG_NAME, build
from bookrec.cli.demo.business import store_sample_business
from bookrec.cli.demo.reporter import make_reporter
from bookrec.cli.demo.sign_in import print_sign_in
from bookrec.cli.demo.site import HOST, DemoSite, demo_site
from bookrec.cli.demo.stages import VERBS, Plan, in_words
from bookrec.cli.selling.sample_offers import store_sample_offers
from bookrec.errors import BookrecError, NoSnapshot, SnapshotError
from bookrec.files import exclusive_lock, read_pointer
from bookrec.settings import Home
from bookrec.snapshot import current_snapshot, open_database, prune

_MARKER: Final = "DEMO"
"""File of a directory that a demo made: any other directory is left alone."""
_MARKER_TEXT: Final = f"Made by 'bookrec demo' of bookrec {__version__} from sample data.\n"


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Port of the site; 0 takes a free one.",
)
@click.option("--no-serve", is_flag=True, help="Stop after publishing; do not start the site.")
@click.option("--fresh", is_flag=True, help="Build an earlier demo anew, accounts included.")
@click.pass_obj
def demo(home: Home, port: int, no_serve: bool, fresh: bool) -> None:
    """Build everything from sample data in the directory demo/, then serve the site.

    The directory demo/ is a home of its own: nothing outside it changes. The site opens with popular
    books as soon as there is a catalogue; personal lists follow. A second demo starts from what is
    there, and goes on where an earlier one was stopped.

    \b
    Example:
      bookrec demo
      bookrec demo --port 8080 --fresh
      bookrec demo --no-serve
    """
    if not no_serve:
        port = _port(port)
    demo_home = Home(home.root / "demo")
    _refuse_foreign(demo_home.root)
    demo_home.root.mkdir(parents=True, exist_ok=True)
    with _stopped_by_sigterm(), exclusive_lock(demo_home.root) as held:
        anew = fresh or not _is_usable(demo_home)
        plan = Plan(VERBS) if anew else Plan.for_home(demo_home)
        if plan.verbs and not held:
            raise BookrecError(
                f"Another 'bookrec demo' runs in {demo_home.root}; stop it first (Ctrl-C), or choose "
                "another --home."
            )
        if anew:
            _clear(demo_home.root)
        if no_serve:
            _build(demo_home, plan, None)
            click.echo(f"Start the site: bookrec --home {demo_home.root} serve --port {port}")
            print_sign_in(demo_home, f"http://{HOST}:{port}")
            return
        with demo_site(demo_home, port) as site:
            _build(demo_home, plan, site)
            click.echo(_CLOSING)
            with contextlib.suppress(KeyboardInterrupt):
                site.wait()


_CLOSING: Final = """\
Open it again  make demo, or bookrec demo: in seconds, from what is there, with a new password
Build it anew  make demo ARGS=--fresh, or bookrec demo --fresh
Stop           Ctrl-C
"""


def _build(home: Home, plan: Plan, site: DemoSite | None) -> None:
    """Build what the plan names; open the site as soon as there is a catalogue."""

    def open_site() -> None:
        if read_pointer(home.snapshots) is not None and (count := store_sample_offers(home)):
            click.echo(
                f"Prices and stock of {count:,} books are made up, so that they can be bought."
            )
        if read_pointer(home.snapshots) is not None and store_sample_business(home):
            click.echo("A week of business is made up, for the owner's pages.")
        if site is not None and site.process is None and read_pointer(home.snapshots) is not None:
            site.start()
            print_sign_in(home, site.address)

    if not plan.verbs:
        click.echo(f"The demo in {home.root} is built already.")
        open_site()
        return
    click.echo(
        f"A bookshop of real books, with made-up readers, prices and stock, in {home.root}.\n"
        f"{len(plan.stages)} stages, about {in_words(plan.seconds)} on two free cores."
    )
    if site is not None:
        click.echo(
            f"The site opens at {site.address}/ as soon as there is a catalogue, with popular books, "
            "search and book pages; personal lists and similar books follow by themselves."
        )
    click.echo(f"The whole output of the commands: {home.root / LOG_NAME}\n")
    started = time.monotonic()
    open_site()
    build(home, plan, make_reporter(plan), open_site)
    prune(home.snapshots, 1)
    click.echo(
        f"\nBuilt in {time.monotonic() - started:,.0f} s: every reader has a personal list, every book "
        "its similar books.\n"
    )


def _port(port: int) -> int:
    """Return the port to serve on, before anything is written.

    Raises:
        BookrecError: it is in use.
    """
    from bookrec.web.serve_cli import free_port

    try:
        return free_port(HOST, port)
    except BookrecError as error:
        raise BookrecError(
            f"{error} With make: make demo PORT={port + 1}. If it is an earlier demo, it is at "
            f"http://{HOST}:{port}/."
        ) from error


def _refuse_foreign(directory: Path) -> None:
    """Refuse a directory with files that no demo made."""
    if directory.exists() and any(directory.iterdir()) and not (directory / _MARKER).exists():
        raise BookrecError(
            f"{directory} exists and was not made by 'bookrec demo'; move it away, or choose "
            "another --home."
        )


def _is_usable(home: Home) -> bool:
    """Whether what an earlier demo made can be used: this version made it, and it can be read."""
    marker = home.root / _MARKER
    if not marker.exists() or marker.read_text(encoding="utf-8") != _MARKER_TEXT:
        return False
    try:
        open_database(current_snapshot(home.snapshots)).close()
    except NoSnapshot:
        pass  # stopped before it had a catalogue
    except SnapshotError:
        return False
    return True


def _clear(directory: Path) -> None:
    """Empty a directory that a demo made, and mark it."""
    for path in directory.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    (directory / _MARKER).write_text(_MARKER_TEXT, encoding="utf-8")


@contextlib.contextmanager
def _stopped_by_sigterm() -> Iterator[None]:
    """Stop on SIGTERM as on Ctrl-C, so that no process of the demo outlives it."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
