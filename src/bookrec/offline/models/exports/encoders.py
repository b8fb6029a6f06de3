"""From what the outside knows to what a ranker is told: the bundle's encoders, copied beside it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from bookrec.offline.models.exports.export_input import ExportInput

_OTHERS: Final = {"tables.npz", "fitted.npz"}
"""Files of a bundle that are retrievers, not encoders."""
_MODELS: Final = {".keras", ".h5", ".hdf5"}


def write_encoders(export_input: ExportInput, directory: Path) -> list[str]:
    """Copy the encoders of a bundle into ``encoders/`` and return their names."""
    source = export_input.home.models / export_input.bundle.model_id
    (directory / "encoders").mkdir()
    files = export_input.bundle.manifest["files"].keys() - _OTHERS
    names = sorted(name for name in files if Path(name).suffix not in _MODELS)
    for name in names:
        shutil.copyfile(source / name, directory / "encoders" / name)
    return names
