"""A shop's database without anything in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from bookrec.settings import Home
from bookrec.shop.connections import opened


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home directory without anything in it."""
    return Home(tmp_path / "home")


@pytest.fixture
def shop(home: Home) -> Iterator[sqlite3.Connection]:
    """A connection to its database."""
    with opened(home.shop_database) as connection:
        yield connection
