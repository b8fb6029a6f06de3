"""A ranker with every kind of layer."""

from __future__ import annotations

from typing import Any

import numpy as np

from bookrec.inference.ranker.activations import ACTIVATIONS
from bookrec.inference.ranker.layers import Layer, Sum
from bookrec.inference.ranker.split_ranker import SplitRanker
from small_recommender import normal

BANDS, BOOKS, READER, PAIR = 3, 11, 4, 2


def every_kind() -> SplitRanker:
    """Each activation once, on top of a layer; then both products, a kept sum, a reader's layer."""
    rng = np.random.default_rng(1)
    parameters: dict[str, dict[str, Any]] = {
        "prelu": {"alpha": normal(rng, 5)},
        "standardise": {"epsilon": 0.1},
        "unit": {"epsilon": 1e-6},
        "leaky_relu": {"negative_slope": 0.3},
    }
    base = Sum(
        normal(rng, BANDS, 5), normal(rng, READER, 5), normal(rng, BOOKS, 5), normal(rng, PAIR, 5)
    )
    reader = Sum(normal(rng, BANDS, 5), normal(rng, READER, 5))
    layers = [Layer("linear", (base,)), Layer("tanh", (reader,), pairwise=(False,))]
    for name in ACTIVATIONS:
        operand = Sum(normal(rng, BANDS, 5), inputs=((0, normal(rng, 5, 5)), (1, None)))
        layers.append(Layer(name, (operand,), parameters.get(name, {})))
    count = len(layers)
    one = Sum(normal(rng, BANDS, 5), inputs=((count - 1, None),))
    by_reader = Sum(np.zeros((BANDS, 5), dtype=np.float32), inputs=((1, None),))
    layers += [
        Layer("multiply", (one, one), pairwise=(True, True)),
        Layer("dot", (by_reader, one), pairwise=(False, True)),
        Layer("dot", (one, base), pairwise=(True, True)),
    ]
    inputs = tuple(
        (number, normal(rng, layer.width, 1)) for number, layer in enumerate(layers) if number > 1
    )
    last = Sum(normal(rng, BANDS, 1), inputs=inputs)
    return SplitRanker(tuple(layers), last, BOOKS, READER, PAIR, "linear")
