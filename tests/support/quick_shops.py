"""Shops that cost tests less: new databases are copies of one, and hashes of passwords are cheap."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from unittest.mock import patch

from bookrec.shop.schema import migrate


@contextlib.contextmanager
def copied_shops(module: str) -> Iterator[None]:
    """Make new databases that a module opens copies of one that `migrate` has made.

    The migrations take 25 ms, ten times as long as a copy; `migrate` still opens each copy. Only tests
    of the migrations themselves need them again: they call `migrate` by its own name.
    """
    with patch(f"{module}.migrate", _migrate_a_copy):
        yield


def _migrate_a_copy(path: Path) -> None:
    if not path.exists():
        # Where no file can be written, `migrate` is who says so.
        with contextlib.suppress(OSError):
            _copy_to(path)
    migrate(path)


def _copy_to(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent) as copy:
        copy.write(_migrated())
        copy.flush()
        os.link(copy.name, path)  # whole, and never over a file of another thread


@cache
def _migrated() -> bytes:
    """Return the content of a database without rows, the same in every shop."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "shop.sqlite"
        migrate(path)
        return path.read_bytes()


@contextlib.contextmanager
def cheap_hashes() -> Iterator[None]:
    """Make a hash of a password take a hundredth of the site's 20 ms."""
    from argon2 import PasswordHasher

    from bookrec.web.accounts import passwords

    cheap = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1)
    with patch.object(passwords, "_HASHER", cheap):
        yield
