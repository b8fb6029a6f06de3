"""Property tests: values that Python pickles come back, and damaged files do no harm."""

from __future__ import annotations

import pickle
import pickletools
import sys
import tracemalloc
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as array_strategies

from bookrec.errors import ModelError
from bookrec.offline.external.pickles.machine.limits import MIB, Limits
from bookrec.offline.external.pickles.machine.opcodes import OPERATIONS
from bookrec.offline.external.pickles.machine.read import read_pickle_file
from bookrec.offline.external.pickles.objects.records import RECORDS
from pickle_fixtures import contents, every_file

LIMITS = Limits(memory_bytes=32 * MIB, unpack_free_bytes=8 * MIB, elements=10**6)

whole_numbers = st.integers(-(2**63), 2**63 - 1)
texts = st.text(st.characters(exclude_categories=()), max_size=20)  # lone surrogates included
keys = st.one_of(texts, whole_numbers, st.booleans(), st.none(), st.floats(allow_nan=False))
scalars = st.one_of(keys, st.binary(max_size=20), st.floats(), st.integers(-(2**500), 2**500))
plain_values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.tuples(inner, inner),
        st.dictionaries(keys, inner, max_size=5),
        st.sets(keys, max_size=5),
        st.frozensets(texts, max_size=5),
    ),
    max_leaves=30,
)
arrays = array_strategies.arrays(
    st.one_of(
        array_strategies.boolean_dtypes(),
        array_strategies.integer_dtypes(),
        array_strategies.unsigned_integer_dtypes(),
        array_strategies.floating_dtypes(sizes=(16, 32, 64)),
        array_strategies.complex_number_dtypes(sizes=(64, 128)),
        array_strategies.unicode_string_dtypes(max_len=5),
    ),
    array_strategies.array_shapes(min_dims=0, min_side=0, max_side=4),
)
protocols = st.integers(0, pickle.HIGHEST_PROTOCOL)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("drawn") / "file.pkl"


def same(left: Any, right: Any) -> bool:
    """Equal, of the same types, in the same order; NaN equals itself."""
    if type(left) is not type(right):
        return False
    if isinstance(left, (list, tuple)):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return same(list(left.items()), list(right.items()))
    return left == right or (left != left and right != right)


@given(value=plain_values, protocol=protocols)
def test_plain_values_come_back(file: Path, value: Any, protocol: int):
    content = pickle.dumps(value, protocol)
    file.write_bytes(content)
    assert same(read_pickle_file(file), value)
    file.write_bytes(pickletools.optimize(content))
    assert same(read_pickle_file(file), value)


@given(array=arrays, protocol=protocols, fortran=st.booleans())
def test_arrays_come_back(file: Path, array: np.ndarray, protocol: int, fortran: bool):
    stored = np.asfortranarray(array) if fortran else array
    file.write_bytes(pickle.dumps([stored, stored], protocol))
    first, second = read_pickle_file(file)
    assert first is second
    assert first.dtype == stored.dtype
    assert first.shape == stored.shape
    assert np.array_equal(first, stored, equal_nan=stored.dtype.kind in "fc")
    assert not first.flags.writeable


FILES = [(e, f) for e, f in every_file() if e in ("sklearn-1.0", "sklearn-1.8")]
SNIPPETS = [
    b"cos\nsystem\n(X\x04\x00\x00\x00truetR",
    b"\x8c\x02os\x8c\x06system\x93",
    b"cbuiltins\neval\n(X\x01\x00\x00\x001tR",
    b"\x8e\xff\xff\xff\xff\xff\xff\xff\x0f",
    b"\x94h\x00h\x01h\x02h\x03",
    *[bytes([code]) for code in range(256)],
    *OPERATIONS,
]
edits = st.lists(
    st.tuples(
        st.sampled_from(["replace", "insert", "delete", "repeat"]),
        st.floats(0, 1, exclude_max=True),
        st.sampled_from(SNIPPETS),
        st.integers(1, 40),
    ),
    min_size=1,
    max_size=6,
)


