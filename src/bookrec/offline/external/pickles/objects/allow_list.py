"""Allow-list of the classes and functions that a pickle may name, with the replacement of each.

Names outside `ALLOWED` are refused. docs/reading-pickles.md lists the names with reasons, and a test
compares it with this list. Nothing is imported from the named libraries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from bookrec.offline.external.pickles.objects import containers, estimators, word_vectors
from bookrec.offline.external.pickles.objects import numpy_arrays as arrays
from bookrec.offline.external.pickles.objects import pandas_tables as tables
from bookrec.offline.external.pickles.objects.estimator_state import EstimatorState
from bookrec.offline.external.pickles.objects.estimators import EstimatorDraft
from bookrec.offline.external.pickles.objects.joblib_arrays import ArrayWrapperDraft
from bookrec.offline.external.pickles.objects.values import (
    SAVE_PLAIN,
    Arguments,
    DiscardedDraft,
    Draft,
    PickleValue,
    Refusal,
    quoted,
)

Call = Callable[[Arguments], PickleValue]
"""Replacement of a function: converts the arguments of a call to its value."""
New = Callable[[], Draft]
"""Replacement of a class: returns the draft of a new object."""


@dataclass(frozen=True)
class Allowed:
    """Permitted uses of a name. With neither, it may only be mentioned, e.g. as an argument."""

    call: Call | None = None
    """Function for REDUCE; None = not callable."""
    new: New | None = None
    """Draft for NEWOBJ, which BUILD finishes; None = no objects of it."""


_MENTIONED: Final = Allowed()


def _names() -> Iterator[tuple[str, str, Allowed]]:
    yield from _plain()
    yield from _numpy()
    yield from _sklearn()
    yield from _gensim()
    yield from _pandas()


def _plain() -> Iterator[tuple[str, str, Allowed]]:
    # Protocols 0 to 2 write the names that Python 2 had.
    for module in ("builtins", "__builtin__"):
        yield module, "set", Allowed(call=containers.members(set))
        yield module, "frozenset", Allowed(call=containers.members(frozenset))
        yield module, "bytes", Allowed(call=containers.plain_bytes)
        yield module, "bytearray", Allowed(call=containers.plain_bytes)
        yield module, "slice", Allowed(call=containers.slice_of)
        # Mentioned as dtype, defaultdict factory, base class in protocol 0, gensim's hash function.
        for name in ("object", "int", "long", "float", "str", "bool", "list", "dict", "hash"):
            yield module, name, _MENTIONED
    for module in ("copyreg", "copy_reg"):
        yield module, "_reconstructor", _MENTIONED  # the machine handles it like NEWOBJ
    yield "_codecs", "encode", Allowed(call=containers.encoded)
    yield "collections", "OrderedDict", Allowed(call=containers.ordered_dict)
    yield "collections", "defaultdict", Allowed(call=containers.default_dict)
    yield "collections", "Counter", Allowed(call=containers.counter)


def _numpy() -> Iterator[tuple[str, str, Allowed]]:
    for core in ("numpy.core", "numpy._core"):  # NumPy 1 and NumPy 2
        yield f"{core}.multiarray", "_reconstruct", Allowed(call=arrays.reconstruct)
        yield f"{core}.multiarray", "scalar", Allowed(call=arrays.scalar)
        yield f"{core}.numeric", "_frombuffer", Allowed(call=arrays.from_buffer)
    yield "numpy", "dtype", Allowed(call=arrays.dtype)
    yield "numpy", "ndarray", _MENTIONED
    for bits in (8, 16, 32, 64):
        yield "numpy", f"int{bits}", _MENTIONED
        yield "numpy", f"uint{bits}", _MENTIONED
    for name in ("float16", "float32", "float64", "bool_", "bool", "str_", "object_"):
        yield "numpy", name, _MENTIONED
    yield "joblib.numpy_pickle", "NumpyArrayWrapper", Allowed(new=ArrayWrapperDraft)
    for name in ("__randomstate_ctor", "__generator_ctor", "__bit_generator_ctor"):
        yield "numpy.random._pickle", name, _discarded("a random state")
    for module, name in (("_mt19937", "MT19937"), ("_pcg64", "PCG64")):
        yield f"numpy.random.{module}", name, _MENTIONED


def _sklearn() -> Iterator[tuple[str, str, Allowed]]:
    for module, name, record in (
        ("_label", "LabelEncoder", estimators.label_encoder),
        ("_data", "StandardScaler", estimators.standard_scaler),
        ("_data", "MinMaxScaler", estimators.min_max_scaler),
        ("_data", "RobustScaler", estimators.robust_scaler),
        ("_data", "MaxAbsScaler", estimators.max_abs_scaler),
        ("_encoders", "OrdinalEncoder", estimators.ordinal_encoder),
        ("_encoders", "OneHotEncoder", estimators.one_hot_encoder),
    ):
        yield f"sklearn.preprocessing.{module}", name, Allowed(new=_estimator(name, record))


def _gensim() -> Iterator[tuple[str, str, Allowed]]:
    keyed_vectors = "gensim.models.keyedvectors"
    yield keyed_vectors, "KeyedVectors", Allowed(new=word_vectors.KeyedVectorsDraft)
    yield keyed_vectors, "Word2VecKeyedVectors", Allowed(new=word_vectors.KeyedVectorsDraft)
    yield keyed_vectors, "Vocab", _discarded("a word's frequency")
    yield "gensim.models.word2vec", "Word2Vec", Allowed(new=word_vectors.Word2VecDraft)
    for name in ("Word2VecVocab", "Word2VecTrainables"):
        yield "gensim.models.word2vec", name, _discarded(f"gensim's {name}")
    yield "gensim.utils", "call_on_class_only", _MENTIONED


def _pandas() -> Iterator[tuple[str, str, Allowed]]:
    yield "pandas.core.indexes.base", "_new_Index", Allowed(call=tables.new_index)
    for module, name in (("core.indexes.base", "Index"), ("core.indexes.range", "RangeIndex")):
        yield f"pandas.{module}", name, _MENTIONED
        yield "pandas", name, _MENTIONED  # pandas 3
    for name in ("Int64Index", "UInt64Index", "Float64Index"):
        yield "pandas.core.indexes.numeric", name, _MENTIONED
    for module in ("pandas.core.series", "pandas"):
        yield module, "Series", Allowed(new=tables.SeriesDraft)
    for module in ("pandas.core.frame", "pandas"):
        yield module, "DataFrame", Allowed(new=tables.FrameDraft)
    managers = "pandas.core.internals.managers"
    yield managers, "SingleBlockManager", Allowed(new=tables.SingleBlockDraft)
    yield managers, "BlockManager", Allowed(call=tables.block_manager)
    yield "pandas._libs.internals", "_unpickle_block", Allowed(call=tables.unpickled_block)


def _estimator(name: str, record: Callable[[EstimatorState], PickleValue]) -> New:
    return lambda: EstimatorDraft(name, record)


def _discarded(subject: str) -> Allowed:
    return Allowed(call=lambda _: DiscardedDraft(subject), new=lambda: DiscardedDraft(subject))


ALLOWED: Final = MappingProxyType({(module, name): entry for module, name, entry in _names()})
"""Permitted uses by module and name; ``("a.b", "c")`` is not ``("a", "b.c")``."""

_ADVICE: Final = (
    ("sklearn.pipeline.", "save its fitted steps one by one, e.g. pipeline.named_steps['scaler']"),
    (
        "sklearn.compose.",
        "save its fitted parts one by one, e.g. columns.named_transformers_['ids']",
    ),
    ("sklearn.", "save its fitted attributes as a dict of NumPy arrays"),
    ("pandas.", "save the table as CSV (to_csv), or one column as a NumPy array (to_numpy)"),
    (
        "functools.partial",
        "data frames of pandas 1.3 have it: save the table as CSV (to_csv); else save plain values",
    ),
    ("pyarrow.", "save the table as CSV (to_csv), or one column as a NumPy array (to_numpy)"),
    ("scipy.", "save it as a dense NumPy array, or leave it out"),
    ("gensim.models.fasttext.", "save the words' vectors as a dict of arrays, or with np.save"),
    ("gensim.", "save the word vectors alone, with model.wv.save(...)"),
    ("keras.preprocessing.", "save the tokenizer's word_index, which is a plain dict"),
    ("keras_preprocessing.", "save the tokenizer's word_index, which is a plain dict"),
    ("keras.src.legacy.preprocessing.", "save the tokenizer's word_index, which is a plain dict"),
    ("keras.", "save the model with model.save('model.keras')"),
    ("tensorflow.", "save the model with model.save('model.keras')"),
    ("torch.", "bookrec reads Keras models; save arrays with numpy() before they are pickled"),
    ("joblib.numpy_pickle_compat.", "save it again with a newer joblib"),
    ("joblib.numpy_pickle.", "save it again with a newer joblib"),
    ("numpy.memmap.", "save np.array(x) in its place"),
    ("numpy.core.memmap.", "save np.array(x) in its place"),
    ("numpy.ma.", "save the values and the mask as two arrays"),
    ("datetime.", "save dates as texts (isoformat) or years as numbers"),
    ("__main__.", "it is a class or function of the notebook: save plain values in its place"),
)
"""Advice by the start of the full name; the first that fits counts."""


def refused_name(module: str, name: str) -> Refusal:
    """Return the refusal of a name that is not on the list, with advice for its library."""
    full = f"{module}.{name}"
    advice = next((text for start, text in _ADVICE if full.startswith(start)), SAVE_PLAIN)
    return Refusal(f"names {quoted(full)}, which bookrec does not read from pickles", advice)
