"""Line ends of a text: files of old Macs end lines by carriage returns alone."""

from __future__ import annotations

import numpy as np

_LINE_FEED, _RETURN, _QUOTE = b'\n\r"'
_SAMPLE_BYTES = 1 << 22


def with_line_feeds(content: bytes) -> tuple[bytes, str]:
    """Return a text whose lines end by line feeds, and a note if that changed it.

    Carriage returns end lines where no line feed does, apart from those inside quotes.
    """
    sample = np.frombuffer(content[:_SAMPLE_BYTES], dtype=np.uint8)
    returns = sample == _RETURN
    if not returns.any():
        return content, ""
    feeds = sample == _LINE_FEED
    if feeds.any():
        outside = ~np.bitwise_xor.accumulate(sample == _QUOTE)
        if (feeds & outside).any() or not (returns & outside).any():
            return content, ""
    changed = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return changed, "Lines end by carriage returns alone."
