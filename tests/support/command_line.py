"""Commands run in a process of their own, as by an operator."""

from __future__ import annotations

import subprocess
import sys

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
