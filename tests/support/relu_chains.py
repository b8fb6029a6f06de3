"""Compiled rankers that are chains of ReLU layers, of random arrays."""

from __future__ import annotations

import itertools

import numpy as np

from bookrec.arrays import Floats
from bookrec.inference.ranker.layers import Layer, Sum
from bookrec.inference.ranker.split_ranker import SplitRanker
from small_recommender import normal


def chain(
    widths: tuple[int, ...], *, bands: int = 3, features: int = 5, books: int = 1300, pairs: int = 4
) -> SplitRanker:
    """Random ReLU layers one after the other; books and pairs in the first and the last sum."""
    rng = np.random.default_rng(8)

    def kernel(width: int) -> Floats | None:
        return normal(rng, pairs, width) if pairs else None

    first = Sum(
        normal(rng, bands, widths[0]),
        normal(rng, features, widths[0]),
        normal(rng, books, widths[0]),
        kernel(widths[0]),
    )
    layers = [Layer("relu", (first,))]
    for number, (before, width) in enumerate(itertools.pairwise(widths)):
        inputs = ((number, normal(rng, before, width) / np.float32(before**0.5)),)
        layers.append(Layer("relu", (Sum(normal(rng, bands, width), inputs=inputs),)))
    inputs = ((len(widths) - 1, normal(rng, widths[-1], 1)),)
    last = Sum(normal(rng, bands, 1), None, normal(rng, books, 1), kernel(1), inputs)
    return SplitRanker(tuple(layers), last, books, features, pairs, "sigmoid")
