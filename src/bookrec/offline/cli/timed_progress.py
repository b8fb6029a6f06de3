"""Progress lines of long commands, on the terminal."""

from __future__ import annotations

import time

import click

from bookrec.offline.runtime.progress import Progress


def timed_progress() -> Progress:
    """Make a `Progress` that prints each line after the seconds since this call."""
    started = time.monotonic()

    def progress(line: str, /) -> None:
        click.echo(f"{time.monotonic() - started:7.1f} s  {line}")

    return progress
