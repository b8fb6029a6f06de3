"""Runs the command line as an operator would, in a process of its own."""

from __future__ import annotations

import subprocess
import sys

from bookrec.settings import Home


def bookrec(home: Home, *arguments: str) -> str:
    """The standard output of a command that is to succeed."""
    result = subprocess.run(
        [sys.executable, "-m", "bookrec", "--home", str(home.root), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, f"bookrec {' '.join(arguments)}: {result.stdout}{result.stderr}"
    return result.stdout
