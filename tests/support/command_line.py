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
    """Run a command that succeeds; return its standard output."""
    result = subprocess.run(
        [sys.executable, "-m", "bookrec", "--home", str(home.root), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, f"bookrec {' '.join(arguments)}: {result.stdout}{result.stderr}"
    return result.stdout


def bookrec_in_process(home: Home, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command in this process, which has TensorFlow loaded already."""
    output, errors = io.StringIO(), io.StringIO()
    command = ["bookrec", "--home", str(home.root), *arguments]
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
