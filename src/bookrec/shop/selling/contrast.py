"""Contrast of colours as WCAG 2.2 defines it, for the colours that an owner chooses."""

from __future__ import annotations

import re
from typing import Final

LEAST_TEXT: Final = 4.5
"""Least contrast of text and its ground (level AA)."""
LIGHT_GROUNDS: Final = ("#f7f2e8", "#fffdf7")
"""Grounds ``--paper`` and ``--sheet`` of site.css by day."""
DARK_GROUNDS: Final = ("#1a1714", "#24201b", "#10241c")
"""The two by night, and the text on buttons."""

_COLOUR: Final = re.compile(r"#[0-9a-f]{6}")


def is_colour(text: str) -> bool:
    """Whether ``text`` is a colour such as ``#1c5a47``."""
    return bool(_COLOUR.fullmatch(text))


def contrast(colour: str, ground: str) -> float:
    """Return the contrast ratio, 1 to 21, of two colours."""
    lighter, darker = sorted((_luminance(colour), _luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
