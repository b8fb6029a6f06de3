"""Forward pass of a compiled Wide & Deep model in NumPy, its first Dense layer split.

The deep part's first Dense layer sees reader, book and pair inputs side by side, and a matrix product
over a concatenation is a sum of products: ``W [r; b; p] = W_r r + W_b b + W_p p``. The book's term is
computed once per book, the reader's once per reader, and only what follows runs per pair. The split is
exact up to float32 rounding. The wide part is linear, so it splits the same way.

Shapes: ``H`` width of the first Dense, ``F`` reader features, ``B`` books, ``P`` pair features,
``C`` books ranked at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

_TILE: Final = 4096
"""Books ranked at a time: keeps the activations of a tile (4096 x 128 float32 = 2 MiB) in cache."""

_ARRAYS: Final = (
    "age_half", "age_wide", "reader_kernel", "reader_wide", "book_half", "book_wide",
    "pair_kernel", "pair_wide",
)  # fmt: skip


@dataclass(frozen=True)
class SplitRanker:
    """A Wide & Deep model as arrays; logits equal Keras's up to float32 rounding."""

    age_half: Floats
    """[bands, H]: the first layer's term of each age band, its bias included."""
    age_wide: Floats
    """[bands]: the wide part's term of each age band."""
    reader_kernel: Floats
    """[F, H]: the first layer's rows for the reader features."""
    reader_wide: Floats
    """[F]: the wide part's weights for the reader features."""
    book_half: Floats
    """[B, H]: the first layer's term of each book."""
    book_wide: Floats
    """[B]: the wide part's term of each book."""
    pair_kernel: Floats
    """[P, H]: the first layer's rows for the pair features (P may be 0)."""
    pair_wide: Floats
    """[P]: the wide part's weights for the pair features."""
    hidden: tuple[tuple[Floats, Floats], ...]
    """(kernel, bias) of the Dense layers after the first; ReLU between them, none after the last."""
    wide_weight: float
    """Weight of the wide logit in the output layer."""
    deep_weight: float
    """Weight of the deep logit in the output layer."""
    bias: float
    """Bias of the output layer, with the wide part's own bias times ``wide_weight`` added."""

    def logits(
        self, age_band: int, reader_features: Floats, books: Ints | slice, pair_features: Floats
    ) -> Floats:
        """Logits of one reader for some books.

        Args:
            age_band: code of `bookrec.ages.AGE_BANDS`.
            reader_features: [F].
            books: [C] positions of books, or a slice of the catalogue.
            pair_features: [C, P] of the reader with each of these books.

        Returns:
            [C] float32; higher is better, `probabilities` turns them into probabilities.
        """
        reader_half = self.age_half[age_band] + reader_features @ self.reader_kernel
        reader_wide = self.age_wide[age_band] + reader_features @ self.reader_wide
        wide = self.book_wide[books] + reader_wide + pair_features @ self.pair_wide
        deep = np.empty_like(wide)
        halves = self.book_half[books]
        for start in range(0, len(deep), _TILE):
            tile = slice(start, start + _TILE)
            deep[tile] = self._deep(reader_half, halves[tile], pair_features[tile])
        return (self.wide_weight * wide + self.deep_weight * deep + self.bias).astype(np.float32)

    def _deep(self, reader_half: Floats, book_half: Floats, pair_features: Floats) -> Floats:
        activation = book_half + reader_half
        if pair_features.shape[1]:
            activation += pair_features @ self.pair_kernel
        for kernel, bias in self.hidden:
            np.maximum(activation, 0.0, out=activation)
            activation = activation @ kernel
            activation += bias
        return activation[:, 0]

    def save(self, directory: Path) -> None:
        """Write the arrays into ``directory`` (which exists), one ``.npy`` each."""
        for name in _ARRAYS:
            np.save(directory / f"{name}.npy", getattr(self, name))
        for number, (kernel, bias) in enumerate(self.hidden):
            np.save(directory / f"hidden_{number}_kernel.npy", kernel)
            np.save(directory / f"hidden_{number}_bias.npy", bias)
        output = np.array([self.wide_weight, self.deep_weight, self.bias], dtype=np.float64)
        np.save(directory / "output.npy", output)

    @classmethod
    def load(cls, directory: Path) -> SplitRanker:
        """Memory-map what `save` wrote; several processes share the pages."""
        arrays = {name: np.load(directory / f"{name}.npy", mmap_mode="r") for name in _ARRAYS}
        count = len(list(directory.glob("hidden_*_kernel.npy")))
        hidden = tuple(
            (
                np.load(directory / f"hidden_{number}_kernel.npy"),
                np.load(directory / f"hidden_{number}_bias.npy"),
            )
            for number in range(count)
        )
        wide_weight, deep_weight, bias = map(float, np.load(directory / "output.npy"))
        return cls(
            **arrays, hidden=hidden, wide_weight=wide_weight, deep_weight=deep_weight, bias=bias
        )


def probabilities(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """The logistic function, computed in float64 without overflow or loss of small values."""
    small = np.exp(-np.abs(logits.astype(np.float64)))
    return np.where(logits >= 0, 1.0, small) / (1.0 + small)
