"""Hostile files: each is refused in a sentence; nothing runs, and memory stays bounded."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from hostile_pickles import bomb_files, foreign_files, gadget_files, trick_files
from pickle_fixtures import contents

from bookrec.errors import ModelError
from bookrec.offline.pickles.limits import MIB, Limits
from bookrec.offline.pickles.read import read_pickle_file

NOWHERE = Path("/nonexistent/canary")
SMALL = Limits(file_bytes=32 * MIB, content_bytes=64 * MIB, memory_bytes=64 * MIB, elements=10**6)


def refusal(path: Path, limits: Limits = SMALL) -> str:
    with pytest.raises(ModelError) as caught:
        read_pickle_file(path, limits)
    return str(caught.value)


def check_sentence(message: str, path: Path, said: str) -> None:
    """One printable sentence: the file, what was found, and what to do instead."""
    assert message.startswith(f"{path} ")
    assert said in message
    assert message.endswith(".")
    assert "; " in message
    assert message.isprintable()
    assert len(message) < 500 + len(str(path))


@pytest.mark.parametrize(("name", "case"), gadget_files(NOWHERE).items())
def test_a_name_not_on_the_list_is_refused_by_that_name(
    tmp_path: Path, name: str, case: tuple[bytes, str]
):
    path = tmp_path / "file.pkl"
    path.write_bytes(case[0])
    message = refusal(path)
    check_sentence(message, path, case[1])
    assert "does not read from pickles" in message


@pytest.mark.parametrize(("name", "case"), trick_files(NOWHERE).items())
def test_a_trick_is_refused(tmp_path: Path, name: str, case: tuple[bytes, str]):
    path = tmp_path / "file.pkl"
    path.write_bytes(case[0])
    check_sentence(refusal(path), path, case[1])


@pytest.mark.parametrize(("name", "case"), foreign_files().items())
def test_what_is_no_pickle_is_refused(tmp_path: Path, name: str, case: tuple[bytes, str]):
    path = tmp_path / name
    path.write_bytes(case[0])
    check_sentence(refusal(path), path, case[1])


def test_a_missing_file_and_a_directory_are_refused(tmp_path: Path):
    check_sentence(refusal(tmp_path / "no.pkl"), tmp_path / "no.pkl", "does not exist")
    check_sentence(refusal(tmp_path), tmp_path, "is no file")


def test_every_beginning_of_a_file_is_refused(tmp_path: Path):
    """A copy cut short at any byte is refused, and nothing but ModelError comes of it."""
    path = tmp_path / "encoder.joblib"
    whole = contents("sklearn-1.8")["author_encoder.joblib"]  # a pickle inside a pickle
    for end in range(len(whole)):
        path.write_bytes(whole[:end])
        check_sentence(refusal(path), path, "")


def test_files_over_their_limits_are_refused(tmp_path: Path):
    path = tmp_path / "file.pkl"
    path.write_bytes(contents("sklearn-1.8")["encoders.joblib"])
    assert "KiB" not in refusal(path, Limits(file_bytes=100))
    assert "more than the 0 MiB" in refusal(path, Limits(file_bytes=100))
    assert "of memory to read" in refusal(path, Limits(memory_bytes=1000))
    assert "nested more than 1 deep" in refusal(path, Limits(depth=1))


WATCHER = """
import json, os, sys
from pathlib import Path
import numpy, lzma, bz2, gzip
from bookrec.errors import ModelError
from bookrec.offline.pickles.read import read_pickle_file

seen = []
QUIET = {"open", "import", "os.listdir", "object.__getattr__", "marshal.loads"}

