"""Export of the ranker as ONNX by tf2onnx, which Keras's exporter uses too.

It needs the extra ``bookrec[onnx]``.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, TypeAlias

from bookrec.errors import ModelError
from bookrec.offline.compile.keras_graph import open_model
from bookrec.offline.models.exports.export_input import (
    ExportDescription,
    ExportInput,
    describe_inputs,
)
from bookrec.offline.models.exports.ranker_sample import describe_score, write_sample
from bookrec.offline.runtime.progress import Progress
from bookrec.offline.runtime.tensorflow_start import silenced_stderr
from bookrec.offline.runtime.untyped import KerasModel, Tensor

MODEL_NAME: Final = "ranker.onnx"

OnnxGraph: TypeAlias = Any
"""An `onnx.GraphProto`."""


def export_onnx(
    export_input: ExportInput, directory: Path, progress: Progress
) -> ExportDescription:
    """Write the ranker in float32, for any number of pairs at once.

    Raises:
        ModelError: the ranker has an operation that cannot be converted.
    """
    ranker = export_input.bundle.ranker
    keras_ms = write_sample(export_input, directory)
    progress("converting the ranker")
    _convert(ranker, directory / MODEL_NAME)
    encoders = export_input.write_encoders(directory)
    return ExportDescription(
        "example_onnx",
        [MODEL_NAME],
        describe_inputs(ranker),
        describe_score(export_input),
        {"encoders": encoders, "keras_ms": keras_ms},
    )


def _convert(model: KerasModel, path: Path) -> None:
    import onnx
    import tensorflow as tf
    import tf2onnx

    signature = [
        tf.TensorSpec((None, *tensor.shape), tensor.dtype, name=tensor.name)
        for tensor in open_model(model)[0]
    ]

    @tf.function(input_signature=signature)
    def rank(*inputs: Tensor) -> dict[str, Tensor]:
        return {"score": model(list(inputs), training=False)[:, 0]}

    try:
        with silenced_stderr(), warnings.catch_warnings(action="ignore", category=FutureWarning):
            converted, _ = tf2onnx.convert.from_function(rank, input_signature=signature)
    except Exception as error:  # tf2onnx raises errors of many classes
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ModelError(
            f"The ranker cannot be converted to ONNX ({reason}); export it with --format tflite or "
            "--format npz instead."
        ) from error
    _fix_constants(converted.graph, rank.get_concrete_function().graph.captures)
    for value in (*converted.graph.input, *converted.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "pairs"
    onnx.checker.check_model(converted)
    onnx.save(converted, path)


def _fix_constants(graph: OnnxGraph, captures: Iterable[tuple[Tensor, Tensor]]) -> None:
    """Turn arrays of the model from inputs, which the converter makes of large ones, to constants.

    Args:
        graph: converted graph, changed in place.
        captures: tensors of the traced model, each with its placeholder.
    """
    import onnx

    values = {inner.name: outer for outer, inner in captures if outer.dtype != "resource"}
    for value in [value for value in graph.input if value.name in values]:
        graph.input.remove(value)
        array = values[value.name].numpy()
        graph.initializer.append(onnx.numpy_helper.from_array(array, value.name))
