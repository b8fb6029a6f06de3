"""Title embeddings: the mean Word2Vec vector of the words of a title.

Mikolov et al., "Efficient Estimation of Word Representations in Vector Space" (2013). Training uses one
worker and a fixed hash; with more workers, or with Python's randomised ``hash``, equal seeds give
different vectors.
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
    """Train Word2Vec (skip-gram) on titles.

    Args:
        titles: all titles of the catalogue.
        seed: seed of the training.
        size: size of the vectors.

    Returns:
        [words] words that occur at least twice, and [words, size] their vectors.
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
    """[titles, size] mean vector of the known words of each title; zeros without a known word."""
    row_of = {word: row for row, word in enumerate(words)}
    matrix = np.zeros((len(titles), vectors.shape[1]), dtype=np.float32)
    for place, title in enumerate(titles):
        rows = [row_of[word] for word in fold(title).split() if word in row_of]
        if rows:
            matrix[place] = vectors[rows].mean(axis=0)
    return matrix
