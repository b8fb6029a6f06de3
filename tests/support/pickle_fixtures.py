"""Pickles that real library versions wrote, with the values that those libraries report."""

from __future__ import annotations

import json
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

ARCHIVES = {path.stem: path for path in sorted((Path(__file__).parent / "pickles").glob("*.zip"))}


@cache
def contents(environment: str) -> dict[str, bytes]:
    """Files of an environment by name."""
    with zipfile.ZipFile(ARCHIVES[environment]) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@cache
def expectations(environment: str) -> dict[str, Any]:
    """Values that the environment's libraries report: ``python``, ``versions`` and ``files``."""
    return json.loads(contents(environment)["expected.json"])


def every_file() -> list[tuple[str, str]]:
    """(environment, file) of every pickle."""
    return [(name, file) for name in ARCHIVES for file in expectations(name)["files"]]


def unpack(environment: str, directory: Path) -> Path:
    """Write the files of an environment into one directory."""
    for name, content in contents(environment).items():
        (directory / name).write_bytes(content)
    return directory
