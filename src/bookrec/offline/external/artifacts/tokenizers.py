"""How notebooks cut titles into words before they average the words' vectors."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final, Literal

import numpy as np

from bookrec.arrays import Floats
from bookrec.text import fold

_LETTERS: Final = re.compile(r"((?:(?![\d])\w)+)", re.UNICODE)


def _simple(text: str) -> list[str]:
    """As gensim's ``simple_preprocess``: runs of letters, in lower case, of 2 to 15."""
    words = (match.group() for match in _LETTERS.finditer(text.lower()))
    return [word for word in words if 2 <= len(word) <= 15 and not word.startswith("_")]


WAYS: Final[dict[Tokens, Callable[[str], list[str]]]] = {
    "simple": _simple,
    "lower": lambda text: text.lower().split(),
    "as written": str.split,
    "folded": lambda text: fold(text).split(),
}
"""``lower``: split at white space, in lower case; ``folded``: as bookrec itself does it."""


def mean_vectors(
    texts: Sequence[str], words: Sequence[str], vectors: Floats, way: Tokens
) -> Floats:
    """[texts, size] mean vectors of the known words of each text; zeros where none is known.

    A word counts as often as it occurs.
    """
    row_of = {word: row for row, word in enumerate(words)}
    split = WAYS[way]
    made = np.zeros((len(texts), vectors.shape[1]), dtype=np.float32)
    for place, text in enumerate(texts):
        rows = [row_of[word] for word in split(text) if word in row_of]
        if rows:
            made[place] = np.mean(vectors[rows], axis=0)
    return made


def best_way(texts: Sequence[str], words: Sequence[str]) -> tuple[Tokens, dict[Tokens, float]]:
    """The way that gives the vocabulary's words, and each way's agreement (0 to 1) with them.

    Agreement is the harmonic mean of two shares: of the texts' words that the vocabulary has, and of
    the vocabulary's words that the texts have.
    """
    known = set(words)
    agreement: dict[Tokens, float] = {}
    for way, split in WAYS.items():
        total = met = 0
        seen: set[str] = set()
        for text in texts:
            found = split(text)
            total += len(found)
            met += sum(word in known for word in found)
            seen.update(found)
        share, used = met / max(total, 1), len(seen & known) / max(len(known), 1)
        agreement[way] = 2 * share * used / (share + used) if share + used else 0.0
    return max(agreement, key=lambda way: agreement[way]), agreement


Tokens = Literal["simple", "lower", "as written", "folded"]
"""How titles are cut into words, see `artifacts.tokenizers`."""