def edited(content: bytes, changes: list[tuple[str, float, bytes, int]]) -> bytes:
    for kind, place, snippet, length in changes:
        at = int(place * len(content))
        left, right = content[:at], content[at:]
        content = {
            "replace": left + snippet + right[len(snippet) :],
            "insert": left + snippet + right,
            "delete": left + right[length:],
            "repeat": left + right[:length] * 3 + right[length:],
        }[kind]
    return content


@cache
def opcodes_of(environment: str, name: str) -> list[bytes]:
    """A file cut between its opcodes; empty where joblib's bytes or a compression are in between."""
    content = contents(environment)[name]
    try:
        starts = [position for _, _, position in pickletools.genops(content)]
    except ValueError:
        return []
    return [content[i:j] for i, j in zip(starts, [*starts[1:], len(content)], strict=True)]


OPCODE_FILES = [file for file in FILES if opcodes_of(*file)]


@st.composite
def rearranged(draw: st.DrawFn) -> bytes:
    """Opcodes of real files moved, repeated and mixed: values land where others were expected."""
    codes = list(opcodes_of(*draw(st.sampled_from(OPCODE_FILES))))
    donor = opcodes_of(*draw(st.sampled_from(OPCODE_FILES)))
    place = st.integers(0, len(codes) - 1)
    for _ in range(draw(st.integers(1, 3))):
        here, there = draw(place), draw(place)
        codes[here], codes[there] = codes[there], codes[here]
    here, length = draw(place), draw(st.integers(0, 12))
    begin = draw(st.integers(0, len(donor) - 1))
    codes[here:here] = donor[begin : begin + length]
    return b"".join(codes)


class Watch:
    """Audit hook that records every event a file could cause; it stays for the process's life."""

    def __init__(self) -> None:
        self.on = False
        self.seen: list[str] = []
        sys.addaudithook(self._record)

    def _record(self, event: str, arguments: tuple[Any, ...]) -> None:
        starts = ("os.", "subprocess.", "pickle.", "ctypes.", "socket.", "shutil.", "exec")
        if self.on and event.startswith(starts) and event != "os.listdir":
            self.seen.append(f"{event} {arguments}")


@pytest.fixture(scope="module")
def watch() -> Watch:
    return Watch()


@settings(max_examples=400)
@given(chosen=st.sampled_from(FILES), changes=edits)
def test_damaged_files_do_no_harm(
    file: Path, watch: Watch, chosen: tuple[str, str], changes: list[tuple[str, float, bytes, int]]
):
    environment, name = chosen
    file.write_bytes(edited(contents(environment)[name], changes))
    read_without_harm(file, watch)


@settings(max_examples=400)
@given(content=rearranged())
def test_rearranged_files_do_no_harm(file: Path, watch: Watch, content: bytes):
    file.write_bytes(content)
    read_without_harm(file, watch)


def read_without_harm(file: Path, watch: Watch) -> None:
    """Nothing starts, nothing but ModelError is raised, and memory stays within the limits."""
    tracemalloc.start()
    watch.on = True
    value, message = None, f"{file} is read."
    try:
        value = read_pickle_file(file, LIMITS)
    except ModelError as error:
        message = str(error)
    finally:
        watch.on = False
        peak_bytes = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert foreign_types(value) == set()
    assert message.startswith(f"{file} ")
    assert message.isprintable()
    assert watch.seen == []
    assert peak_bytes < LIMITS.memory_bytes + 8 * MIB


def foreign_types(value: Any) -> set[type]:
    """Types in a value other than plain ones, NumPy's and the records."""
    if isinstance(value, (list, tuple, set, frozenset)):
        return set().union(*map(foreign_types, value))
    if isinstance(value, dict):
        return foreign_types([*value, *value.values()])
    if isinstance(value, np.ndarray):
        return foreign_types(value.ravel().tolist()) if value.dtype.hasobject else set()
    if isinstance(value, RECORDS):
        return foreign_types(list(vars(value).values()))
    plain = (type(None), bool, int, float, str, bytes, range, np.generic)
    return set() if isinstance(value, plain) else {type(value)}
