"""The home's secret: made once, for its owner only."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bookrec.errors import BookrecError
from bookrec.settings import Home


def test_the_secret_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with ThreadPoolExecutor(8) as threads:
        secrets = set(threads.map(lambda _: home.identity_secret(), range(32)))
    assert len(secrets) == 1
    assert len(secrets.pop()) == 32
    assert stat.S_IMODE(home.identity_secret_file.stat().st_mode) == 0o600
    assert [p.name for p in home.identity_secret_file.parent.iterdir()] == ["identity-secret"]
    assert Home(tmp_path / "other").identity_secret() != home.identity_secret()


def test_a_damaged_secret_is_a_sentence(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.identity_secret()
    home.identity_secret_file.write_bytes(b"short")
    with pytest.raises(BookrecError, match="identity-secret has 5 bytes"):
        home.identity_secret()
