"""The ranker on a sample of real pairs: what an export of it is compared with."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bookrec.offline.exports.material import SAMPLE_INPUTS, SAMPLE_OUTPUTS, Material

PAIRS: Final = 1000
"""In a sample."""


def write_sample(material: Material, directory: Path) -> dict[str, NDArray[Any]]:
    """Write inputs of some pairs and what Keras makes of them; returns the inputs by name."""
    inputs = material.sample_inputs(PAIRS)
    score = material.bundle.ranker.predict(inputs, batch_size=PAIRS, verbose=0)
    columns: dict[str, Any] = dict(inputs)
    np.savez(directory / SAMPLE_INPUTS, allow_pickle=False, **columns)
    np.savez(directory / SAMPLE_OUTPUTS, allow_pickle=False, score=np.asarray(score)[:, 0])
    return inputs


def describe_score(material: Material) -> dict[str, dict[str, Any]]:
    """The one output of every ranker's export."""
    kind = material.recommender.ranker.output
    meaning = "probability of a positive interaction" if kind == "sigmoid" else "what is ranked by"
    return {"score": {"dtype": "float32", "shape": [None], "meaning": meaning}}
