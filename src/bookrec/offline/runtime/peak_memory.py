"""Peak memory of this process."""

from __future__ import annotations

import re
import resource
import sys
from pathlib import Path
from typing import Final

_HIGH_WATER: Final = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


def peak_resident_bytes() -> int:
    """Return the peak resident memory of this process in bytes, resident mapped files included.

    On Linux, this is the high-water mark of the address space. ``getrusage`` is no substitute there: a
    child process inherits its parent's peak, so a small worker would look as large as its parent.
    """
    try:
        match = _HIGH_WATER.search(Path("/proc/self/status").read_text(encoding="utf-8"))
    except OSError:
        match = None
    if match is not None:
        return int(match[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