def watch(event, args):
    if event == "open" and str(args[0]).endswith(".py"):
        return
    if event == "open" and args[0] not in allowed_files and not str(args[0]).endswith(".pyc"):
        seen.append(f"open {args[0]}")
    elif event == "import" and not args[0].startswith(("numpy", "encodings", "bookrec")):
        seen.append(f"import {args[0]}")
    elif event.split(".")[0] in {"os", "subprocess", "ctypes", "socket", "pickle", "shutil", "exec",
                                 "compile", "webbrowser", "sys", "code", "copyreg", "signal"}:
        if event not in {"os.listdir"}:
            seen.append(f"{event} {args}")

folder = Path(sys.argv[1])
paths = sorted(folder.iterdir())
allowed_files = {str(path) for path in paths}
sys.addaudithook(watch)
before = set(sys.modules)
answers = {}
for path in paths:
    try:
        read_pickle_file(path)
        answers[path.name] = None
    except ModelError as error:
        answers[path.name] = str(error)
del allowed_files  # printing opens nothing
print(json.dumps({"answers": answers, "seen": seen, "new": sorted(set(sys.modules) - before)}))
"""


def test_nothing_runs(tmp_path: Path):
    """All hostile files in one process that hears of every import, open, exec, and process."""
    canary, folder = tmp_path / "canary", tmp_path / "files"
    folder.mkdir()
    files = {**gadget_files(canary), **trick_files(canary)}
    for name, (content, _) in files.items():
        (folder / name).write_bytes(content)
    result = subprocess.run(
        [sys.executable, "-c", WATCHER, str(folder)], capture_output=True, text=True, check=True
    )
    heard = json.loads(result.stdout)
    assert set(heard["answers"]) == set(files)
    assert [name for name, answer in heard["answers"].items() if answer is None] == []
    assert heard["seen"] == []
    assert [name for name in heard["new"] if not name.startswith(("encodings", "numpy"))] == []
    assert not canary.exists()


def test_the_watcher_hears_what_pickle_runs(tmp_path: Path):
    """The same files through Python's own unpickler leave a canary: the test above can fail."""
    canary = tmp_path / "canary"
    content, _ = trick_files(canary)["thrown_away"]
    subprocess.run([sys.executable, "-c", f"import pickle; pickle.loads({content!r})"], check=True)
    assert canary.exists()


BOUNDED = """
import json, resource, sys
from pathlib import Path
from bookrec.errors import ModelError
from bookrec.offline.pickles.limits import Limits
from bookrec.offline.pickles.read import read_pickle_file

limits = Limits(**json.loads(sys.argv[2]))
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
ceiling = used + int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_AS, (ceiling, ceiling))
answers = {}
for path in sorted(Path(sys.argv[1]).iterdir()):
    try:
        read_pickle_file(path, limits)
        answers[path.name] = None
    except ModelError as error:
        answers[path.name] = str(error)
print(json.dumps(answers))
"""


def test_bombs_stay_within_bounded_memory(tmp_path: Path):
    """Under a hard limit on the address space that is little above what the limits allow."""
    folder = tmp_path / "files"
    folder.mkdir()
    files = bomb_files()
    for name, (content, _) in files.items():
        (folder / name).write_bytes(content)
    settings = {
        "file_bytes": 32 * MIB,
        "unpack_free_bytes": 8 * MIB,
        "memory_bytes": 32 * MIB,
        "elements": 10**6,
    }
    ceiling = str(128 * MIB)
    result = subprocess.run(
        [sys.executable, "-c", BOUNDED, str(folder), json.dumps(settings), ceiling],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    answers = json.loads(result.stdout)
    assert set(answers) == set(files)
    for name, (_, said) in files.items():
        assert answers[name] is not None, name
        check_sentence(answers[name], folder / name, said)
        assert "machine's memory" not in answers[name], name  # bounded by us, not by the machine


def test_a_giant_memo_index_costs_nothing(tmp_path: Path):
    """Python's unpickler sets aside 32 GiB for it."""
    path = tmp_path / "file.pkl"
    path.write_bytes(b"\x80\x04K\x07r\xff\xff\xff\xff0j\xff\xff\xff\xff.")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert read_pickle_file(path) == 7
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024
