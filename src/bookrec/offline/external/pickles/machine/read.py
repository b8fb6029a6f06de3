"""Read a pickle or joblib file made elsewhere, without running code in it.

    value = read_pickle_file(Path("isbn_encoder.pkl"))

The value is plain: None, booleans, numbers, texts, bytes, lists, tuples, sets, dicts keyed by texts
or numbers, NumPy numbers and read-only arrays. Encoders, scalers, word vectors and pandas tables
become records (`records.RECORDS`). Texts are not cleaned and may hold lone surrogates.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from bookrec.errors import ModelError
from bookrec.files import LFS_ADVICE, LFS_POINTER_BYTES, is_lfs_pointer
from bookrec.offline.external.pickles.machine.byte_source import describe_foreign, open_source
from bookrec.offline.external.pickles.machine.check_plain import check_plain
from bookrec.offline.external.pickles.machine.limits import MIB, Limits, Meter
from bookrec.offline.external.pickles.machine.opcodes import read_pickle
from bookrec.offline.external.pickles.objects.values import PickleValue, Refusal
from bookrec.offline.external.pickles.objects.word_vectors import VectorsElsewhere

DEFAULT_LIMITS: Final = Limits()


def read_pickle_file(path: Path, limits: Limits = DEFAULT_LIMITS) -> PickleValue:
    """Read a file written by pickle, joblib (compressed or not) or gensim's ``save``.

    Nothing named in the file is imported or called; see `machine`. Vectors that gensim saved in
    ``.npy`` files beside the pickle are memory-mapped.

    Args:
        path: the file; its suffix does not matter.
        limits: limits on the cost of reading it.

    Raises:
        ModelError: it is missing, no pickle, damaged, over a limit, or names a class or function
            that is not on the allow-list (`allow_list.ALLOWED`).
    """
    try:
        return _read(path, limits)
    except Refusal as refusal:
        raise ModelError(f"{path} {refusal.what}; {refusal.advice}.") from refusal
    except OSError as error:
        reason = error.strerror or error
        raise ModelError(f"{path} cannot be read ({reason}); name a file that can be.") from error
    except MemoryError as error:
        raise ModelError(
            f"{path} does not fit in this machine's memory; save its parts in files of their own."
        ) from error


def _read(path: Path, limits: Limits) -> PickleValue:
    if not path.is_file():
        raise Refusal("is no file" if path.exists() else "does not exist", "check its name")
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size > limits.file_bytes:
            raise Refusal(
                f"has {size / MIB:,.0f} MiB, more than the {limits.file_bytes / MIB:,.0f} MiB that "
                "are read from one pickle",
                "save its large arrays as .npy",
            )
        head = file.read(LFS_POINTER_BYTES + 1)
        if is_lfs_pointer(head):
            raise Refusal(*LFS_ADVICE.split("; ", 1))
        file.seek(max(size - 1, 0))
        foreign = describe_foreign(path, head[:6], file.read(1))
        if foreign is not None:
            raise foreign
        file.seek(0)
        source = open_source(file, size, limits)
        value = read_pickle(source, Meter(limits))
        if not source.at_end():
            raise Refusal(
                "goes on after its first object",
                "save everything in one dict, or each object in a file of its own",
            )
    if isinstance(value, VectorsElsewhere):
        value = value.load(path)
    check_plain(value, limits)
    return value
