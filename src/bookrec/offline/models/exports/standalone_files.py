"""Files beside an exported model: an example of its use, and a check."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Final

_PACKAGE: Final = "bookrec.offline.models.exports.standalone"
_CHECKS: Final = {
    "example_savedmodel": "check_index",
    "example_weights": "check_weights",
}
"""Example → its check; `check_ranker` checks the other exports."""

_IMPORT: Final = "from bookrec.arrays import Floats\n"
_DEFINITION: Final = "Floats = NDArray[np.float32]\n"


def write_standalone(directory: Path, example: str) -> None:
    """Copy ``example.py``, ``check.py`` and the modules they import into an export.

    Args:
        directory: the export.
        example: module of `standalone` that becomes ``example.py``.
    """
    check = _CHECKS.get(example, "check_ranker")
    for module, name in ((example, "example.py"), (check, "check.py")):
        source = files(_PACKAGE).joinpath(f"{module}.py").read_text(encoding="utf-8")
        (directory / name).write_text(source, encoding="utf-8")
    if example == "example_npz":
        content = _without_bookrec(
            files("bookrec.inference.ranker").joinpath("activations.py").read_text("utf-8")
        )
        (directory / "activations.py").write_text(content, encoding="utf-8")


def _without_bookrec(source: str) -> str:
    """Replace the only import of bookrec in a module by its definition."""
    assert source.count(_IMPORT) == source.count("bookrec") == 1, "it imports more of bookrec"
    return source.replace(_IMPORT, _DEFINITION)
