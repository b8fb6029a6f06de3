"""Progress lines of long work."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Receives one line per stage of long work, for instance `click.echo`."""

    def __call__(self, line: str, /) -> object:
        """Report a line."""
        ...
