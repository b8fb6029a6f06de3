"""The blocks of a Markdown document, to be run as they stand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block."""

    language: str
    text: str

    @property
    def lines(self) -> list[str]:
        """What is to be typed, line by line."""
        return [line for line in self.text.splitlines() if line]


def blocks(path: Path) -> list[Block]:
    """All fenced blocks of a document, in their order."""
    return [Block(*found) for found in _BLOCK.findall(path.read_text(encoding="utf-8"))]
