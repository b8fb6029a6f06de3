"""Export of a bundle into a directory, which appears only after its check has passed."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bookrec import __version__
from bookrec.errors import ModelError
from bookrec.files import digest_of_file, staged_directory, utc_now
from bookrec.json_types import JsonObject
from bookrec.offline.data.dataset import load_dataset
from bookrec.offline.models.bundle.bundle_files import load_bundle, read_manifest
from bookrec.offline.models.exports.export_input import ExportDescription, ExportInput
from bookrec.offline.models.exports.registry import exporter_of
from bookrec.offline.models.exports.standalone_files import write_standalone
from bookrec.offline.runtime.progress import Progress
from bookrec.settings import Home

MANIFEST_NAME: Final = "export.json"
_CHECK_SECONDS: Final = 1800.0
_WITHOUT_KERAS: Final = {"TF_USE_LEGACY_KERAS": "1"}
"""Environment in which TensorFlow does not import Keras, whose import takes a third of the whole; no
export needs it."""


@dataclass(frozen=True)
class Exported:
    """A finished export."""

    directory: Path
    manifest: JsonObject

    @property
    def size_bytes(self) -> int:
        """Size of the model, without examples and samples."""
        return int(self.manifest["size_bytes"])

    @property
    def check(self) -> JsonObject:
        """Results that its ``check.py`` printed in a separate process."""
        results: JsonObject = self.manifest["check"]
        return results


def exports_directory(home: Home, model_id: str, form: str) -> Path:
    """Return the default directory of an export."""
    return home.root / "artifacts" / "exports" / f"{model_id}-{form}"


def export_model(
    home: Home, model_id: str | None, form: str, target: Path | None, progress: Progress
) -> Exported:
    """Write a bundle in a format of `registry.EXPORTERS`, and check the result.

    Args:
        home: home directory.
        model_id: id of the bundle; None = the current one.
        form: name of the format.
        target: directory to create; None = `exports_directory`.
        progress: called with one line per stage.

    Raises:
        BookrecError: the bundle or data set is missing or damaged, the target exists, a package is
            missing, the model cannot be converted, or the export scores otherwise than the model.
            Then nothing is left behind.
    """
    name = str(read_manifest(home, model_id)["model_id"])
    target = target or exports_directory(home, name, form)
    write = exporter_of(form)
    with staged_directory(target) as directory:
        export_input = ExportInput(load_bundle(home, name), load_dataset(home), home=home)
        description = write(export_input, directory, progress)
        write_standalone(directory, description.example)
        progress("loading it in a separate process")
        results = run_check(directory)
        manifest = _manifest(export_input, form, description, directory) | {"check": results}
        content = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
        (directory / MANIFEST_NAME).write_text(content, encoding="utf-8")
    return Exported(target, manifest)


def run_check(directory: Path) -> JsonObject:
    """Run the ``check.py`` of an export, which does not import bookrec.

    Returns:
        Its results, such as ``largest_difference``, ``load_s`` and ``ms``.

    Raises:
        ModelError: the export does not load, or scores otherwise than the model.
    """
    command = [sys.executable, "-B", str(directory / "check.py")]
    try:
        result = subprocess.run(  # noqa: S603 - Python, with a file that was written a moment ago
            command,
            capture_output=True,
            text=True,
            check=False,
            timeout=_CHECK_SECONDS,
            env=os.environ | _WITHOUT_KERAS,
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
    results: JsonObject = json.loads(lines[-1])
    if result.returncode:
        raise ModelError(
            "What was written does not give the model's scores (largest relative difference "
            f"{results.get('largest_difference')}, allowed 1e-5); nothing was kept. "
            "Another --format may work."
        )
    return results


def _manifest(
    export_input: ExportInput, form: str, description: ExportDescription, directory: Path
) -> JsonObject:
    bundle, dataset = export_input.bundle, export_input.dataset
    paths = {
        path.relative_to(directory).as_posix(): path
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }
    model = [path for name, path in paths.items() if name.split("/")[0] in description.model]
    return {
        "format": form,
        "model_id": bundle.model_id,
        "preset": bundle.preset,
        "dataset_id": dataset.dataset_id,
        "dataset_digest": dataset.digest,
        "model_files": bundle.manifest["files"],
        "created_at": utc_now(),
        "versions": _versions(),
        "model": description.model,
        "size_bytes": sum(path.stat().st_size for path in model),
        "inputs": description.inputs,
        "outputs": description.outputs,
        "call": "example.load(directory)(inputs), see example.py; 'python check.py' tries it",
        "figures": description.figures,
        "files": {name: digest_of_file(path) for name, path in paths.items()},
    }


def _versions() -> dict[str, str]:
    """Versions of bookrec, Python, and the packages that wrote the export."""
    versions = {"bookrec": __version__, "python": platform.python_version()}
    for name in ("numpy", "tensorflow", "keras", "onnx", "tf2onnx"):
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions
