"""Title vectors: the mean Word2Vec vector of a title's words.

Mikolov et al., "Efficient Estimation of Word Representations in Vector Space" (2013). One worker and
a fixed hash: with more workers, or Python's randomised ``hash``, the same seed gives other vectors.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from bookrec.arrays import Floats
from bookrec.text import fold

TITLE_VECTOR_SIZE = 50


def _stable_hash(word: str) -> int:
    return zlib.crc32(word.encode())


def train_title_vectors(
    titles: Sequence[str], seed: int, size: int = TITLE_VECTOR_SIZE
) -> tuple[list[str], Floats]:
    """Word2Vec (skip-gram) over titles.

    Returns:
        The words, and their vectors [words, size]. Words seen once are left out.
    """
    from gensim.models import Word2Vec

    sentences = [fold(title).split() for title in titles]
    model = Word2Vec(
        vector_size=size,
        window=5,
        min_count=2,
        sg=1,
        negative=5,
        epochs=5,
        workers=1,
        seed=seed,
        hashfxn=_stable_hash,
    )
    model.build_vocab(sentences)
    if not len(model.wv):
        return [], np.zeros((0, size), dtype=np.float32)
    model.train(sentences, total_examples=len(sentences), epochs=model.epochs)
    return list(model.wv.index_to_key), np.asarray(model.wv.vectors, dtype=np.float32)


def title_matrix(titles: Sequence[str], words: Sequence[str], vectors: Floats) -> Floats:
    """[titles, size]: the mean vector of each title's known words; zeros where it has none."""
    row_of = {word: row for row, word in enumerate(words)}
    matrix = np.zeros((len(titles), vectors.shape[1]), dtype=np.float32)
    for place, title in enumerate(titles):
        rows = [row_of[word] for word in fold(title).split() if word in row_of]
        if rows:
            matrix[place] = vectors[rows].mean(axis=0)
    return matrix
