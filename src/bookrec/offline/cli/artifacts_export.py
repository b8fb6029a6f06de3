"""``bookrec artifacts export``: a bundle as files that run without bookrec."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bookrec.settings import Home

if TYPE_CHECKING:
    from bookrec.offline.models.exports.export_job import Exported

_FORMATS = ("savedmodel", "tflite", "onnx", "npz")


@click.command("export")
@click.argument("model_id", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    required=True,
    help="savedmodel: the retrieval index; the others: the ranker.",
)
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path),
    help="Directory to make (default: artifacts/exports/MODEL_ID-FORMAT).",
)
@click.pass_obj
def export_command(home: Home, model_id: str | None, form: str, target: Path | None) -> None:
    """Write a bundle (default: the current one) in a form that runs without bookrec.

    savedmodel is the two-tower retrieval as a TensorFlow SavedModel: reader ids in, ISBNs and
    scores out, exact or approximate by partitions. tflite, onnx and npz are the ranker. Every
    export comes with example.py (how to call it), check.py and a sample of the model's own scores;
    it is loaded in a process of its own and compared before it appears.

    \b
    Example:
      bookrec artifacts export --format savedmodel
      bookrec artifacts export default-20261122T130216Z-91e4bf --format tflite --to ranker-lite
    """
    from bookrec.offline.runtime.tensorflow_start import start_tensorflow

    start_tensorflow()
    from bookrec.offline.models.exports.export_job import export_model

    started = time.monotonic()

    def progress(line: str) -> None:
        click.echo(f"{time.monotonic() - started:7.1f} s  {line}")

    for line in _report(export_model(home, model_id, form, target, progress)):
        click.echo(line)


def _report(exported: Exported) -> list[str]:
    """What the operator wants to know: where, how large, how near, how fast."""
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
