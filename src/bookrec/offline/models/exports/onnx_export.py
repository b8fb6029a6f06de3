"""The ranker as ONNX, by tf2onnx as Keras's own exporter; needs the extra ``bookrec[onnx]``."""

from __future__ import annotations

import importlib.util
import warnings
from pathlib import Path
from typing import Any, Final

from bookrec.errors import ModelError
from bookrec.offline.compile.keras_graph import open_model
from bookrec.offline.models.exports.encoders import write_encoders
from bookrec.offline.models.exports.export_input import (
    Described,
    ExportInput,
    describe_inputs,
)
from bookrec.offline.models.exports.ranker_sample import describe_score, write_sample
from bookrec.offline.runtime.progress import Progress
from bookrec.offline.runtime.tensorflow_start import silenced_stderr

MODEL_NAME: Final = "ranker.onnx"
_PACKAGES: Final = ("onnx", "tf2onnx", "onnxruntime")


def require_onnx() -> None:
    """Say what to install, before anything long is started.

    Raises:
        ModelError: a package is missing.
    """
    missing = [name for name in _PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        raise ModelError(
            f"An export to ONNX needs {' and '.join(missing)}, not installed here; run: "
            "pip install 'bookrec[onnx]'"
        )


def export_onnx(export_input: ExportInput, directory: Path, progress: Progress) -> Described:
    """Write the ranker, float32 as it is, for any number of pairs at once.

    Raises:
        ModelError: see `require_onnx`; or it has operations that cannot be converted.
    """
    require_onnx()
    ranker = export_input.bundle.ranker
    keras_ms = write_sample(export_input, directory)
    progress("converting the ranker")
    _convert(ranker, directory / MODEL_NAME)
    encoders = write_encoders(export_input, directory)
    return Described(
        "example_onnx",
        [MODEL_NAME],
        describe_inputs(ranker),
        describe_score(export_input),
        {"encoders": encoders, "keras_ms": keras_ms},
    )


def _convert(model: Any, path: Path) -> None:
    import onnx
    import tensorflow as tf
    import tf2onnx

    signature = [
        tf.TensorSpec((None, *tensor.shape), tensor.dtype, name=tensor.name)
        for tensor in open_model(model)[0]
    ]

    @tf.function(input_signature=signature)
    def rank(*inputs: Any) -> dict[str, Any]:
        return {"score": model(list(inputs), training=False)[:, 0]}

    try:
        with silenced_stderr(), warnings.catch_warnings(action="ignore", category=FutureWarning):
            converted, _ = tf2onnx.convert.from_function(rank, input_signature=signature)
    except Exception as error:  # tf2onnx raises what it meets
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


def _fix_constants(graph: Any, captures: Any) -> None:
    """Make the arrays that the model holds constants: the converter makes the larger ones inputs.

    Args:
        captures: pairs of a tensor and the placeholder that stands for it in the traced model.
    """
    import onnx

    values = {inner.name: outer for outer, inner in captures if outer.dtype != "resource"}
    for value in [value for value in graph.input if value.name in values]:
        graph.input.remove(value)
        array = values[value.name].numpy()
        graph.initializer.append(onnx.numpy_helper.from_array(array, value.name))
