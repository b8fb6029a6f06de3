"""Pointers, atomic writes, staged directories, digests."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bookrec import files
from bookrec.errors import BookrecError


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_a_write_replaces_the_whole_file_and_leaves_nothing_beside_it(tmp_path: Path):
    path = tmp_path / "deep" / "file"
    files.write_atomically(path, b"a longer first content")
    files.write_atomically(path, b"short")
    assert path.read_bytes() == b"short"
    assert names(path.parent) == ["file"]


def test_a_failed_write_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "file"
    files.write_atomically(path, b"old")

    def full_disk(_: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(files.os, "fsync", full_disk)
    with pytest.raises(OSError, match="no space left"):
        files.write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["file"]


def test_a_reader_with_the_old_file_open_keeps_it(tmp_path: Path):
    files.write_pointer(tmp_path, "one")
    with (tmp_path / "current").open() as held:
        files.write_pointer(tmp_path, "two")
        assert held.read() == "one\n"
    assert files.read_pointer(tmp_path) == "two"


@pytest.mark.parametrize("content", [None, "", " \n"])
def test_no_pointer_names_nothing(tmp_path: Path, content: str | None):
    if content is not None:
        (tmp_path / "current").write_text(content)
    assert files.read_pointer(tmp_path) is None


def test_versions_are_the_complete_directories_oldest_name_first(tmp_path: Path):
    for name in ("b-2", "a-10", ".b-3.staging"):
        (tmp_path / name).mkdir()
    files.write_pointer(tmp_path, "b-2")
    assert files.versions(tmp_path) == ["a-10", "b-2"]
    assert files.versions(tmp_path / "absent") == []


def test_a_staged_directory_appears_whole(tmp_path: Path):
    target = tmp_path / "deep" / "target"
    with files.staged_directory(target) as staging:
        assert staging.parent == target.parent
        (staging / "inner").mkdir()
        (staging / "inner" / "file").write_text("x")
        assert not target.exists()
        assert files.versions(target.parent) == []
    assert (target / "inner" / "file").read_text() == "x"
    assert names(target.parent) == ["target"]


def test_a_failed_block_leaves_nothing(tmp_path: Path):
    def build() -> None:
        with files.staged_directory(tmp_path / "target") as staging:
            (staging / "half").write_text("x")
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        build()
    assert names(tmp_path) == []


def test_an_existing_target_is_refused_before_the_block_runs(tmp_path: Path):
    (tmp_path / "target").mkdir()
    ran = False
    with (
        pytest.raises(BookrecError, match="exists already"),
        files.staged_directory(tmp_path / "target"),
    ):
        ran = True
    assert not ran
    assert names(tmp_path) == ["target"]


def test_digests(tmp_path: Path):
    path = tmp_path / "file"
    path.write_bytes(b"abc")
    # The known answer of FIPS 180-2.
    assert files.digest_of_file(path).startswith("ba7816bf8f01cfea414140de5dae2223")
    expected = hashlib.sha256(b"\2" + b"\0" * 7 + b"ab" + b"\1" + b"\0" * 7 + b"c").hexdigest()
    assert files.digest_of_bytes([b"ab", b"c"]) == expected
    assert files.digest_of_bytes([b"ab", b"c"]) != files.digest_of_bytes([b"a", b"bc"])


def test_the_time_is_utc_with_seconds():
    shown = datetime.strptime(files.utc_now(), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - shown) < timedelta(minutes=1)


def test_the_staging_directory_of_a_killed_process_is_removed_by_the_next(tmp_path: Path):
    left, young = tmp_path / ".old.0123abcd", tmp_path / ".new.0123abcd"
    for directory in (left, young, tmp_path / ".hidden"):
        (directory / "half").mkdir(parents=True)
        if directory != young:
            os.utime(directory, (0, 0))
    with files.staged_directory(tmp_path / "target"):
        assert not left.exists()
    assert names(tmp_path) == [".hidden", ".new.0123abcd", "target"]


def test_the_staging_directory_of_a_living_process_stays(tmp_path: Path):
    with files.staged_directory(tmp_path / "slow") as slow:
        os.utime(slow, (0, 0))
        assert files.remove_abandoned(tmp_path) == []
        with files.staged_directory(tmp_path / "quick"):
            assert slow.is_dir()
    assert names(tmp_path) == ["quick", "slow"]


def test_a_linked_tree_shares_its_files_and_outlives_the_first(tmp_path: Path):
    source, target = tmp_path / "source", tmp_path / "target"
    (source / "inner").mkdir(parents=True)
    (source / "inner" / "file").write_text("x")
    files.link_tree(source, target)
    assert (source / "inner" / "file").samefile(target / "inner" / "file")
    files.remove_directory(source)
    assert (target / "inner" / "file").read_text() == "x"


def test_where_files_cannot_be_linked_they_are_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def refuse(*_: object) -> None:
        raise PermissionError("not here")

    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "file").write_text("x")
    monkeypatch.setattr(files.os, "link", refuse)
    files.link_tree(tmp_path / "source", tmp_path / "target")
    assert (tmp_path / "target" / "file").read_text() == "x"
    assert not (tmp_path / "source" / "file").samefile(tmp_path / "target" / "file")


def test_a_lock_is_held_by_one_at_a_time(tmp_path: Path):
    path = tmp_path / "deep" / "lock"
    with files.exclusive_lock(path, create=True) as first:
        assert first
        with files.exclusive_lock(path, create=True) as second:
            assert not second
    with files.exclusive_lock(path) as third, files.exclusive_lock(tmp_path) as directory:
        assert third
        assert directory


def test_a_lock_on_a_file_that_was_removed_is_taken_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "lock"
    lock_once = files.fcntl.flock

    def remove_first(descriptor: int, operation: int) -> None:
        monkeypatch.setattr(files.fcntl, "flock", lock_once)
        path.unlink()
        lock_once(descriptor, operation)

    monkeypatch.setattr(files.fcntl, "flock", remove_first)
    with files.exclusive_lock(path, create=True) as held:
        assert held
        assert path.exists()


def test_a_file_system_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise OSError("no locks here")

    monkeypatch.setattr(files.fcntl, "flock", refuse)
    with files.exclusive_lock(tmp_path) as held:
        assert not held
    with (
        pytest.raises(OSError, match="no locks here"),
        files.exclusive_lock(tmp_path / "lock", create=True),
    ):
        pass


LFS_POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:ab12\nsize 12345\n"


def test_a_pointer_is_told_from_a_file():
    assert files.is_lfs_pointer(LFS_POINTER)
    assert files.is_lfs_pointer(LFS_POINTER.replace(b"\n", b"\r\n"))
    assert not files.is_lfs_pointer(LFS_POINTER + b"," * 2000)
    assert not files.is_lfs_pointer(b"isbn,title\n")
    assert not files.is_lfs_pointer(b"")
