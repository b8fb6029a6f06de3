"""Fixtures that several parts of the tests share, and the order of the tests."""

from __future__ import annotations

import gc
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from bookrec.cli.demo.build import LOG_NAME
from bookrec.cli.demo.stages import has_lists
from bookrec.settings import Home
from command_line import bookrec
from quick_shops import copied_shops
from shared_builds import build_once, build_once_per_source

# No deadline: a busy machine is no failure. In CI the same examples each time: what a new example
# finds should stop the one who wrote the code, not the next who lands a change.
settings.register_profile("bookrec", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("bookrec")

ONE_THREAD = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "TF_NUM_INTEROP_THREADS",
    "TF_NUM_INTRAOP_THREADS",
)
"""Environment variables that libraries read when they are first imported."""


def pytest_configure() -> None:
    """Give each worker of pytest-xdist, and the processes that it starts, one thread."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
        # XGBoost takes every core all the same; its threads must not spin beside another worker.
        os.environ["OMP_WAIT_POLICY"] = "passive"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take longest first, and the tests of the browser last.

    A file that starts late would keep one worker busy while the others have nothing left to do.
    Playwright keeps an event loop running in this thread for as long as its browser is open, and
    beside a running loop no other test could use ``asyncio.run``.
    """
    contents: dict[Path, set[str]] = {}
    for item in items:
        names = contents.setdefault(item.path, set())
        names.update(mark.name for mark in item.iter_markers())
        names.update(getattr(item, "fixturenames", ()))
    items.sort(key=lambda item: _place(contents[item.path]))


def pytest_collection_finish() -> None:
    """Leave what the modules hold out of garbage collections: it is much, and stays to the end."""
    gc.collect()
    gc.freeze()


def _place(names: set[str]) -> int:
    """Return a file's place among the files, from the markers and fixtures of its tests."""
    if "browser" in names:
        return 5
    if "sample_home" in names:  # by then the demo, or a worker, has built it
        return 2 if "longest" in names else 4
    if "longest" in names:
        return 0
    return 1 if "slow" in names else 3


@pytest.fixture(autouse=True, scope="session")
def quick_shops() -> Iterator[None]:
    """New shops are copies of one, in this process."""
    with copied_shops("bookrec.shop.connections"):
        yield


@pytest.fixture(scope="session")
def sample_home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with the sample data imported, trained and scored by the commands themselves.

    It is what ``bookrec demo`` builds, without its accounts: a copy of the demo that
    ``BOOKREC_SAMPLE_HOME`` names, once that is built, or one that is kept in pytest's cache until the
    source changes.

    Shared by all workers: read it, or copy it (`sample_home_copy`), and never change it.
    """

    def build(root: Path) -> None:
        if given := os.environ.get("BOOKREC_SAMPLE_HOME"):
            built = Path(given)
            _wait_until_built(Home(built))
        else:
            built = build_once_per_source(request.config, "demo", _build_demo) / "demo"
        home = Home(root)
        for place in (root / "raw", root / "artifacts", home.snapshots):
            shutil.copytree(built / place.name, place)
        shutil.copy(built / LOG_NAME, root)

    return Home(build_once(tmp_path_factory, "sample-home", build))


def _wait_until_built(home: Home) -> None:
    """Wait for a demo that is being built beside the tests: at its end one snapshot is left."""
    give_up_at = time.monotonic() + 900
    while not (has_lists(home) and len(list(home.snapshots.iterdir())) == 2):
        if time.monotonic() > give_up_at:
            pytest.fail(
                f"BOOKREC_SAMPLE_HOME={home.root}: no demo is built there; run 'bookrec demo "
                "--no-serve' first, or unset it"
            )
        time.sleep(1)


def _build_demo(root: Path) -> None:
    bookrec(Home(root), "demo", "--no-serve")


@pytest.fixture
def sample_home_copy(sample_home: Home, tmp_path: Path) -> Home:
    """A copy of `sample_home` that a test may change."""
    target = tmp_path / "home"
    shutil.copytree(sample_home.root, target)
    return Home(target)
