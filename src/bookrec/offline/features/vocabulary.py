"""Vocabularies: codes of embeddings for ids and names; 0 = unknown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from bookrec.arrays import Ints

UNKNOWN = 0
"""Code of all values outside a vocabulary; its embedding is trained by masking known codes."""


@dataclass(frozen=True)
class Vocabulary:
    """An ordered list of distinct keys; the first has code 1."""

    keys: tuple[str, ...]

    @property
    def size(self) -> int:
        """Rows of an embedding: all keys, and the unknown code."""
        return len(self.keys) + 1

    def codes(self, values: Iterable[str]) -> Ints:
        """[n] code of each value; `UNKNOWN` for values outside the vocabulary."""
        code_of = {key: code for code, key in enumerate(self.keys, start=1)}
        return np.fromiter((code_of.get(value, UNKNOWN) for value in values), dtype=np.int32)


def build_vocabulary(values: Iterable[str]) -> Vocabulary:
    """Make a vocabulary of all distinct non-empty values, in sorted order."""
    return Vocabulary(tuple(sorted({value for value in values if value})))
