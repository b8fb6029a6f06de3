"""Scores of the ranker for a sample of real pairs, which exports are compared with."""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from typing import Final

import numpy as np

from bookrec.arrays import Array, Floats
from bookrec.offline.models.exports.export_input import (
    SAMPLE_INPUTS,
    SAMPLE_OUTPUTS,
    ExportInput,
    Signature,
)

PAIRS: Final = 1000
"""Pairs of reader and book in a sample."""
_REPEATS: Final = 10
"""Timed calls, after one that is not timed."""


def write_sample(export_input: ExportInput, directory: Path) -> dict[str, float]:
    """Write the inputs of sampled pairs and the scores of Keras.

    Returns:
        Milliseconds that Keras takes, from `keras_ms`.
    """
    inputs = export_input.sample_inputs(PAIRS)
    score = predicted(export_input, inputs)
    np.savez(directory / SAMPLE_INPUTS, allow_pickle=False, **inputs)
    np.savez(directory / SAMPLE_OUTPUTS, allow_pickle=False, score=score)
    return keras_ms(export_input, inputs)


def predicted(export_input: ExportInput, inputs: dict[str, Array]) -> Floats:
    """Return the outputs [pairs] of the Keras model.

    Args:
        export_input: the bundle.
        inputs: [pairs, width] values by input name.
    """
    outputs = export_input.bundle.ranker.predict(inputs, batch_size=PAIRS, verbose=0)
    return np.asarray(outputs, dtype=np.float32)[:, 0]


def keras_ms(export_input: ExportInput, inputs: dict[str, Array]) -> dict[str, float]:
    """Median milliseconds of ``model.predict``, for one pair and for all pairs.

    Args:
        export_input: the bundle.
        inputs: [pairs, width] values by input name.
    """
    first_pair = {name: values[:1] for name, values in inputs.items()}
    medians = {}
    for name, batch in (("1 pair", first_pair), (f"{PAIRS:,} pairs", inputs)):
        times = []
        for _ in range(_REPEATS + 1):
            started = time.perf_counter()
            predicted(export_input, batch)
            times.append(time.perf_counter() - started)
        medians[name] = round(statistics.median(times[1:]) * 1e3, 3)
    return medians


def describe_score(export_input: ExportInput) -> Signature:
    """Return the only output of a ranker's export."""
    kind = export_input.recommender.ranker.output
    meaning = "probability of a positive interaction" if kind == "sigmoid" else "ranking score"
    return {"score": {"dtype": "float32", "shape": [None], "meaning": meaning}}
