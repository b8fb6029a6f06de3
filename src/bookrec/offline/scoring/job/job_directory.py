"""Directory of a scoring job: what a killed run leaves for the next, and its lock.

``precomputed/.score-<digest>/`` belongs to one job. The digest covers everything that decides the
tables, so a run finds there only what it would compute itself:

    job.json    the contents of the digest, and the id of the new snapshot
    compiled/   the compiled model and the other inputs of the workers; appears whole or not at all
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
    """Directory of one job, locked by this process."""

    directory: Path
    snapshot_id: str
    """Id of the snapshot that the job makes, the same in every run."""

    @property
    def compiled(self) -> Path:
        """Directory of the compiled model."""
        return self.directory / "compiled"

    @property
    def store(self) -> ShardStore:
        """Store of the finished shards."""
        return ShardStore(self.directory / "shards")

    def ensure_compiled(self, fill: Callable[[Path], None]) -> bool:
        """Let ``fill`` write the directory `compiled`; returns False where it exists already."""
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
        """Remove the directory of a finished job."""
        remove_directory(self.directory)


@contextlib.contextmanager
def open_job(snapshots: Path, identity: Mapping[str, str]) -> Iterator[Job]:
    """Lock the directory of the job with this identity, a new one or one that a killed run left.

    Directories of other jobs that nobody works on are removed: nobody wants their snapshots any more.
    So is this one at the end, where it holds nothing worth keeping.

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
