"""Compiled rankers put together by hand: a wide and a deep part of given arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bookrec.arrays import Floats
from bookrec.inference.ranker.layers import Layer, Sum
from bookrec.inference.ranker.split_ranker import SplitRanker


def wide_and_deep(
    *,
    age_half: Floats,
    age_wide: Floats,
    reader_kernel: Floats,
    reader_wide: Floats,
    book_half: Floats,
    book_wide: Floats,
    pair_kernel: Floats,
    pair_wide: Floats,
    hidden: Sequence[tuple[Floats, Floats]],
    wide_weight: float,
    deep_weight: float,
    bias: float,
) -> SplitRanker:
    """``wide_weight * wide + deep_weight * deep + bias``.

    Args:
        age_half: [bands, H] first layer's term of each age band, its bias included; age_wide: [bands].
        reader_kernel: [F, H], reader_wide: [F]; book_half: [B, H], book_wide: [B]; pair_kernel: [P, H],
            pair_wide: [P].
        hidden: (kernel, bias) of the layers after the first, ReLU before each, the last of width 1.
    """
    layers = [Layer("relu", (Sum(age_half, reader_kernel, book_half, _some(pair_kernel)),))]
    for number, (kernel, layer_bias) in enumerate(hidden[:-1]):
        constant = np.tile(layer_bias, (len(age_half), 1))
        layers.append(Layer("relu", (Sum(constant, inputs=((number, kernel),)),)))
    kernel, layer_bias = hidden[-1]
    shift = bias + deep_weight * layer_bias
    last = Sum(
        (wide_weight * age_wide[:, None] + shift).astype(np.float32),
        np.float32(wide_weight) * reader_wide[:, None],
        np.float32(wide_weight) * book_wide[:, None],
        _some(np.float32(wide_weight) * pair_wide[:, None]),
        ((len(layers) - 1, np.float32(deep_weight) * kernel),),
    )
    books, features, pairs = len(book_half), len(reader_kernel), len(pair_kernel)
    return SplitRanker(tuple(layers), last, books, features, pairs, "sigmoid")


def _some(kernel: Floats) -> Floats | None:
    return kernel if len(kernel) else None
