"""Check that all weights are present and finite.

    python check.py

Prints one line of JSON. The exit code is 1 if a weight is missing or not finite.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
from example import load


def main() -> int:
    """Check the export beside this file; 0 if all weights are present and finite."""
    directory = Path(__file__).resolve().parent
    started = time.perf_counter()
    weights = load(directory)
    load_s = time.perf_counter() - started
    shapes = json.loads((directory / "weights.json").read_text(encoding="utf-8"))["weights"]
    same = shapes == {name: list(array.shape) for name, array in weights.items()}
    finite = all(bool(np.isfinite(array).all()) for array in weights.values())
    print(json.dumps({"weights": len(weights), "load_s": round(load_s, 3), "ms": {}}))
    return 0 if same and finite else 1


if __name__ == "__main__":
    sys.exit(main())
