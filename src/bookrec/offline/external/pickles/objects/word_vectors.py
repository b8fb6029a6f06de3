"""gensim's Word2Vec and KeyedVectors (3.8 and 4), rebuilt as words and their vectors.

``save()`` moves arrays above 10 MB into ``.npy`` files beside the pickle and leaves None in their
place: ``m.model`` of a Word2Vec has ``m.model.wv.vectors.npy``, one of its keyed vectors alone
``m.model.vectors.npy``. These are mapped, not read, and NumPy is told to refuse pickles in them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from bookrec.offline.external.pickles.format.values import Draft, Refusal, damaged
from bookrec.offline.external.pickles.objects.records import Array, WordVectorsRecord

_KEYS_OF_4: Final = "index_to_key"
_KEYS_OF_3: Final = "index2word"


@dataclass(frozen=True, eq=False)
class VectorsElsewhere:
    """Keys whose vectors lie in a file beside the pickle."""

    keys: tuple[str, ...]
    attribute: str
    """What the other file's name adds to the pickle's, e.g. ``wv.vectors``."""

    def load(self, path: Path) -> WordVectorsRecord:
        """The keys with their vectors, memory-mapped.

        Raises:
            Refusal: the file beside ``path`` is missing or does not fit the keys.
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
    """Keyed vectors whose attributes are still to come."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__("gensim's KeyedVectors")

    def finish(self, state: Any) -> WordVectorsRecord | VectorsElsewhere:
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
    """A Word2Vec model whose attributes are still to come; all but its word vectors is dropped."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__("gensim's Word2Vec")

    def finish(self, state: Any) -> WordVectorsRecord | VectorsElsewhere:
        vectors = state.get("wv") if type(state) is dict else None
        if isinstance(vectors, VectorsElsewhere):
            return VectorsElsewhere(vectors.keys, "wv.vectors")
        if not isinstance(vectors, WordVectorsRecord):
            raise Refusal(
                "holds a Word2Vec model without word vectors",
                "save it after training, or the vectors alone with model.wv.save(...)",
            )
        return vectors


def _with_vectors(keys: tuple[str, ...], vectors: Any) -> WordVectorsRecord:
    if not isinstance(vectors, np.ndarray) or vectors.ndim != 2 or vectors.dtype.kind != "f":
        raise damaged("its word vectors are no table of numbers")
    if len(keys) != len(vectors):
        raise damaged(f"it has {len(keys):,} words and {len(vectors):,} vectors")
    array: Array = vectors
    return WordVectorsRecord(keys, array)
