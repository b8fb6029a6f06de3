"""Check that the index gives the lists of its model, and measure its speed.

    python check.py

Prints one line of JSON. The exit code is 1 if a score differs by more than 1e-5, or a list has a wrong
book; books whose scores differ by less may change places.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from example import load

TOLERANCE: Final = 1e-5
"""Largest difference of a score, relative to 1 + |score|."""

Arrays = Mapping[str, Any]
"""Arrays by name."""


def median_ms(call: Callable[[], object], repeats: int) -> float:
    """Median milliseconds of a call, after one that is not timed."""
    call()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1e3


def difference(lists: Arrays, expected: Arrays) -> float:
    """Largest difference of a score, relative to 1 + |score|; infinite if a list has a wrong book.

    Books of nearly equal scores may change places. Each book must be in the expected list, with nearly
    the score expected at its place, or tie with the last book.
    """
    with np.errstate(invalid="ignore"):
        apart = np.abs(lists["score"] - expected["score"]) / (1 + np.abs(expected["score"]))
    apart[lists["score"] == expected["score"]] = 0.0  # both minus infinity: padding
    for isbns, wanted, scores in zip(
        lists["isbn"].astype(str), expected["isbn"], expected["score"], strict=True
    ):
        extra = ~np.isin(isbns, wanted)
        if (scores[extra] - scores[-1] > TOLERANCE * (1 + np.abs(scores[-1]))).any():
            return float("inf")
    return float(apart.max())


def main() -> int:
    """Check the export beside this file; 0 if it gives the expected outputs."""
    directory = Path(__file__).resolve().parent
    with np.load(directory / "sample_inputs.npz") as file:
        readers, k, probes = file["reader_id"], np.int32(file["k"]), np.int32(file["probes"])
    with np.load(directory / "sample_outputs.npz") as file:
        expected = dict(file)
    started = time.perf_counter()
    predict = load(directory)
    load_s = time.perf_counter() - started
    largest = 0.0
    for signature in ("serving_default", "with_own"):
        lists = predict({"signature": signature, "reader_id": readers, "k": k})
        wanted = {name: expected[f"{signature}/{name}"] for name in ("isbn", "score")}
        largest = max(largest, difference(lists, wanted))
    ms = {}
    for count in (1, 32):
        exact = {"reader_id": readers[:count], "k": k}
        near = {**exact, "signature": "approximate", "probes": probes}
        ms[f"exact lists, readers: {count}"] = median_ms(partial(predict, exact), 50)
        ms[f"approximate lists, readers: {count}"] = median_ms(partial(predict, near), 50)
    result = {
        "readers": len(readers),
        "largest_difference": largest,
        "load_s": round(load_s, 3),
        "ms": {name: round(value, 3) for name, value in ms.items()},
    }
    print(json.dumps(result))
    return 0 if largest <= TOLERANCE else 1


if __name__ == "__main__":
    sys.exit(main())
