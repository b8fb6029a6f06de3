"""Where things lie below one home directory. Made once by the command line and passed in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_PACKAGED_TEMPLATES = Path(__file__).parent / "templates"
_REPOSITORY_TEMPLATES = Path(__file__).parents[2] / "templates"


def templates_directory() -> Path:
    """``bookrec/templates`` of an installed wheel, else the repository's ``templates``."""
    return _PACKAGED_TEMPLATES if _PACKAGED_TEMPLATES.is_dir() else _REPOSITORY_TEMPLATES


@dataclass(frozen=True)
class Home:
    """The home directory of one installation (``--home``, ``BOOKREC_HOME``, or the current one)."""

    root: Path

    @property
    def datasets(self) -> Path:
        """``artifacts/datasets``: one directory per data set, and the pointer ``current``."""
        return self.root / "artifacts" / "datasets"

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
        """``var/shop.sqlite``: accounts, sessions, ratings and events; written by the site."""
        return self.root / "var" / "shop.sqlite"
