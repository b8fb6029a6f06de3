"""The ranker on a sample of real pairs: what an export of it is compared with."""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats
from bookrec.offline.models.exports.export_input import SAMPLE_INPUTS, SAMPLE_OUTPUTS, ExportInput

PAIRS: Final = 1000
"""In a sample."""
_REPEATS: Final = 10
"""Of what is timed; the first time is not counted."""


def write_sample(export_input: ExportInput, directory: Path) -> dict[str, float]:
    """Write inputs of some pairs and what Keras makes of them.

    Returns:
        Milliseconds that Keras itself takes, to compare an export with.
    """
    inputs = export_input.sample_inputs(PAIRS)
    score = predicted(export_input, inputs)
    columns: dict[str, Any] = dict(inputs)
    np.savez(directory / SAMPLE_INPUTS, allow_pickle=False, **columns)
    np.savez(directory / SAMPLE_OUTPUTS, allow_pickle=False, score=score)
    return keras_ms(export_input, inputs)


def predicted(export_input: ExportInput, inputs: dict[str, NDArray[Any]]) -> Floats:
    """[pairs] the model's outputs."""
    found = export_input.bundle.ranker.predict(inputs, batch_size=PAIRS, verbose=0)
    return np.asarray(found, dtype=np.float32)[:, 0]


def keras_ms(export_input: ExportInput, inputs: dict[str, NDArray[Any]]) -> dict[str, float]:
    """Median milliseconds of ``model.predict``, for one pair and for all."""
    one = {name: values[:1] for name, values in inputs.items()}
    found = {}
    for name, some in (("1 pair", one), (f"{PAIRS:,} pairs", inputs)):
        times = []
        for _ in range(_REPEATS + 1):
            started = time.perf_counter()
            predicted(export_input, some)
            times.append(time.perf_counter() - started)
        found[name] = round(statistics.median(times[1:]) * 1e3, 3)
    return found


def describe_score(export_input: ExportInput) -> dict[str, dict[str, Any]]:
    """The one output of every ranker's export."""
    kind = export_input.recommender.ranker.output
    meaning = "probability of a positive interaction" if kind == "sigmoid" else "what is ranked by"
    return {"score": {"dtype": "float32", "shape": [None], "meaning": meaning}}
