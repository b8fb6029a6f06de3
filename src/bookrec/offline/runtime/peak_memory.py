"""The most memory this process ever held in RAM."""

from __future__ import annotations

import re
import resource
import sys
from pathlib import Path
from typing import Final

_HIGH_WATER: Final = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


def peak_resident_bytes() -> int:
    """Peak resident memory of this process in bytes, mapped files that are in RAM included.

    Linux is asked for the high-water mark of the address space: ``getrusage`` hands a started
    process down what the one that started it held, and a small worker would look as large as that.
    """
    try:
        found = _HIGH_WATER.search(Path("/proc/self/status").read_text(encoding="utf-8"))
    except OSError:
        found = None
    if found is not None:
        return int(found[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
