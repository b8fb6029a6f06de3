"""Export of the ranker as TensorFlow Lite (LiteRT): one file for a phone or a small service."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import Final

import tensorflow as tf

from bookrec.errors import ModelError
from bookrec.offline.models.exports.export_input import (
    ExportDescription,
    ExportInput,
    describe_inputs,
)
from bookrec.offline.models.exports.ranker_sample import describe_score, write_sample
from bookrec.offline.runtime.progress import Progress
from bookrec.offline.runtime.tensorflow_start import silenced_stderr
from bookrec.offline.runtime.untyped import KerasModel

MODEL_NAME: Final = "ranker.tflite"


def export_tflite(
    export_input: ExportInput, directory: Path, progress: Progress
) -> ExportDescription:
    """Write the ranker in float32, for any number of pairs at once.

    Raises:
        ModelError: the ranker has an operation that TensorFlow Lite lacks.
    """
    ranker = export_input.bundle.ranker
    keras_ms = write_sample(export_input, directory)
    progress("converting the ranker")
    (directory / MODEL_NAME).write_bytes(_converted(ranker))
    encoders = export_input.write_encoders(directory)
    return ExportDescription(
        "example_tflite",
        [MODEL_NAME],
        describe_inputs(ranker),
        describe_score(export_input),
        {"encoders": encoders, "keras_ms": keras_ms},
    )


def _converted(model: KerasModel) -> bytes:
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    try:
        with contextlib.redirect_stdout(io.StringIO()), silenced_stderr():
            content: bytes = converter.convert()
    except Exception as error:  # the converter raises errors of private classes
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ModelError(
            f"The ranker cannot be converted to TensorFlow Lite ({reason}); export it with "
            "--format onnx or --format npz instead."
        ) from error
    return content
