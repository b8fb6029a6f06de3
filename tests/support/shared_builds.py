"""Builds something expensive once for all workers of a test run, or once for many runs."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from requirements import REPOSITORY


def build_once(
    tmp_path_factory: pytest.TempPathFactory, name: str, build: Callable[[Path], None]
) -> Path:
    """Return a directory of this test run that the first worker to ask for it has filled.

    Read it, or copy it; other workers read it at the same time.
    """
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    return _filled(root / name, build)


def build_once_per_source(config: pytest.Config, name: str, build: Callable[[Path], None]) -> Path:
    """Return a directory of pytest's cache, filled again by the first run after `src` changes."""
    root, key = config.cache.mkdir(name), _digest_of_source()
    for path in root.iterdir():
        if path.is_dir() and path.name != key:
            shutil.rmtree(path)
    return _filled(root / key, build)


def _filled(directory: Path, build: Callable[[Path], None]) -> Path:
    """Call `build` with an empty directory, unless it is filled; one process at a time."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    with directory.with_name(f"{directory.name}.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.seek(0)
        if not (lock.read() and directory.is_dir()):
            shutil.rmtree(directory, ignore_errors=True)
            directory.mkdir()
            build(directory)
            lock.write("filled\n")
    return directory


def _digest_of_source() -> str:
    """Digest of every module that can change a trained model, and of the packages' versions."""
    digest = hashlib.sha256((REPOSITORY / "requirements.lock").read_bytes())
    source = REPOSITORY / "src" / "bookrec"
    for path in sorted(source.rglob("*")):
        relative = path.relative_to(source)
        if path.is_file() and path.suffix != ".pyc" and relative.parts[0] != "web":
            digest.update(str(relative).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]
