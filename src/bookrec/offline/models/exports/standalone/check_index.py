"""Does this index give the lists of the model it was made from, and how fast?

    python check.py

Prints one line of JSON; exit code 1 if a score differs by more than 1e-5, or a list has another book
than one whose score equals its own so nearly.
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


def median_ms(call: Callable[[], Any], repeats: int) -> float:
    """Milliseconds of one call, the first not counted."""
    call()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1e3


def difference(found: Mapping[str, Any], expected: Mapping[str, Any]) -> float:
    """The largest of the scores, relative to 1 + |score|; infinite where a list has a wrong book.

    Books of nearly equal scores may change places: each must be in the expected list, with nearly
    the score expected at its place, or tie with the last.
    """
    with np.errstate(invalid="ignore"):
        apart = np.abs(found["score"] - expected["score"]) / (1 + np.abs(expected["score"]))
    apart[found["score"] == expected["score"]] = 0.0  # both minus infinity: nothing to list
    for isbns, wanted, scores in zip(
        found["isbn"].astype(str), expected["isbn"], expected["score"], strict=True
    ):
        strangers = ~np.isin(isbns, wanted)
        if (scores[strangers] - scores[-1] > TOLERANCE * (1 + np.abs(scores[-1]))).any():
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
        found = predict({"signature": signature, "reader_id": readers, "k": k})
        wanted = {name: expected[f"{signature}/{name}"] for name in ("isbn", "score")}
        largest = max(largest, difference(found, wanted))
    ms = {}
    for count in (1, 32):
        asked = {"reader_id": readers[:count], "k": k}
        near = {**asked, "signature": "approximate", "probes": probes}
        ms[f"exact lists, readers: {count}"] = median_ms(partial(predict, asked), 50)
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
