"""``bookrec artifacts export``: write a bundle in a form that runs without bookrec."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bookrec.offline.cli.timed_progress import timed_progress
from bookrec.offline.models.exports.registry import EXPORTERS
from bookrec.settings import Home

if TYPE_CHECKING:
    from bookrec.offline.models.exports.export_job import Exported


@click.command("export")
@click.argument("model_id", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(list(EXPORTERS)),
    required=True,
    help="savedmodel: the retrieval index; tflite, onnx, npz: the ranker.",
)
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path),
    help="Directory to create (default: artifacts/exports/MODEL_ID-FORMAT).",
)
@click.pass_obj
def export_command(home: Home, model_id: str | None, form: str, target: Path | None) -> None:
    """Write a bundle (default: the current one) in a form that runs without bookrec.

    savedmodel is the two-tower retrieval as a TensorFlow SavedModel: reader ids in, ISBNs and
    scores out, exact or approximate by partitions. tflite, onnx and npz are the ranker. An export
    includes example.py (how to call it), check.py and a sample of the model's scores. A fresh process
    loads the export and compares its scores before it appears.

    \b
    Example:
      bookrec artifacts export --format savedmodel
      bookrec artifacts export default-20261122T130216Z-91e4bf --format tflite --to ranker-lite
    """
    from bookrec.offline.runtime.tensorflow_start import start_tensorflow

    start_tensorflow()
    from bookrec.offline.models.exports.export_job import export_model

    for line in _summary(export_model(home, model_id, form, target, timed_progress())):
        click.echo(line)


def _summary(exported: Exported) -> list[str]:
    """Format directory, size, difference from the model and time per call."""
    check = exported.check
    lines = [
        f"\n{exported.directory}",
        f"size: {exported.size_bytes / 1e6:,.1f} MB, loads in {check['load_s']:.2f} s",
    ]
    if "largest_difference" in check:
        lines.append(f"largest difference from the model: {check['largest_difference']:.1e}")
    keras = exported.manifest["figures"].get("keras_ms", {})
    for name, ms in check["ms"].items():
        beside = f", model.predict {keras[name]:,.1f} ms" if name in keras else ""
        lines.append(f"{name}: {ms:,.3f} ms (median){beside}")
    return [*lines, f"How to call it: {exported.directory / 'example.py'}"]
