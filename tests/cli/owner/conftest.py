"""A home with the small snapshot published."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bookrec.settings import Home
from shared_builds import build_once
from small_snapshot import build_snapshot


@pytest.fixture
def home(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with the small snapshot published."""

    def build(root: Path) -> None:
        build_snapshot(Home(root / "home"))

    built = Home(build_once(tmp_path_factory, "small-snapshot", build) / "home")
    shutil.copytree(built.snapshots, tmp_path / "precomputed")
    return Home(tmp_path)
