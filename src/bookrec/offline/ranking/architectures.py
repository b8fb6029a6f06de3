"""Architecture of preset ``classic``, and layers that both presets share.

Both are Wide & Deep (Cheng et al., 2016, arXiv 1606.07792) in Keras 3: they concatenate a wide and a
deep logit into ``Dense(1)`` and the logistic function. Index 0 of every embedding is "unknown".
"""

from __future__ import annotations

import keras

from bookrec.ages import AGE_BANDS
from bookrec.offline.features.book_features import Vocabularies
from bookrec.offline.features.ranker_inputs import (
    AGE_BAND,
    AUTHOR,
    AVG_RATING,
    CLASSIC_INPUTS,
    ISBN,
    NUM_RATINGS,
    PUBLISHER,
    TITLE,
    USER_ID,
    YEAR,
    RankerInput,
)
from bookrec.offline.ranking.target_encoding import WIDTHS
from bookrec.offline.runtime.untyped import KerasModel, KerasTensor

_WEIGHT_PENALTY = 1e-4
"""L2 on each weight of an id, in units of the mean loss of an interaction."""


def build_classic(
    vocabularies: Vocabularies,
    *,
    embedding_size: int | None = None,
    dropout: float = 0.1,
    weight_per_id: bool = False,
) -> KerasModel:
    """Build preset ``classic``: exactly the architecture common in notebooks.

    Wide: the six ids cast to float into one linear ``Dense(1)``, whose kernel starts at zero
    (random weights on raw ids saturate the logistic function). Deep: an embedding per id,
    flattened, with the numbers and the title vector, through Dense-ReLU-Dropout 128-64-32.

    Args:
        vocabularies: Vocabularies that size the embeddings.
        embedding_size: Width of every embedding; None = the widths of the target encodings
            (`target_encoding.WIDTHS`).
        dropout: Dropout rate after each hidden layer.
        weight_per_id: Use a weight per id in the wide part instead of casts, to measure what the casts
            cost.
    """
    tensors = {ranker_input: keras_input(ranker_input) for ranker_input in CLASSIC_INPUTS}
    ids = {encoded: tensors[encoded] for encoded in CLASSIC_INPUTS if encoded.kind == "id"}
    sizes = embedding_rows(vocabularies)

    wide = _id_weights(ids, sizes) if weight_per_id else _cast_ids(ids)
    embedded = [
        embedding(encoded, tensor, sizes[encoded], embedding_size or WIDTHS[encoded])
        for encoded, tensor in ids.items()
    ]
    dense = [tensors[AVG_RATING], tensors[NUM_RATINGS], tensors[TITLE]]
    hidden = hidden_layers([*embedded, *dense], (128, 64, 32), dropout)
    deep = keras.layers.Dense(1, name="deep")(hidden)
    logits = keras.layers.Concatenate(name="logits")([wide, deep])
    output = keras.layers.Dense(1, activation="sigmoid", name="output")(logits)
    return keras.Model(list(tensors.values()), output, name="wide_deep_classic")


def _cast_ids(ids: dict[RankerInput, KerasTensor]) -> KerasTensor:
    """Wide part over ids cast to numbers."""
    casts = [keras.ops.cast(id_input, "float32") for id_input in ids.values()]
    return keras.layers.Dense(1, kernel_initializer="zeros", name="wide")(
        keras.layers.Concatenate(name="wide_inputs")(casts)
    )


def _id_weights(ids: dict[RankerInput, KerasTensor], sizes: dict[RankerInput, int]) -> KerasTensor:
    """Wide part with a weight per id, shrunk towards 0 where an id has few interactions."""
    weights = []
    for encoded, tensor in ids.items():
        layer = keras.layers.Embedding(
            sizes[encoded],
            1,
            embeddings_initializer="zeros",
            embeddings_regularizer=keras.regularizers.L2(_WEIGHT_PENALTY),
            name=f"wide_{encoded.stem}",
        )
        weights.append(keras.layers.Flatten(name=f"{layer.name}_flat")(layer(tensor)))
    return keras.layers.Add(name="wide")(weights)


def embedding_rows(vocabularies: Vocabularies) -> dict[RankerInput, int]:
    """Rows of each id's embedding."""
    return {
        USER_ID: vocabularies.user.size,
        ISBN: vocabularies.isbn.size,
        AUTHOR: vocabularies.author.size,
        PUBLISHER: vocabularies.publisher.size,
        YEAR: vocabularies.year.size,
        AGE_BAND: len(AGE_BANDS),
    }


def keras_input(ranker_input: RankerInput) -> KerasTensor:
    """Build the input layer of ``ranker_input``."""
    return keras.Input((ranker_input.width,), dtype=ranker_input.dtype, name=ranker_input.name)


def embedding(encoded: RankerInput, tensor: KerasTensor, size: int, width: int) -> KerasTensor:
    """Embed an id ([batch, 1] to [batch, width]) with a table of ``size`` rows."""
    table = keras.layers.Embedding(size, width, name=f"embedding_{encoded.stem}")
    return keras.layers.Flatten(name=f"embedding_{encoded.stem}_flat")(table(tensor))


def hidden_layers(
    inputs: list[KerasTensor], widths: tuple[int, ...], dropout: float
) -> KerasTensor:
    """Stack Dense-ReLU-Dropout layers of the given widths on ``inputs``."""
    hidden = keras.layers.Concatenate(name="deep_inputs")(inputs)
    for number, width in enumerate(widths, start=1):
        hidden = keras.layers.Dense(width, activation="relu", name=f"deep_{number}")(hidden)
        hidden = keras.layers.Dropout(dropout)(hidden)
    return hidden


def logit_model(model: KerasModel) -> KerasModel:
    """Build the network that outputs the logits of a model of `build_classic`, for training.

    It shares all layers with ``model`` except the last, named ``logit``. `model_logits` computes the
    logits of any model.
    """
    linear = keras.layers.Dense(1, name="logit")
    logit = linear(model.get_layer("logits").output)
    output = model.get_layer("output")
    linear.kernel.assign(output.kernel)
    linear.bias.assign(output.bias)
    return keras.Model(model.inputs, logit, name=f"{model.name}_logit")
