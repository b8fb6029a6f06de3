"""The fixtures that real library versions wrote, and what those libraries say of them."""

from __future__ import annotations

import json
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

ARCHIVES = {path.stem: path for path in sorted((Path(__file__).parent / "pickles").glob("*.zip"))}


@cache
def contents(environment: str) -> dict[str, bytes]:
    """Every file of one environment by name."""
    with zipfile.ZipFile(ARCHIVES[environment]) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@cache
def told(environment: str) -> dict[str, Any]:
    """What the environment's libraries say: ``python``, ``versions`` and ``files``."""
    return json.loads(contents(environment)["expected.json"])


def every_file() -> list[tuple[str, str]]:
    """(environment, file) of every pickle."""
    return [(name, file) for name in ARCHIVES for file in told(name)["files"]]


def unpack(environment: str, directory: Path) -> Path:
    """Write an environment's files, side by side as the libraries left them."""
    for name, content in contents(environment).items():
        (directory / name).write_bytes(content)
    return directory
