"""Commands run as by an operator: in a process of their own, or in this one."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
from unittest.mock import patch

from bookrec.cli.main import main
from bookrec.settings import Home


def bookrec(home: Home, *arguments: str) -> str:
    """Run a command that succeeds in a process of its own; return its standard output."""
    result = subprocess.run(
        [sys.executable, "-m", "bookrec", "--home", str(home.root), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    return _output_of(result)


def bookrec_here(home: Home, *arguments: str) -> str:
    """Run a command that succeeds in this process; return its standard output.

    A process of its own would import TensorFlow again, for four seconds.
    """
    return _output_of(bookrec_in_process(home, *arguments))


def bookrec_in_process(home: Home, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command in this process, which has TensorFlow loaded already."""
    return run_in_process(["bookrec", "--home", str(home.root), *arguments])


def run_in_process(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run the words of a command line in this process, as `main` runs those of its own."""
    output, errors = io.StringIO(), io.StringIO()
    exit_code = 0
    with (
        patch.object(sys, "argv", command),
        contextlib.redirect_stdout(output),
        contextlib.redirect_stderr(errors),
    ):
        try:
            main()
        except SystemExit as stop:
            exit_code = int(stop.code or 0)
    return subprocess.CompletedProcess(command, exit_code, output.getvalue(), errors.getvalue())


def _output_of(result: subprocess.CompletedProcess[str]) -> str:
    said = f"{result.stdout}{result.stderr}"
    assert result.returncode == 0, f"{' '.join(map(str, result.args))}: {said}"
    return result.stdout
