"""Names of the well-known sources, for the command line; loads no pandas."""

from __future__ import annotations

from pathlib import Path
from typing import Final

KNOWN_DIRECTORY: Final = Path(__file__).with_name("known")
"""Directory of one TOML file for each source."""


def known_names() -> list[str]:
    """Names of the well-known sources, in alphabetical order."""
    return sorted(path.stem for path in KNOWN_DIRECTORY.glob("*.toml"))
