"""The ``bookrec`` command: a click group that imports a verb's module only when it is called.

``bookrec --help`` must answer at once, so no verb is imported to list it: names and one-line helps
stand in `VERBS`, and a test holds them against the commands themselves.
"""

from __future__ import annotations

import errno
import importlib
import os
import sqlite3
import sys
from pathlib import Path
from typing import Final

import click

from bookrec import __version__
from bookrec.errors import BookrecError
from bookrec.settings import Home

VERBS: Final[dict[str, tuple[str, str]]] = {
    "demo": (
        "bookrec.cli.demo:demo",
        "Build everything from sample data in the directory demo/, then serve the site.",
    ),
    "data": ("bookrec.offline.cli.data:data", "Write sample data; import raw data."),
    "train": (
        "bookrec.offline.cli.train:train",
        "Train ranker and retrieval on the current data set.",
    ),
    "evaluate": (
        "bookrec.offline.cli.evaluate:evaluate",
        "Measure our models and the usual recommenders on held-out books of the current data set.",
    ),
    "artifacts": (
        "bookrec.offline.cli.artifacts:artifacts",
        "List, check, import and export model bundles.",
    ),
    "score": (
        "bookrec.offline.cli.score:score",
        "Score candidates for every reader and book, and publish the lists as a snapshot.",
    ),
    "audience": (
        "bookrec.offline.cli.audience:audience",
        "Print the readers a book should be offered to, best first.",
    ),
    "nightly": (
        "bookrec.offline.cli.nightly:nightly",
        "Take in what the shop learnt, score, and publish; one line per stage.",
    ),
    "snapshots": (
        "bookrec.cli.snapshots:snapshots",
        "List, show, verify, roll back and prune published snapshots.",
    ),
    "serve": ("bookrec.web.serve_cli:serve", "Serve the site until Ctrl-C or SIGTERM."),
    "accounts": (
        "bookrec.web.accounts.cli:accounts",
        "Create accounts, invite readers of the data set, disable and list.",
    ),
    "bench": (
        "bookrec.offline.cli.bench:bench",
        "Measure speed, side by side with the plain alternative.",
    ),
    "doctor": (
        "bookrec.cli.doctor:doctor",
        "Say what is there, what is missing and what to run next.",
    ),
}
"""Verb → (``module:command``, one-line help)."""


class LazyGroup(click.Group):
    """A group whose subcommands are named in `VERBS` and imported on first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module_name, attribute = VERBS[cmd_name][0].split(":")
        command: click.Command = getattr(importlib.import_module(module_name), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_line) for name, (_, help_line) in VERBS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="bookrec")
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="BOOKREC_HOME",
    default=Path(),
    help="Directory of artifacts/, precomputed/ and var/ (BOOKREC_HOME; default: here).",
)
@click.pass_context
def cli(ctx: click.Context, home: Path) -> None:
    """Turn readers, books and ratings into a bookshop site with personal recommendations.

    \b
    Example:
      bookrec data import ~/book-crossing
      bookrec train
      bookrec score
      bookrec serve
    """
    ctx.obj = Home(home.resolve())


def main() -> None:
    """Entry point: our own errors become one sentence on stderr and their exit code."""
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped; what was published before is unchanged.", err=True)
        sys.exit(1)
    except BookrecError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(error.exit_code)
    except ModuleNotFoundError as error:
        # A verb of the offline half on a host that only serves; a missing module of ours is a bug.
        if error.name is None or error.name.split(".")[0] == "bookrec":
            raise
        click.echo(
            f"Error: This needs the package '{error.name}', which is not installed; "
            "run: pip install 'bookrec[offline]'",
            err=True,
        )
        sys.exit(BookrecError.exit_code)
    except BrokenPipeError:
        # The reader of our output went away (`bookrec … | head`): not an error of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except (OSError, sqlite3.OperationalError) as error:
        if not _is_of_the_machine(error):
            raise
        click.echo(
            f"Error: {error}. What was published before is unchanged; mend the cause "
            "('bookrec doctor' shows the space left) and run the command again.",
            err=True,
        )
        sys.exit(BookrecError.exit_code)


def _is_of_the_machine(error: Exception) -> bool:
    """Whether a full disk or a missing permission is at fault, and not a bug of ours."""
    if isinstance(error, sqlite3.Error):
        # The low byte is SQLite's primary result code; the others tell the variety.
        return (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _SQLITE_CODES
    return isinstance(error, OSError) and error.errno in _ERRNOS


_ERRNOS: Final = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EROFS,
    errno.EACCES,
    errno.EPERM,
    errno.EIO,
}
_SQLITE_CODES: Final = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
}
