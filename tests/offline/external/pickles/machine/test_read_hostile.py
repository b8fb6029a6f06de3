"""Hostile files: each is refused in a sentence; nothing runs, and memory stays bounded."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bookrec.errors import ModelError
from bookrec.offline.external.pickles.machine.limits import MIB, Limits
from bookrec.offline.external.pickles.machine.read import read_pickle_file
from hostile_pickles import bomb_files, foreign_files, gadget_files, trick_files
from pickle_fixtures import contents

NOWHERE = Path("/nonexistent/canary")
SMALL = Limits(file_bytes=32 * MIB, content_bytes=64 * MIB, memory_bytes=64 * MIB, elements=10**6)


def refusal(path: Path, limits: Limits = SMALL) -> str:
    with pytest.raises(ModelError) as caught:
        read_pickle_file(path, limits)
    return str(caught.value)


def check_sentence(message: str, path: Path, words: str) -> None:
    """Check a printable sentence of the file, the reason, and advice."""
    assert message.startswith(f"{path} ")
    assert words in message
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
def test_files_that_are_no_pickles_are_refused(tmp_path: Path, name: str, case: tuple[bytes, str]):
    path = tmp_path / name
    path.write_bytes(case[0])
    check_sentence(refusal(path), path, case[1])


def test_a_missing_file_and_a_directory_are_refused(tmp_path: Path):
    check_sentence(refusal(tmp_path / "no.pkl"), tmp_path / "no.pkl", "does not exist")
    check_sentence(refusal(tmp_path), tmp_path, "is no file")


@pytest.mark.parametrize(
    ("module", "name", "advice"),
    [
        ("sklearn.pipeline", "Pipeline", "named_steps"),
        ("sklearn.compose._column_transformer", "ColumnTransformer", "named_transformers_"),
        ("sklearn.feature_extraction.text", "TfidfVectorizer", "dict of NumPy arrays"),
        ("pandas.core.indexes.multi", "MultiIndex", "CSV"),
        ("scipy.sparse._csr", "csr_matrix", "dense NumPy array"),
        ("gensim.models.fasttext", "FastText", "np.save"),
        ("gensim.models.doc2vec", "Doc2Vec", "model.wv.save"),
        ("keras.src.legacy.preprocessing.text", "Tokenizer", "word_index"),
        ("keras.src.models.functional", "Functional", "model.save"),
        ("torch._utils", "_rebuild_tensor_v2", "Keras models"),
        ("__main__", "TitleEncoder", "class or function of the notebook"),
        ("os", "system", "if it is not, open it with nothing that runs pickles"),
    ],
)
def test_the_advice_fits_the_library(tmp_path: Path, module: str, name: str, advice: str):
    path = tmp_path / "file.pkl"
    path.write_bytes(b"\x80\x04c" + f"{module}\n{name}\n".encode() + b")\x81}b.")
    message = refusal(path)
    check_sentence(message, path, f"{module}.{name}")
    assert advice in message


def test_every_beginning_of_a_file_is_refused(tmp_path: Path):
    """A copy cut short at any byte is refused, and raises only ModelError."""
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
import bz2, gzip, json, lzma, pickle, sys
from pathlib import Path
import numpy
from bookrec.errors import ModelError
from bookrec.offline.external.pickles.machine.read import read_pickle_file

WATCHED = {"os", "subprocess", "ctypes", "socket", "pickle", "shutil", "exec", "compile", "code",
           "webbrowser", "signal"}
paths = sorted(Path(sys.argv[1]).iterdir())
expected_opens = {str(path) for path in paths}
read = read_pickle_file if sys.argv[2] == "ours" else lambda path: pickle.loads(path.read_bytes())
watching, seen = True, []

def watch(event, args):
    if not watching:
        return
    if event == "open":
        heard = str(args[0]) not in expected_opens and not str(args[0]).endswith((".py", ".pyc"))
    elif event == "import":
        heard = not args[0].startswith(("numpy", "encodings", "bookrec"))
    else:
        heard = event.split(".")[0] in WATCHED and event != "os.listdir"
    if heard:
        seen.append(f"{event} {args}")

sys.addaudithook(watch)
before = set(sys.modules)
answers = {}
for path in paths:
    try:
        read(path)
        answers[path.name] = None
    except ModelError as error:
        answers[path.name] = str(error)
watching = False
print(json.dumps({"answers": answers, "seen": seen, "new": sorted(set(sys.modules) - before)}))
"""


def watched(folder: Path, reader: str) -> dict[str, Any]:
    """Read every file of ``folder`` in a process that records imports, opens, execs, processes."""
    result = subprocess.run(
        [sys.executable, "-c", WATCHER, str(folder), reader],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(result.stdout)


def test_nothing_runs(tmp_path: Path):
    canary, folder = tmp_path / "canary", tmp_path / "files"
    folder.mkdir()
    files = {**gadget_files(canary), **trick_files(canary)}
    for name, (content, _) in files.items():
        (folder / name).write_bytes(content)
    heard = watched(folder, "ours")
    assert set(heard["answers"]) == set(files)
    assert [name for name, answer in heard["answers"].items() if answer is None] == []
    assert heard["seen"] == []
    assert [name for name in heard["new"] if not name.startswith(("encodings", "numpy"))] == []
    assert not canary.exists()


def test_python_itself_would_run_them(tmp_path: Path):
    """The watcher records events of Python's unpickler, so the test above can fail."""
    canary, folder = tmp_path / "canary", tmp_path / "files"
    folder.mkdir()
    (folder / "thrown_away").write_bytes(trick_files(canary)["thrown_away"][0])
    heard = watched(folder, "pickle")
    assert any(event.startswith("os.system") for event in heard["seen"])
    assert canary.exists()


BOUNDED = """
import json, resource, sys
from pathlib import Path
from bookrec.errors import ModelError
from bookrec.offline.external.pickles.machine.limits import Limits
from bookrec.offline.external.pickles.machine.read import read_pickle_file

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
    """The address space has a hard limit slightly above the reader's limits."""
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
        capture_output=True,
        text=True,
        check=True,
    )
    answers = json.loads(result.stdout)
    assert set(answers) == set(files)
    for name, (_, words) in files.items():
        assert answers[name] is not None, name
        check_sentence(answers[name], folder / name, words)
        assert "machine's memory" not in answers[name], name  # bounded by us, not by the machine


def test_a_giant_memo_index_costs_nothing(tmp_path: Path):
    """Python's unpickler allocates 32 GiB for it."""
    path = tmp_path / "file.pkl"
    path.write_bytes(b"\x80\x04K\x07r\xff\xff\xff\xff0j\xff\xff\xff\xff.")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert read_pickle_file(path) == 7
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024
