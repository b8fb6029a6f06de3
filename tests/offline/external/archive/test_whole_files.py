"""Files that stand for another one, are empty or lack their end, told from whole ones."""

from __future__ import annotations

import json
import pickle
import zipfile
from pathlib import Path
from typing import Any

import h5py
import pytest

from bookrec.offline.external.archive.whole_files import broken_file

POINTER = (
    b"version https://git-lfs.github.com/spec/v1\n"
    b"oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"
)
NAMES = ("model.keras", "model.h5", "users.pkl", "users.joblib", "users.json")


def write(path: Path) -> Path:
    """Write a whole file of the format that its name says."""
    if path.suffix == ".keras":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("config.json", "{}" * 500)
    elif path.suffix == ".h5":
        with h5py.File(path, "w") as file:
            file["weights"] = list(range(3000))
    elif path.suffix == ".json":
        path.write_text(json.dumps({"ánna": 0, "bert": 1, "more": ["x", {"y": None}]}))
    else:
        path.write_bytes(pickle.dumps({"anna": 0, "bert": 1, "cleo": 2}))
    return path


@pytest.mark.parametrize("name", NAMES)
def test_a_whole_file_has_no_fault(tmp_path: Path, name: str):
    assert broken_file(write(tmp_path / name)) is None


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kept", [0.3, 0.7, -1])
def test_a_file_without_its_end_is_cut_off(tmp_path: Path, name: str, kept: float):
    path = write(tmp_path / name)
    content = path.read_bytes()
    path.write_bytes(content[:-1] if kept < 0 else content[: int(kept * len(content))])
    assert "is cut off before its end" in str(broken_file(path))


@pytest.mark.parametrize("name", NAMES)
def test_a_pointer_and_an_empty_file_are_called_so(tmp_path: Path, name: str):
    path = tmp_path / name
    path.write_bytes(POINTER)
    assert "is a Git LFS pointer" in str(broken_file(path))
    path.write_bytes(b"")
    assert "is empty" in str(broken_file(path))
    path.write_bytes(b"\0" * 5000)
    assert "nothing but blanks or zeros" in str(broken_file(path))


@pytest.mark.parametrize("version", ["earliest", "latest"])
def test_the_end_of_hdf5_is_read_in_every_version(tmp_path: Path, version: Any):
    path = tmp_path / "model.h5"
    with h5py.File(path, "w", libver=version) as file:
        file["weights"] = list(range(3000))
    assert broken_file(path) is None
    path.write_bytes(path.read_bytes()[:-9])
    assert "is cut off" in str(broken_file(path))


def test_a_wrong_json_is_not_cut_off(tmp_path: Path):
    path = tmp_path / "users.json"
    path.write_text('{"anna": 0,, "bert": 1}')
    assert broken_file(path) is None
