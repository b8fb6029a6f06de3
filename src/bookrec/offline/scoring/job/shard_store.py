"""Finished shards on disk: a killed job continues from them, and the tables are written from them.

A shard is a dictionary of arrays. Each is one file, which appears whole or not at all and begins with
the digest of the rest, so that damage by a crash or a bad disk is noticed and the shard computed again.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from bookrec.arrays import Array
from bookrec.errors import SnapshotError
from bookrec.files import write_atomically

Shard = dict[str, Array]
"""Arrays of one shard, by name."""

_DIGEST_BYTES: Final = hashlib.sha256().digest_size


@dataclass(frozen=True)
class ShardStore:
    """Shards of the stages of one job, below one directory."""

    directory: Path

    def save(self, stage: str, number: int, shard: Shard) -> None:
        """Save a shard; on return it survives a crash of the machine."""
        buffer = io.BytesIO()
        np.savez(buffer, **shard)  # type: ignore[arg-type]  # names are ours, never 'file'
        payload = buffer.getvalue()
        write_atomically(self._path(stage, number), hashlib.sha256(payload).digest() + payload)

    def read(self, stage: str, number: int) -> Shard:
        """Read a saved shard.

        Raises:
            SnapshotError: it is not there, or not as it was saved.
        """
        path = self._path(stage, number)
        try:
            content = path.read_bytes()
        except FileNotFoundError as error:
            raise SnapshotError(f"{path} is not there; run 'bookrec score' again.") from error
        payload = content[_DIGEST_BYTES:]
        if hashlib.sha256(payload).digest() != content[:_DIGEST_BYTES]:
            raise SnapshotError(
                f"{path} was damaged after it was written; run 'bookrec score' again, which "
                "computes it anew, and have the disk checked."
            )
        with np.load(io.BytesIO(payload), allow_pickle=False) as arrays:
            return dict(arrays)

    def finished(self, stage: str, count: int) -> list[int]:
        """List the whole shards among 0 … count - 1; damaged ones are removed."""
        return [number for number in range(count) if self._is_whole(stage, number)]

    def read_all(self, stage: str, count: int) -> Iterator[Shard]:
        """Yield the shards 0 … count - 1 in order, one at a time in memory."""
        for number in range(count):
            yield self.read(stage, number)

    def count(self) -> int:
        """Count the saved shards of all stages."""
        return sum(1 for _ in self.directory.glob("*/*.shard"))

    def _is_whole(self, stage: str, number: int) -> bool:
        path = self._path(stage, number)
        if not path.exists():
            return False
        try:
            self.read(stage, number)
        except SnapshotError:
            path.unlink()
            return False
        return True

    def _path(self, stage: str, number: int) -> Path:
        return self.directory / stage / f"{number:06}.shard"
