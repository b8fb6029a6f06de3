"""A scoring job's directory: what a killed run leaves for the next, and who may work in it.

``precomputed/.score-<digest>/`` belongs to one job. The digest is of everything that decides what
the tables will be, so a run finds there only what it would compute itself:

    job.json    what the digest was taken of, and the id of the snapshot to be
    compiled/   the compiled model and what else the workers read; appears whole or not at all
    shards/     finished shards, see `job.shard_store`
"""

from __future__ import annotations

import contextlib
import json
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bookrec.errors import BookrecError
from bookrec.files import (
    digest_of_bytes,
    exclusive_lock,
    fsync_directory,
    fsync_tree,
    remove_directory,
    write_atomically,
)
from bookrec.offline.scoring.job.shard_store import ShardStore
from bookrec.snapshot import new_snapshot_id

_PREFIX: Final = ".score-"
_LOCK_NAME: Final = "lock"


@dataclass(frozen=True)
class Job:
    """The directory of one job, held by this process."""

    directory: Path
    snapshot_id: str
    """Of the snapshot this job makes; a run that goes on keeps it."""

    @property
    def compiled(self) -> Path:
        return self.directory / "compiled"

    @property
    def store(self) -> ShardStore:
        return ShardStore(self.directory / "shards")

    def ensure_compiled(self, fill: Callable[[Path], None]) -> bool:
        """Let ``fill`` write an empty directory that becomes `compiled`; False if it is there."""
        if self.compiled.exists():
            return False
        aside = self.directory / f"compiling-{uuid.uuid4().hex}"
        aside.mkdir()
        fill(aside)
        fsync_tree(aside)
        aside.rename(self.compiled)
        fsync_directory(self.directory)
        return True

    def remove(self) -> None:
        """The job is done: nothing of it is needed any more."""
        remove_directory(self.directory)


@contextlib.contextmanager
def open_job(snapshots: Path, identity: Mapping[str, str]) -> Iterator[Job]:
    """Hold the directory of the job with that identity, a new one or one that was left.

    Jobs that others left and nobody works on are removed: they would make a snapshot of something
    that is no longer wanted. So is this one on leaving, when nothing in it is worth keeping.

    Raises:
        BookrecError: another process works on the same job.
    """
    digest = digest_of_bytes(f"{key}={identity[key]}".encode() for key in sorted(identity))
    directory = snapshots / f"{_PREFIX}{digest[:16]}"
    snapshots.mkdir(parents=True, exist_ok=True)
    for path in snapshots.glob(f"{_PREFIX}*"):
        if path != directory:
            _remove_left(path)
    with exclusive_lock(directory / _LOCK_NAME, create=True) as held:
        if not held:
            raise BookrecError(
                f"Another 'bookrec score' is working on the same model, data and settings "
                f"({directory}); wait for its end."
            )
        for left in directory.glob("compiling-*"):
            shutil.rmtree(left, ignore_errors=True)
        job = Job(directory, _snapshot_id(directory, identity))
        try:
            yield job
        finally:
            if directory.exists() and not job.compiled.exists():
                shutil.rmtree(directory, ignore_errors=True)


def _snapshot_id(directory: Path, identity: Mapping[str, str]) -> str:
    path = directory / "job.json"
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        return str(json.loads(path.read_text(encoding="utf-8"))["snapshot_id"])
    snapshot_id = new_snapshot_id()
    content = {"snapshot_id": snapshot_id, "identity": dict(identity)}
    write_atomically(path, json.dumps(content, indent=1).encode())
    return snapshot_id


def _remove_left(directory: Path) -> None:
    with (
        contextlib.suppress(FileNotFoundError),
        exclusive_lock(directory / _LOCK_NAME, create=True) as held,
    ):
        if held:
            remove_directory(directory)
