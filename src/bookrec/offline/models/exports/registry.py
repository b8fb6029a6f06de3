"""Registry of the export formats.

To add a format, write a module with a function of type `export_input.Exporter`, and add a line to
`EXPORTERS`. The command line reads its choices from there, and imports an exporter only to run it.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Final

from bookrec.errors import ModelError

if TYPE_CHECKING:
    # The command line lists the formats without TensorFlow.
    from bookrec.offline.models.exports.export_input import Exporter

_FOLDER: Final = "bookrec.offline.models.exports"


@dataclass(frozen=True)
class ExportFormat:
    """A format of exports."""

    exporter: str
    """``module:function`` of its `Exporter`; the module is in this folder."""
    packages: tuple[str, ...] = ()
    """Optional packages that the exporter needs: the extra of bookrec with the format's name."""


EXPORTERS: Final = {
    "savedmodel": ExportFormat("index_export:export_index"),
    "tflite": ExportFormat("tflite_export:export_tflite"),
    "onnx": ExportFormat("onnx_export:export_onnx", ("onnx", "tf2onnx", "onnxruntime")),
    "npz": ExportFormat("npz_export:export_npz"),
}
"""Name of each format → `ExportFormat`."""


def exporter_of(form: str) -> Exporter:
    """Import the exporter of a format.

    Raises:
        ModelError: a package that it needs is not installed.
    """
    export_format = EXPORTERS[form]
    missing = [name for name in export_format.packages if importlib.util.find_spec(name) is None]
    if missing:
        raise ModelError(
            f"An export to {form.upper()} needs {' and '.join(missing)}, not installed here; run: "
            f"pip install 'bookrec[{form}]'"
        )
    exporter: Exporter = resolve_name(f"{_FOLDER}.{export_format.exporter}")
    return exporter
