"""From what the outside knows to what a ranker is told: the bundle's encoders, copied beside it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from bookrec.offline.exports.material import Material

_OTHERS: Final = {"wide_deep.keras", "two_tower.keras", "tables.npz", "fitted.npz"}
"""Files of a bundle that are models and retrievers, not encoders."""


def write_encoders(material: Material, directory: Path) -> list[str]:
    """Copy the encoders of a bundle into ``encoders/`` and return their names."""
    source = material.home.models / material.bundle.model_id
    (directory / "encoders").mkdir()
    names = sorted(material.bundle.manifest["files"].keys() - _OTHERS)
    for name in names:
        shutil.copyfile(source / name, directory / "encoders" / name)
    return names
