"""The ranker's architectures: Wide & Deep (Cheng et al., 2016, arXiv 1606.07792) in Keras 3.

Both presets end in the same way: a wide and a deep logit, concatenated into ``Dense(1)`` and the
logistic function. Index 0 of every embedding is "unknown".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras

from bookrec.ages import AGE_BANDS
from bookrec.arrays import Floats
from bookrec.inference.pair_features import PAIR_FEATURES, READER_ACTIVITY
from bookrec.offline.features.book_features import BOOK_NUMBERS, Vocabularies
from bookrec.offline.features.title_embeddings import TITLE_VECTOR_SIZE
from bookrec.offline.ranking.target_encoding import WIDTHS

READER_INPUTS = frozenset({"user_id_encoded", "age_binned_encoded", "reader_features"})
"""Inputs that depend on the reader alone."""
PAIR_INPUTS = frozenset({"pair_features"})
"""Inputs that depend on both; all others depend on the book alone."""

_WEIGHT_PENALTY = 1e-4
"""L2 on each weight of an id, in units of the mean loss of an interaction."""


def build_classic(
    vocabularies: Vocabularies,
    *,
    embedding_size: int | None = None,
    dropout: float = 0.1,
    weight_per_id: bool = False,
) -> Any:
    """Preset ``classic``: the architecture common in notebooks, exactly.

    Wide: the six ids cast to float into one linear ``Dense(1)``, whose kernel starts at zero
    (random weights on raw ids saturate the logistic function). Deep: an embedding per id,
    flattened, with the numbers and the title vector, through Dense-ReLU-Dropout 128-64-32.

    Args:
        embedding_size: of every id; None = what is counted of each (`target_encoding.WIDTHS`).
        weight_per_id: a weight for each id as the wide part instead, to see what the casts cost.
    """
    ids = {"user_id_encoded": _id_input("user_id_encoded"), **_shared_ids()}
    sizes = _sizes(vocabularies)
    numbers = [
        keras.Input((1,), name="avg_rating_scaled"),
        keras.Input((1,), name="num_ratings_scaled"),
    ]
    title = keras.Input((TITLE_VECTOR_SIZE,), name="title_embedding_features")

    wide = _id_weights(ids, sizes) if weight_per_id else _cast_ids(ids)
    widths = [embedding_size or WIDTHS[name.removesuffix("_encoded")] for name in ids]
    embedded = [
        _embedding(ids[name], sizes[name], width) for name, width in zip(ids, widths, strict=True)
    ]
    deep = _deep([*embedded, *numbers, title], (128, 64, 32), dropout)
    logits = keras.layers.Concatenate(name="logits")([wide, deep])
    output = keras.layers.Dense(1, activation="sigmoid", name="output")(logits)
    return keras.Model([*ids.values(), *numbers, title], output, name="wide_deep_classic")


@dataclass(frozen=True)
class Scaling:
    """Means and variances that inputs of the default ranker are standardised with."""

    reader: tuple[Floats, Floats]
    """[F] each."""
    pair: tuple[Floats, Floats]
    """[P] each."""
    numbers: tuple[Floats, Floats]
    """[K] each."""


def _cast_ids(ids: dict[str, Any]) -> Any:
    """The wide part that takes ids for numbers."""
    casts = [keras.ops.cast(id_input, "float32") for id_input in ids.values()]
    return keras.layers.Dense(1, kernel_initializer="zeros", name="wide")(
        keras.layers.Concatenate(name="wide_inputs")(casts)
    )


def _id_weights(ids: dict[str, Any], sizes: dict[str, int]) -> Any:
    """The wide part with a weight per id, held back where few interactions speak for it."""
    weights = []
    for name, id_input in ids.items():
        layer = keras.layers.Embedding(
            sizes[name],
            1,
            embeddings_initializer="zeros",
            embeddings_regularizer=keras.regularizers.L2(_WEIGHT_PENALTY),
            name=f"wide_{name.removesuffix('_encoded')}",
        )
        weights.append(keras.layers.Flatten(name=f"{layer.name}_flat")(layer(id_input)))
    return keras.layers.Add(name="wide")(weights)


def build_default(
    vocabularies: Vocabularies,
    *,
    scaling: Scaling | None = None,
    embedding_size: int = 8,
    dropout: float = 0.2,
) -> Any:
    """Preset ``default``: readers known by their history, never by an id.

    Wide: popularity and the pair features (what the retrievers say); a weight per book memorises
    which books were targets. Deep: small embeddings with strong dropout (larger ones memorise too),
    the reader's activity, the book's numbers and title vector, and the pair features, through
    Dense-ReLU-Dropout 128-64.

    Args:
        scaling: None leaves the inputs as they are.
    """
    ids, sizes = _shared_ids(), _sizes(vocabularies)
    scalars = [
        keras.Input((1,), name="avg_rating_scaled"),
        keras.Input((1,), name="num_ratings_scaled"),
        keras.Input((1,), name="popularity"),
    ]
    title = keras.Input((TITLE_VECTOR_SIZE,), name="title_embedding_features")
    numbers = keras.Input((len(BOOK_NUMBERS),), name="book_numbers")
    reader = keras.Input((len(READER_ACTIVITY),), name="reader_features")
    pair = keras.Input((len(PAIR_FEATURES),), name="pair_features")
    inputs = [*ids.values(), *scalars, title, numbers, reader, pair]

    standard = [
        _standardised(tensor, None if scaling is None else getattr(scaling, name))
        for name, tensor in (("numbers", numbers), ("reader", reader), ("pair", pair))
    ]
    wide = keras.layers.Dense(1, name="wide")(
        keras.layers.Concatenate(name="wide_inputs")([scalars[2], standard[2]])
    )
    embedded = [
        keras.layers.Dropout(0.5)(_embedding(ids[name], sizes[name], embedding_size))
        for name in ids
    ]
    words = keras.layers.Dropout(0.5)(title)
    deep = _deep([*embedded, *scalars, words, *standard], (128, 64), dropout)
    logits = keras.layers.Concatenate(name="logits")([wide, deep])
    output = keras.layers.Dense(1, activation="sigmoid", name="output")(logits)
    return keras.Model(inputs, output, name="wide_deep_default")


def _standardised(tensor: Any, moments: tuple[Floats, Floats] | None) -> Any:
    if moments is None:
        return tensor
    mean, variance = (values.tolist() for values in moments)
    name = f"standard_{tensor.name}"
    return keras.layers.Normalization(mean=mean, variance=variance, name=name)(tensor)


def _sizes(vocabularies: Vocabularies) -> dict[str, int]:
    """Rows of each id's embedding."""
    return {
        "user_id_encoded": vocabularies.user.size,
        "isbn_encoded": vocabularies.isbn.size,
        "author_encoded": vocabularies.author.size,
        "publisher_encoded": vocabularies.publisher.size,
        "year_encoded": vocabularies.year.size,
        "age_binned_encoded": len(AGE_BANDS),
    }


