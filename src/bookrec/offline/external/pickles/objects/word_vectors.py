"""gensim's Word2Vec and KeyedVectors (3.8 and 4), converted to words and vectors.

gensim's ``save()`` moves arrays above 10 MB into ``.npy`` files beside the pickle and writes None
instead: ``m.model.wv.vectors.npy`` beside a Word2Vec ``m.model``, ``m.model.vectors.npy`` beside keyed
vectors. These files are memory-mapped, with pickles in them forbidden.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from bookrec.offline.external.pickles.objects.records import WordVectorsRecord
from bookrec.offline.external.pickles.objects.values import Draft, PickleValue, Refusal, damaged

_KEYS_OF_4: Final = "index_to_key"
_KEYS_OF_3: Final = "index2word"


@dataclass(frozen=True, eq=False)
class VectorsElsewhere:
    """Words whose vectors are in a file beside the pickle."""

    keys: tuple[str, ...]
    attribute: str
    """Suffix of the other file's name after the pickle's, e.g. ``wv.vectors``."""

    def load(self, path: Path) -> WordVectorsRecord:
        """Memory-map the vectors.

        Args:
            path: the pickle.

        Raises:
            Refusal: the file beside it is missing or does not fit the words.
        """
        beside = path.with_name(f"{path.name}.{self.attribute}.npy")
        if not beside.is_file():
            raise Refusal(
                f"keeps its vectors in {beside.name}, which is not beside it",
                "put the files that gensim wrote together side by side, under their own names",
            )
        try:
            vectors = np.load(beside, mmap_mode="r", allow_pickle=False)
        except (ValueError, OSError, EOFError, SyntaxError) as error:
            raise damaged(f"{beside.name} beside it cannot be read ({error})") from error
        return _with_vectors(self.keys, vectors)


class KeyedVectorsDraft(Draft):
    """Draft of keyed vectors."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__("gensim's KeyedVectors")

    def finish(self, state: PickleValue) -> WordVectorsRecord | VectorsElsewhere:
        """Return the words with their vectors, or with the file that has them."""
        if type(state) is not dict:
            raise damaged("its word vectors have no attributes")
        keys = state.get(_KEYS_OF_4, state.get(_KEYS_OF_3))
        if type(keys) is not list or not all(type(key) is str for key in keys):
            raise Refusal(
                "holds word vectors without a list of words as keys",
                "save the word vectors of a Word2Vec model, with model.wv.save(...)",
            )
        vectors = state.get("vectors")
        if vectors is None:
            return VectorsElsewhere(tuple(keys), "vectors")
        return _with_vectors(tuple(keys), vectors)


class Word2VecDraft(Draft):
    """Draft of a Word2Vec model, of which only the word vectors are kept."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__("gensim's Word2Vec")

    def finish(self, state: PickleValue) -> WordVectorsRecord | VectorsElsewhere:
        """Return the words with their vectors, or with the file that has them."""
        vectors = state.get("wv") if type(state) is dict else None
        if isinstance(vectors, VectorsElsewhere):
            return VectorsElsewhere(vectors.keys, "wv.vectors")
        if not isinstance(vectors, WordVectorsRecord):
            raise Refusal(
                "holds a Word2Vec model without word vectors",
                "save it after training, or the vectors alone with model.wv.save(...)",
            )
        return vectors


def _with_vectors(keys: tuple[str, ...], vectors: PickleValue) -> WordVectorsRecord:
    if not isinstance(vectors, np.ndarray) or vectors.ndim != 2 or vectors.dtype.kind != "f":
        raise damaged("its word vectors are no table of numbers")
    if len(keys) != len(vectors):
        raise damaged(f"it has {len(keys):,} words and {len(vectors):,} vectors")
    return WordVectorsRecord(keys, vectors)
