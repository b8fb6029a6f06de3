"""Paths below a home directory; the command line makes a `Home` and passes it on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_PACKAGED_TEMPLATES = Path(__file__).parent / "templates"
_REPOSITORY_TEMPLATES = Path(__file__).parents[2] / "templates"


def templates_directory() -> Path:
    """Return ``bookrec/templates`` of an installed wheel, else ``templates`` of the repository."""
    return _PACKAGED_TEMPLATES if _PACKAGED_TEMPLATES.is_dir() else _REPOSITORY_TEMPLATES


@dataclass(frozen=True)
class Home:
    """Home directory of an installation: ``--home``, ``BOOKREC_HOME``, or the current directory."""

    root: Path

    @property
    def datasets(self) -> Path:
        """``artifacts/datasets``: one directory per data set, and the pointer ``current``."""
        return self.root / "artifacts" / "datasets"

    @property
    def work_corrections(self) -> Path:
        """``works.csv``: the operator's corrections of works; read by ``data import``."""
        return self.root / "works.csv"

    @property
    def models(self) -> Path:
        """``artifacts/models``: one directory per model bundle, and the pointer ``current``."""
        return self.root / "artifacts" / "models"

    @property
    def snapshots(self) -> Path:
        """``precomputed``: one directory per snapshot, and the pointer ``current``."""
        return self.root / "precomputed"

    @property
    def shop_database(self) -> Path:
        """``var/shop.sqlite``: accounts, sessions and ratings; written by the site."""
        return self.root / "var" / "shop.sqlite"
