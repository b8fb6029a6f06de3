"""Fixtures that several parts of the tests share."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from bookrec.settings import Home
from command_line import bookrec

# No deadline: a busy machine is no failure. In CI the same examples each time: what a new example
# finds should stop the one who wrote the code, not the next who lands a change.
settings.register_profile("bookrec", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("bookrec")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of the browser come last.

    Playwright keeps an event loop running in this thread for as long as its browser is open, and
    beside a running loop no other test could use ``asyncio.run``.
    """
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with the sample data imported, trained and scored by the commands themselves.

    Where ``BOOKREC_SAMPLE_HOME`` names what ``bookrec demo`` has just built with these commands, a
    copy of that, without its accounts.

    Shared by the whole session: read it, or copy it (`sample_home_copy`), and never change it.
    """
    home = Home(tmp_path_factory.mktemp("sample") / "home")
    raw = home.root / "raw"
    home.root.mkdir()
    if built := os.environ.get("BOOKREC_SAMPLE_HOME"):
        for place in (raw, home.root / "artifacts", home.snapshots):
            shutil.copytree(Path(built) / place.name, place)
        return home
    bookrec(home, "data", "sample", str(raw))
    bookrec(home, "data", "import", str(raw))
    bookrec(home, "train")
    bookrec(home, "score")
    return home


@pytest.fixture
def sample_home_copy(sample_home: Home, tmp_path: Path) -> Home:
    """A copy of `sample_home` that a test may change."""
    target = tmp_path / "home"
    shutil.copytree(sample_home.root, target)
    return Home(target)
