"""A copy of the package to which a test adds one module and one line of a registry."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import bookrec

SUPPORT = Path(__file__).parent


@dataclass(frozen=True)
class ToyProject:
    """A copy of the package in a directory of its own."""

    root: Path

    @classmethod
    def copy_to(cls, root: Path) -> ToyProject:
        """Copy the package with its bytecode, which is valid beside a source of the same time."""
        shutil.copytree(Path(bookrec.__file__).parent, root / "bookrec")
        return cls(root)

    def add_module(self, name: str, text: str) -> None:
        """Write a new module, named by its dotted path below ``bookrec``."""
        self.add_file(f"{name.replace('.', '/')}.py", text)

    def add_file(self, name: str, text: str) -> None:
        """Write a new file, named by its path below ``bookrec``."""
        path = self.root / "bookrec" / name
        assert not path.exists()
        path.write_text(text, encoding="utf-8")

    def add_line(self, registry: str, after: str, line: str) -> None:
        """Add one line to the module of a registry, behind the line that begins with ``after``."""
        path = self.root / "bookrec" / f"{registry.replace('.', '/')}.py"
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        (place,) = (n for n, text in enumerate(lines) if text.startswith(after))
        lines.insert(place + 1, f"{line}\n")
        path.write_text("".join(lines), encoding="utf-8")

    def run(self, script: str, *arguments: object) -> str:
        """Run a script with this copy of the package; returns its standard output."""
        return self._run(["-c", script], arguments)

    def command(self, home: Path, *arguments: str) -> str:
        """Run a ``bookrec`` command with this copy of the package."""
        return self._run(["-m", "bookrec", "--home", str(home)], arguments)

    def _run(self, start: list[str], arguments: tuple[object, ...]) -> str:
        paths = os.pathsep.join([str(self.root), str(SUPPORT)])
        outcome = subprocess.run(
            [sys.executable, *start, *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"PYTHONPATH": paths},
        )
        assert outcome.returncode == 0, outcome.stdout[-2000:] + outcome.stderr[-4000:]
        return outcome.stdout
