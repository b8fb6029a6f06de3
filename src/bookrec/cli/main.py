"""The ``bookrec`` command: a click group that imports a verb only when it is called.

``bookrec --help`` answers at once because it imports no verb: names and one-line helps are in `VERBS`.
A test compares them with the commands.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import sys
from pathlib import Path
from pkgutil import resolve_name
from typing import Final

import click

from bookrec import __version__
from bookrec.errors import BookrecError
from bookrec.settings import Home

VERBS: Final[dict[str, tuple[str, str]]] = {
    "demo": (
        "bookrec.cli.demo.command:demo",
        "Build everything from sample data in the directory demo/, then serve the site.",
    ),
    "data": ("bookrec.offline.cli.data:data", "Write sample data; import raw data."),
    "train": (
        "bookrec.offline.cli.train:train",
        "Train ranker and retrieval on the current data set.",
    ),
    "evaluate": (
        "bookrec.offline.cli.evaluate:evaluate",
        "Measure models and baselines on held-out interactions of the current data set.",
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
        "List the readers most likely to want a book, best first.",
    ),
    "nightly": (
        "bookrec.offline.cli.nightly:nightly",
        "Import the shop's new ratings, score, publish; one line per stage.",
    ),
    "snapshots": (
        "bookrec.cli.snapshots:snapshots",
        "List, show, verify, roll back and prune published snapshots.",
    ),
    "serve": ("bookrec.web.serve_cli:serve", "Serve the site until Ctrl-C or SIGTERM."),
    "export-site": (
        "bookrec.web.export_site.cli:export_site_command",
        "Write every public page, in every language of the shop, as files for a plain web server.",
    ),
    "accounts": (
        "bookrec.web.accounts.cli:accounts",
        "Create accounts, invite readers of the data set, reset passwords, disable, enable, list.",
    ),
    "experiments": (
        "bookrec.cli.experiments.command:experiments",
        "Show some readers lists by other settings, and compare what follows.",
    ),
    "shop": (
        "bookrec.cli.selling.shop:shop",
        "Look after the shop: prices, orders, settings, books, audiences, profiles, the report.",
    ),
    "bench": (
        "bookrec.cli.bench:bench",
        "Measure the speed of scoring beside plain Keras, rules for live audiences, and search.",
    ),
    "doctor": (
        "bookrec.cli.doctor:doctor",
        "Report what is installed, what is missing or damaged, and what to run next.",
    ),
}
"""Verb → (``module:command``, one-line help)."""


class LazyGroup(click.Group):
    """A group whose subcommands `VERBS` names; each is imported on first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the verbs in the order of `VERBS`."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a verb; None for an unknown verb."""
        if cmd_name not in VERBS:
            return None
        command: click.Command = resolve_name(VERBS[cmd_name][0])
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the one-line helps without importing a verb."""
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
    """Run the command line; a `BookrecError` becomes one sentence on stderr and an exit code."""
    try:
        # Without standalone mode, click returns the code of `click.exceptions.Exit`.
        code = cli.main(standalone_mode=False)
        if isinstance(code, int) and code:
            sys.exit(code)
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
        # An offline verb on a host that only serves; a missing bookrec module is a bug.
        if error.name is None or error.name.split(".")[0] == "bookrec":
            raise
        click.echo(
            f"Error: This needs the package '{error.name}', which is not installed; "
            "run: pip install 'bookrec[offline]'",
            err=True,
        )
        sys.exit(BookrecError.exit_code)
    except BrokenPipeError:
        # The other end of a pipe closed (`bookrec … | head`): no error.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except (OSError, sqlite3.OperationalError) as error:
        if not _is_environment_fault(error):
            raise
        click.echo(
            f"Error: {error}. What was published before is unchanged; fix the cause "
            "('bookrec doctor' shows the space left) and run the command again.",
            err=True,
        )
        sys.exit(BookrecError.exit_code)


def _is_environment_fault(error: Exception) -> bool:
    """Whether a full disk, a missing permission or broken hardware is the cause, and not a bug."""
    if isinstance(error, sqlite3.Error):
        # The low byte is SQLite's primary result code; the others qualify it.
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
