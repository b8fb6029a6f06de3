"""Run an export's ``example.py`` in a process that cannot import bookrec."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

_SCRIPT = """
import sys
from pathlib import Path
import numpy as np

sys.modules["bookrec"] = None  # an import of it raises
scratch = Path(sys.argv[1])
for place, directory in enumerate(sys.argv[2:]):
    for name in ("example", "activations"):
        sys.modules.pop(name, None)
    sys.path.insert(0, directory)
    from example import load

    predict = load(Path(directory))
    for path in sorted(scratch.glob(f"inputs-{place}-*.npz")):
        with np.load(path) as file:
            inputs = {name: file[name] for name in file}
        if "signature" in inputs:
            inputs["signature"] = str(inputs["signature"])
        outputs = predict(inputs)
        texts = {name: v.astype(str) if v.dtype == object else v for name, v in outputs.items()}
        np.savez(scratch / path.name.replace("inputs", "outputs"), **texts)
assert not [name for name in sys.modules if name.startswith("bookrec.")]
"""


def call_example(directory: Path, scratch: Path, **inputs: Any) -> dict[str, Any]:
    """Return the outputs of ``load(directory)(inputs)`` in another process."""
    return call_examples(directory, scratch, inputs)[0]


def call_examples(directory: Path, scratch: Path, *inputs: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the outputs of one ``load(directory)`` for several inputs."""
    return call_exports(scratch, [(directory, inputs)])[0]


def call_exports(
    scratch: Path, calls: Sequence[tuple[Path, Sequence[dict[str, Any]]]]
) -> list[list[dict[str, Any]]]:
    """Return, for each export and its inputs, the outputs; all in one process, which starts once."""
    names = [[f"{place}-{n}.npz" for n in range(len(i))] for place, (_, i) in enumerate(calls)]
    for (_, inputs), of_export in zip(calls, names, strict=True):
        for arrays, name in zip(inputs, of_export, strict=True):
            np.savez(scratch / f"inputs-{name}", **arrays)
    directories = [str(directory) for directory, _ in calls]
    command = [sys.executable, "-B", "-c", _SCRIPT, str(scratch), *directories]
    result = _run(command)
    assert result.returncode == 0, result.stderr

    def outputs(name: str) -> dict[str, Any]:
        with np.load(scratch / f"outputs-{name}") as file:
            return dict(file)

    return [list(map(outputs, of_export)) for of_export in names]


def run_own_check(directory: Path) -> subprocess.CompletedProcess[str]:
    """Run ``python check.py``."""
    command = [sys.executable, "-B", str(directory / "check.py")]
    return _run(command)


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"TF_USE_LEGACY_KERAS": "1"}  # as `run_check`: without Keras
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
