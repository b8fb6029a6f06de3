"""What some tests need from the machine: they skip without it, and say why.

With ``BOOKREC_REQUIRE_ALL=1`` (`.ci/run`) they fail instead, so that nothing goes untested unseen.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SHARED_DATA = REPOSITORY.parent / "shared" / "data"


def require_chromium() -> str:
    """The path of Chromium's executable."""
    found = [shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")]
    path = next((path for path in found if path), None)
    if path is None:
        _missing("Chromium is not installed ('make browser' says how to get it)")
    return path


def require_shared_data(name: str) -> Path:
    """The directory of a real data set, e.g. ``book-crossing``, beside the checkout."""
    directory = SHARED_DATA / name
    if not directory.is_dir():
        _missing(f"the real data set {directory} is not here")
    return directory


def _missing(reason: str) -> NoReturn:
    if os.environ.get("BOOKREC_REQUIRE_ALL") == "1":
        pytest.fail(f"{reason}, and BOOKREC_REQUIRE_ALL=1 asks for every test")
    pytest.skip(reason)
