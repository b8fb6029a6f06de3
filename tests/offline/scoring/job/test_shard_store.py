"""Shards on disk: whole, or computed again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bookrec.errors import SnapshotError
from bookrec.offline.scoring.job.shard_store import ShardStore

SHARD = {
    "start": np.array([0, 2, 2, 3]),
    "score": np.array([[0.5], [0.25], [1e-300]]),
    "pairs": np.array(7),
}


@pytest.fixture
def store(tmp_path: Path) -> ShardStore:
    store = ShardStore(tmp_path / "shards")
    store.save("readers", 0, SHARD)
    store.save("readers", 2, {"start": np.arange(1000)})
    store.save("books", 1, SHARD)
    return store


def file_of(store: ShardStore, stage: str, number: int) -> Path:
    return store.directory / stage / f"{number:06}.shard"


def test_a_shard_comes_back_as_it_was(store: ShardStore):
    found = store.read("readers", 0)
    assert found.keys() == SHARD.keys()
    for name, array in SHARD.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


def test_what_is_finished_is_known_by_stage(store: ShardStore):
    assert store.finished("readers", 4) == [0, 2]
    assert store.finished("books", 4) == [1]
    assert store.finished("content", 4) == []
    assert store.count() == 3


@pytest.mark.parametrize("damage", ["cut", "empty", "changed", "longer", "another shard's digest"])
def test_a_damaged_shard_is_not_trusted(store: ShardStore, damage: str):
    path = file_of(store, "readers", 2)
    content = path.read_bytes()
    changed = bytearray(content)
    changed[len(content) // 2] ^= 4
    path.write_bytes(
        {
            "cut": content[:-1],
            "empty": b"",
            "changed": bytes(changed),
            "longer": content + b"x",
            "another shard's digest": file_of(store, "readers", 0).read_bytes()[:32] + content[32:],
        }[damage]
    )
    with pytest.raises(SnapshotError, match=r"000002\.shard was damaged .* run 'bookrec score'"):
        store.read("readers", 2)
    assert store.finished("readers", 4) == [0]
    assert not path.exists(), "so that nobody counts it as kept"


def test_a_shard_that_is_not_there_is_a_sentence(store: ShardStore):
    with pytest.raises(SnapshotError, match=r"000003\.shard is not there; run 'bookrec score'"):
        store.read("readers", 3)
