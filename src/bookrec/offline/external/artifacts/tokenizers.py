"""Tokenizers that notebooks split titles with before they average word vectors."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final, Literal

import numpy as np

from bookrec.arrays import Floats
from bookrec.text import fold

_LETTERS: Final = re.compile(r"((?:(?![\d])\w)+)", re.UNICODE)

Tokens = Literal["simple", "lower", "as written", "folded"]
"""Name of a tokenizer, a key of `TOKENIZERS`."""


def _simple(text: str) -> list[str]:
    """Split like gensim's ``simple_preprocess``: runs of 2 to 15 letters, in lower case."""
    words = (match.group() for match in _LETTERS.finditer(text.lower()))
    return [word for word in words if 2 <= len(word) <= 15 and not word.startswith("_")]


TOKENIZERS: Final[dict[Tokens, Callable[[str], list[str]]]] = {
    "simple": _simple,
    "lower": lambda text: text.lower().split(),
    "as written": str.split,
    "folded": lambda text: fold(text).split(),
}
"""``lower`` and ``as written`` split at white space; ``folded`` is bookrec's own tokenizer."""


def mean_vectors(
    texts: Sequence[str], words: Sequence[str], vectors: Floats, tokens: Tokens
) -> Floats:
    """Return the [texts, size] mean vectors of each text's known words; zeros without any.

    A word counts as often as it occurs.

    Args:
        texts: texts.
        words: known words.
        vectors: [words, size] word vectors.
        tokens: name of the tokenizer.
    """
    row_of = {word: row for row, word in enumerate(words)}
    split = TOKENIZERS[tokens]
    means = np.zeros((len(texts), vectors.shape[1]), dtype=np.float32)
    for place, text in enumerate(texts):
        rows = [row_of[word] for word in split(text) if word in row_of]
        if rows:
            means[place] = np.mean(vectors[rows], axis=0)
    return means


def best_tokenizer(
    texts: Sequence[str], words: Sequence[str]
) -> tuple[Tokens, dict[Tokens, float]]:
    """Return the tokenizer whose words fit a vocabulary best, and the agreement (0 to 1) of each.

    Agreement is the harmonic mean of two shares: of the texts' words that are in the vocabulary, and
    of the vocabulary's words that are in the texts.
    """
    vocabulary = set(words)
    agreement: dict[Tokens, float] = {}
    for name, split in TOKENIZERS.items():
        total = hits = 0
        distinct: set[str] = set()
        for text in texts:
            tokens = split(text)
            total += len(tokens)
            hits += sum(word in vocabulary for word in tokens)
            distinct.update(tokens)
        precision = hits / max(total, 1)
        recall = len(distinct & vocabulary) / max(len(vocabulary), 1)
        both = precision + recall
        agreement[name] = 2 * precision * recall / both if both else 0.0
    return max(agreement, key=lambda name: agreement[name]), agreement
