"""``bookrec shop`` run in this process."""

from __future__ import annotations

from click.testing import CliRunner, Result

from bookrec.cli.main import cli
from bookrec.errors import BookrecError
from bookrec.settings import Home


def run(home: Home, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["--home", str(home.root), "shop", *arguments])


def refusal(home: Home, *arguments: str) -> str:
    result = run(home, *arguments)
    assert isinstance(result.exception, BookrecError), result.output
    return str(result.exception)
