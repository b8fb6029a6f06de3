"""Run an export's ``example.py`` in a process that cannot import bookrec."""

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
sys.modules["sklearn"] = None  # Keras would import it for wrappers of its own
directory, scratch = map(Path, sys.argv[1:3])
sys.path.insert(0, str(directory))
from example import load

predict = load(directory)
for number in range(int(sys.argv[3])):
    with np.load(scratch / f"inputs-{number}.npz") as file:
        inputs = {name: file[name] for name in file}
    if "signature" in inputs:
        inputs["signature"] = str(inputs["signature"])
    outputs = predict(inputs)
    texts = {name: v.astype(str) if v.dtype == object else v for name, v in outputs.items()}
    np.savez(scratch / f"outputs-{number}.npz", **texts)
assert not [name for name in sys.modules if name.startswith("bookrec.")]
"""


def call_example(directory: Path, scratch: Path, **inputs: Any) -> dict[str, Any]:
    """Return the outputs of ``load(directory)(inputs)`` in another process."""
    return call_examples(directory, scratch, inputs)[0]


def call_examples(directory: Path, scratch: Path, *inputs: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the outputs of one ``load(directory)`` for several inputs."""
    for number, arrays in enumerate(inputs):
        np.savez(scratch / f"inputs-{number}.npz", **arrays)
    arguments = [str(directory), str(scratch), str(len(inputs))]
    command = [sys.executable, "-B", "-c", _SCRIPT, *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    outputs = []
    for number in range(len(inputs)):
        with np.load(scratch / f"outputs-{number}.npz") as file:
            outputs.append(dict(file))
    return outputs


def run_own_check(directory: Path) -> subprocess.CompletedProcess[str]:
    """Run ``python check.py``."""
    command = [sys.executable, "-B", str(directory / "check.py")]
    return subprocess.run(command, capture_output=True, text=True, check=False)
