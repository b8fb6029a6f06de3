"""Progress of an export: pages done, rate and time left, on one line of a terminal or every 30 s."""

from __future__ import annotations

import sys
import time
from typing import Final

import click

_LINE_EVERY_S: Final = 30.0
_TERMINAL_EVERY_S: Final = 0.2


class PageProgress:
    """Counts pages."""

    def __init__(self, total: int) -> None:
        self._total, self._done = total, 0
        self._terminal = sys.stderr.isatty()
        self._started = self._shown = time.monotonic()

    def add(self, pages: int) -> None:
        """Count pages, and show the progress when it is time."""
        self._done += pages
        now = time.monotonic()
        if now - self._shown >= (_TERMINAL_EVERY_S if self._terminal else _LINE_EVERY_S):
            self._shown = now
            self._show(progress_line(self._done, self._total, now - self._started))

    def close(self) -> None:
        """Clear the line of the terminal."""
        if self._terminal:
            click.echo("\r\x1b[K", nl=False, err=True)

    def _show(self, line: str) -> None:
        click.echo(f"\r\x1b[K{line}" if self._terminal else line, nl=not self._terminal, err=True)


def progress_line(done: int, total: int, seconds: float) -> str:
    """Return a line of progress.

    >>> progress_line(1200, 4800, 2.0)
    '1,200 of 4,800 pages (25 %), 600 a second, about 6 s left'
    """
    rate = done / max(seconds, 1e-3)
    left = (total - done) / rate if done else 0.0
    in_words = f"{left:.0f} s" if left < 90 else f"{left / 60:.0f} min"
    share = 100 * done // max(total, 1)
    return f"{done:,} of {total:,} pages ({share} %), {rate:,.0f} a second, about {in_words} left"
