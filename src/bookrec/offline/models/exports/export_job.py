"""One export, from the bundle to a checked directory: whole, or not there at all."""

from __future__ import annotations

import importlib.metadata
import json
import platform
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bookrec import __version__
from bookrec.errors import ModelError
from bookrec.files import digest_of_file, staged_directory, utc_now
from bookrec.offline.data.dataset import load_dataset
from bookrec.offline.models.bundle.bundle_files import load_bundle, read_manifest
from bookrec.offline.models.exports.export_input import Described, Exporter, ExportInput
from bookrec.offline.models.exports.standalone_files import write_standalone
from bookrec.offline.runtime.progress import Progress
from bookrec.settings import Home

FORMATS: Final = ("savedmodel", "tflite", "onnx", "npz")
MANIFEST_NAME: Final = "export.json"
_CHECK_SECONDS: Final = 1800.0


@dataclass(frozen=True)
class Exported:
    """A finished export."""

    directory: Path
    manifest: dict[str, Any]

    @property
    def size_bytes(self) -> int:
        """Of the model itself, without examples and samples."""
        return int(self.manifest["size_bytes"])

    @property
    def check(self) -> dict[str, Any]:
        """What its own ``check.py`` printed, in a process of its own."""
        found: dict[str, Any] = self.manifest["check"]
        return found


def exports_directory(home: Home, model_id: str, form: str) -> Path:
    """Where an export goes when nobody says where."""
    return home.root / "artifacts" / "exports" / f"{model_id}-{form}"


def export_model(
    home: Home, model_id: str | None, form: str, target: Path | None, progress: Progress
) -> Exported:
    """Write a bundle (None = the current one) in one of `FORMATS`, and check what was written.

    Args:
        target: a directory that is not there yet; None for `exports_directory`.
        say: called with one line per stage.

    Raises:
        BookrecError: the bundle or data set is missing or damaged, the target is there already,
            the format needs what is not installed, the model cannot be written in it, or what was
            written does not give the model's scores. Then nothing is left behind.
    """
    name = str(read_manifest(home, model_id)["model_id"])
    target = target or exports_directory(home, name, form)
    write = _exporter(form)
    with staged_directory(target) as directory:
        export_input = ExportInput(load_bundle(home, name), load_dataset(home), home=home)
        described = write(export_input, directory, progress)
        write_standalone(directory, described.example)
        progress("loading it in a process of its own")
        checked = run_check(directory)
        manifest = _manifest(export_input, form, described, directory) | {"check": checked}
        content = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
        (directory / MANIFEST_NAME).write_text(content, encoding="utf-8")
    return Exported(target, manifest)


def _exporter(form: str) -> Exporter:
    """The function that writes a format; heavy packages are imported only for theirs."""
    if form == "savedmodel":
        from bookrec.offline.models.exports.index_export import export_index

        return export_index
    if form == "tflite":
        from bookrec.offline.models.exports.tflite_export import export_tflite

        return export_tflite
    if form == "onnx":
        from bookrec.offline.models.exports.onnx_export import export_onnx, require_onnx

        require_onnx()
        return export_onnx
    from bookrec.offline.models.exports.npz_export import export_npz

    return export_npz


def run_check(directory: Path) -> dict[str, Any]:
    """Run the ``check.py`` of an export, which does not know bookrec.

    Returns:
        What it found: ``largest_difference``, ``load_s``, ``ms`` …

    Raises:
        ModelError: it does not load, or gives other scores than the model.
    """
    command = [sys.executable, "-B", str(directory / "check.py")]
    try:
        result = subprocess.run(  # noqa: S603 - Python, with a file that was written a moment ago
            command, capture_output=True, text=True, check=False, timeout=_CHECK_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise ModelError(
            f"What was written is still being checked after {_CHECK_SECONDS:,.0f} s; nothing was "
            "kept. Run it again on a machine with less to do."
        ) from error
    lines = result.stdout.strip().splitlines()
    if not lines or not lines[-1].startswith("{"):
        reason = (result.stderr.strip().splitlines() or [f"exit code {result.returncode}"])[-1]
        raise ModelError(
            f"What was written does not load in a process of its own ({reason}); nothing was kept. "
            "Another --format may work."
        )
    found: dict[str, Any] = json.loads(lines[-1])
    if result.returncode:
        raise ModelError(
            "What was written does not give the model's scores (largest relative difference "
            f"{found.get('largest_difference')}, allowed 1e-5); nothing was kept. "
            "Another --format may work."
        )
    return found


def _manifest(
    export_input: ExportInput, form: str, described: Described, directory: Path
) -> dict[str, Any]:
    bundle, dataset = export_input.bundle, export_input.dataset
    paths = {
        path.relative_to(directory).as_posix(): path
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }
    model = [path for name, path in paths.items() if name.split("/")[0] in described.model]
    return {
        "format": form,
        "model_id": bundle.model_id,
        "preset": bundle.preset,
        "dataset_id": dataset.dataset_id,
        "dataset_digest": dataset.digest,
        "model_files": bundle.manifest["files"],
        "created_at": utc_now(),
        "versions": _versions(),
        "model": described.model,
        "size_bytes": sum(path.stat().st_size for path in model),
        "inputs": described.inputs,
        "outputs": described.outputs,
        "call": "example.load(directory)(inputs), see example.py; 'python check.py' tries it",
        "figures": described.figures,
        "files": {name: digest_of_file(path) for name, path in paths.items()},
    }


def _versions() -> dict[str, str]:
    """Of bookrec, Python, and the packages that wrote the export."""
    found = {"bookrec": __version__, "python": platform.python_version()}
    for name in ("numpy", "tensorflow", "keras", "onnx", "tf2onnx"):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
