"""``bookrec bench``: a group whose commands are imported on first use."""

from __future__ import annotations

from pkgutil import resolve_name
from typing import Final

import click

COMMANDS: Final = {
    "scoring": "bookrec.offline.cli.bench.scoring:scoring",
    "audiences": "bookrec.offline.cli.bench.audiences:audiences",
    "search": "bookrec.cli.search_bench.command:search",
}
"""Command → ``module:command``."""


class BenchGroup(click.Group):
    """A group that imports the modules of `COMMANDS` when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        """List the commands in their order."""
        return list(COMMANDS)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's
        cmd_name: str,
    ) -> click.Command | None:
        """Import a command; None for an unknown one."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = resolve_name(COMMANDS[cmd_name])
        return command


@click.group(cls=BenchGroup)
def bench() -> None:
    """Measure the speed of scoring beside plain Keras, rules for live audiences, and search.

    \b
    Example:
      bookrec bench scoring
      bookrec bench search
      bookrec bench audiences
    """