def _shared_ids() -> dict[str, Any]:
    """The id inputs that both presets have, in the order in which they are concatenated."""
    names = ("isbn_encoded", "author_encoded", "publisher_encoded", "year_encoded")
    return {name: _id_input(name) for name in (*names, "age_binned_encoded")}


def _id_input(name: str) -> Any:
    return keras.Input((1,), dtype="int32", name=name)


def _embedding(id_input: Any, size: int, width: int) -> Any:
    name = id_input.name.removesuffix("_encoded")
    table = keras.layers.Embedding(size, width, name=f"embedding_{name}")
    return keras.layers.Flatten(name=f"embedding_{name}_flat")(table(id_input))


def _deep(inputs: list[Any], widths: tuple[int, ...], dropout: float) -> Any:
    hidden = keras.layers.Concatenate(name="deep_inputs")(inputs)
    for number, width in enumerate(widths, start=1):
        hidden = keras.layers.Dense(width, activation="relu", name=f"deep_{number}")(hidden)
        hidden = keras.layers.Dropout(dropout)(hidden)
    return keras.layers.Dense(1, name="deep")(hidden)


def logit_model(model: Any) -> Any:
    """The same network to train by its logits: it shares all layers but the last, named ``logit``.

    (To ask any model for its logits: `model_logits`.)
    """
    features = model.get_layer("logits").output
    output = model.get_layer("output")

    linear = keras.layers.Dense(1, name="logit")
    logit = linear(features)
    linear.kernel.assign(output.kernel)
    linear.bias.assign(output.bias)
    return keras.Model(model.inputs, logit, name=f"{model.name}_logit")
