"""A model with one row more in its embeddings: the mean of all rows, for what it does not know.

The file that was imported stays as it is; the row is added each time it is opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from bookrec.offline.imported.model_inputs import ModelInput
from bookrec.offline.imported.plan import InputPlan
from bookrec.ranker import Floats


def with_mean_rows(model: Any, inputs: Sequence[ModelInput], plans: Sequence[InputPlan]) -> Any:
    """A copy of ``model`` whose embeddings have rows up to the highest `InputPlan.rows` among their
    inputs, the new ones being the mean of the rows that the encoders know."""
    tables = _tables(inputs, plans)
    pairs: list[tuple[Any, Any]] = []

    def copied(layer: Any) -> Any:
        settings = layer.get_config()
        if id(layer) in tables:
            settings["input_dim"] = len(tables[id(layer)])
        made = type(layer).from_config(settings)
        pairs.append((layer, made))
        return made

    copy = keras.models.clone_model(model, clone_function=copied, recursive=True)
    for layer, made in pairs:
        if id(layer) in tables:
            made.set_weights([tables[id(layer)]])
        elif isinstance(layer, keras.layers.Layer):  # operations have none
            made.set_weights(layer.get_weights())
    return copy


def _tables(inputs: Sequence[ModelInput], plans: Sequence[InputPlan]) -> dict[int, Floats]:
    """By id of each Embedding layer its rows, the new ones included."""
    layers: dict[int, Any] = {}
    codes: dict[int, list[Any]] = {}
    sizes: dict[int, int] = {}
    for one, plan in zip(inputs, plans, strict=True):
        for lookup in one.lookups:
            key = id(lookup.layer)
            layers[key] = lookup.layer
            known: NDArray[np.integer] = np.arange(lookup.rows)
            if plan.encoder is not None:
                known = plan.encoder.codes + plan.given.offset
            codes.setdefault(key, []).append(known[known < lookup.rows])
            sizes[key] = max(sizes.get(key, 0), (plan.rows or 0) + 1)
    made = {}
    for key, layer in layers.items():
        (rows,) = layer.get_weights()
        known = np.unique(np.concatenate(codes[key]))
        mean = rows[known].mean(axis=0, dtype=np.float64) if len(known) else np.zeros(rows.shape[1])
        new = np.tile(mean.astype(rows.dtype), (sizes[key] - len(rows), 1))
        made[key] = np.concatenate([rows, new])
    return made
