"""Runs an export's ``example.py`` in a process that cannot import bookrec."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

_SCRIPT = """
import sys
from pathlib import Path
import numpy as np

sys.modules["bookrec"] = None  # an import of it raises
directory, given, wanted = map(Path, sys.argv[1:])
sys.path.insert(0, str(directory))
from example import load

with np.load(given) as file:
    inputs = {name: file[name] for name in file}
predict = load(directory)
if "signature" in inputs:
    inputs["signature"] = str(inputs["signature"])
found = predict(inputs)
texts = {name: v.astype(str) if v.dtype == object else v for name, v in found.items()}
np.savez(wanted, **texts)
assert not [name for name in sys.modules if name.startswith("bookrec.")]
"""


def call_example(directory: Path, scratch: Path, **inputs: Any) -> dict[str, Any]:
    """What ``load(directory)(inputs)`` gives, computed elsewhere."""
    given, wanted = scratch / "given.npz", scratch / "wanted.npz"
    np.savez(given, **inputs)
    command = [sys.executable, "-B", "-c", _SCRIPT, str(directory), str(given), str(wanted)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    with np.load(wanted) as file:
        return dict(file)


def run_own_check(directory: Path) -> subprocess.CompletedProcess[str]:
    """``python check.py``."""
    command = [sys.executable, "-B", str(directory / "check.py")]
    return subprocess.run(command, capture_output=True, text=True, check=False)
