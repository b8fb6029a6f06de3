"""Models whose output is a softmax over all books, as models that score one book.

The last layer has a column of weights for each book. These columns become rows of an Embedding, which a
new input looks up: the code of the book. The score is the logit of the book, which orders books as the
softmax does.
"""

from __future__ import annotations

from typing import Final

import keras
import numpy as np

from bookrec.arrays import Floats
from bookrec.errors import ModelError
from bookrec.offline.compile.keras_graph import Tensor, open_model
from bookrec.offline.runtime.untyped import KerasLayer, KerasModel, KerasTensor

BOOK: Final = ".book"
"""End of the name of the input that is the code of the book."""
_PLAIN: Final = ("Dropout", "Flatten", "Identity", "Reshape")


def softmax_layer(model: KerasModel) -> KerasLayer | None:
    """Return the Dense layer of several units whose softmax is the output of a model; else None."""
    _, tensor = open_model(model)
    softmax = False
    while tensor.kind in (*_PLAIN, "Softmax", "Activation") and len(tensor.inputs) == 1:
        if tensor.kind == "Activation" and not _is_softmax(tensor):
            return None
        softmax |= tensor.kind == "Softmax" or _is_softmax(tensor)
        tensor = tensor.inputs[0]
    if tensor.kind != "Dense" or not (softmax or _is_softmax(tensor)):
        return None
    return tensor.operation if tensor.operation.units > 1 else None


def _is_softmax(tensor: Tensor) -> bool:
    return getattr(tensor.operation, "activation", None) is keras.activations.softmax


def with_book_input(model: KerasModel) -> KerasModel:
    """Return a model that gives the logit of one book, whose code is the input ``layer.book``.

    A model without a softmax over several numbers is returned as it is. The weights of the other layers
    are shared.

    Raises:
        ModelError: the layer of the softmax is inside another model, or is called several times.
    """
    layer = softmax_layer(model)
    if layer is None:
        return model
    if layer not in model.layers or len(layer._inbound_nodes) != 1 or len(layer.input.shape) != 2:
        raise ModelError(
            f"The softmax over books of model {model.name!r} is not its last layer alone "
            f"({layer.name!r}); build the model with one Dense layer at its end."
        )
    kernel, *bias = layer.get_weights()
    book = keras.Input((1,), dtype="int32", name=f"{layer.name}{BOOK}")
    vector = _looked_up(f"{layer.name}_books", np.ascontiguousarray(kernel.T), book)
    logit = keras.layers.Dot(axes=1, name=f"{layer.name}_logit")([layer.input, vector])
    if bias and layer.use_bias:
        level = _looked_up(f"{layer.name}_levels", bias[0][:, None], book)
        logit = keras.layers.Add(name=f"{layer.name}_level")([logit, level])
    return keras.Model([*model.inputs, book], logit, name=model.name)


def _looked_up(name: str, rows: Floats, book: KerasTensor) -> KerasTensor:
    table = keras.layers.Embedding(*rows.shape, name=name)
    table.build((None, 1))
    table.set_weights([rows])
    return keras.layers.Reshape((rows.shape[1],), name=f"{name}_flat")(table(book))
