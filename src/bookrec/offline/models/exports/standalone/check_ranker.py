"""Check that the export gives the scores of its model, and measure its speed.

    python check.py

Prints one line of JSON. The exit code is 1 if a score differs by more than 1e-5.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from example import load

TOLERANCE: Final = 1e-5
"""Largest difference of a score, relative to 1 + |score|."""


def median_ms(call: Callable[[], object], repeats: int) -> float:
    """Median milliseconds of a call, after one that is not timed."""
    call()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1e3


def main() -> int:
    """Check the export beside this file; 0 if it gives the expected outputs."""
    directory = Path(__file__).resolve().parent
    with np.load(directory / "sample_inputs.npz") as file:
        inputs = dict(file)
    with np.load(directory / "sample_outputs.npz") as file:
        expected = dict(file)
    started = time.perf_counter()
    predict = load(directory)
    load_s = time.perf_counter() - started
    outputs = predict(inputs)
    largest = max(
        float(np.max(np.abs(outputs[name] - value) / (1 + np.abs(value))))
        for name, value in expected.items()
    )
    first_pair = {name: values[:1] for name, values in inputs.items()}
    pairs = len(expected["score"])
    result = {
        "pairs": pairs,
        "largest_difference": largest,
        "load_s": round(load_s, 3),
        "ms": {
            "1 pair": round(median_ms(lambda: predict(first_pair), 200), 3),
            f"{pairs:,} pairs": round(median_ms(lambda: predict(inputs), 30), 3),
        },
    }
    print(json.dumps(result))
    return 0 if largest <= TOLERANCE else 1


if __name__ == "__main__":
    sys.exit(main())
