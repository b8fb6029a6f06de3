"""Files that try to run code or to take all memory, time or stack; assembled opcode by opcode.

``{canary}`` in a command is a file that must not exist afterwards.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import pickle
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np

MIB = 2**20
PROTO_2 = b"\x80\x02"
PROTO_4 = b"\x80\x04"
STOP = b"."

GADGETS = [
    ("os", "system", "touch {canary}"),
    ("posix", "system", "touch {canary}"),
    ("nt", "system", "touch {canary}"),
    ("os", "popen", "touch {canary}"),
    ("subprocess", "Popen", ["touch", "{canary}"]),
    ("subprocess", "check_output", ["touch", "{canary}"]),
    ("builtins", "eval", "open({canary!r}, 'w')"),
    ("builtins", "exec", "open({canary!r}, 'w')"),
    ("builtins", "open", "{canary}", "w"),
    ("builtins", "getattr", "x", "y"),
    ("builtins", "__import__", "os"),
    ("builtins", "compile", "1", "x", "eval"),
    ("__builtin__", "eval", "open({canary!r}, 'w')"),
    ("operator", "attrgetter", "system"),
    ("operator", "methodcaller", "system", "touch {canary}"),
    ("functools", "partial", "x"),
    ("functools", "reduce", "x"),
    ("itertools", "repeat", 1),
    ("numpy", "load", "{canary}"),
    ("numpy", "fromfile", "{canary}"),
    ("numpy", "savetxt", "{canary}", [1]),
    ("numpy", "frompyfunc", "x", 1, 1),
    ("numpy.f2py.crackfortran", "getlincoef", "open({canary!r}, 'w')", []),
    ("numpy.f2py.diagnose", "run_command", "touch {canary}"),
    ("numpy.testing._private.utils", "runstring", "open({canary!r}, 'w')", {}),
    ("numpy.distutils.exec_command", "exec_command", "touch {canary}"),
    ("numpy.core.numeric", "fromfile", "{canary}"),
    ("numpy.ma.core", "_mareconstruct", "x"),
    ("pip", "main", ["install", "x"]),
    ("pip._internal", "main", ["install", "x"]),
    ("timeit", "timeit", "open({canary!r}, 'w')"),
    ("timeit", "main", ["open({canary!r}, 'w')"]),
    ("pydoc", "pipepager", "x", "touch {canary}"),
    ("pydoc", "locate", "os.system"),
    ("torch", "load", "{canary}"),
    ("torch._utils", "_rebuild_tensor_v2", "x"),
    ("joblib", "load", "{canary}"),
    ("joblib.memory", "Memory", "{canary}"),
    ("joblib.numpy_pickle", "load", "{canary}"),
    ("joblib.numpy_pickle_compat", "NDArrayWrapper", "{canary}", "x"),
    ("pandas", "read_pickle", "{canary}"),
    ("pandas.core.computation.eval", "eval", "1"),
    ("pandas.io.pickle", "read_pickle", "{canary}"),
    ("pandas._libs.internals", "BlockPlacement", 1),
    ("pickle", "loads", b"cos\nsystem\n(X\x01\x00\x00\x00xtR."),
    ("_pickle", "loads", b"."),
    ("_pickle", "Unpickler", b"."),
    ("dill._dill", "_create_function", "x"),
    ("cloudpickle.cloudpickle", "_make_function", "x"),
    ("importlib", "import_module", "antigravity"),
    ("runpy", "run_path", "{canary}"),
    ("shutil", "rmtree", "{canary}"),
    ("webbrowser", "open", "x"),
    ("ctypes", "CDLL", "{canary}"),
    ("code", "interact"),
    ("pdb", "run", "open({canary!r}, 'w')"),
    ("cProfile", "run", "open({canary!r}, 'w')"),
    ("logging.config", "_resolve", "os.system"),
    ("copyreg", "add_extension", "os", "system", 1),
    ("copyreg", "__newobj__", "x"),
    ("sys", "setrecursionlimit", 1),
    ("gensim.utils", "unpickle", "{canary}"),
    ("gensim.models.word2vec", "Word2Vec.load", "{canary}"),
    ("sklearn.utils.fixes", "loguniform", 1, 2),
    ("keras.src.saving.saving_lib", "load_model", "{canary}"),
    ("keras.models", "load_model", "{canary}"),
    ("tensorflow.python.framework.load_library", "load_op_library", "{canary}"),
    # Dotted ways out of a module that is allowed, and names that only look like allowed ones.
    ("numpy.core", "multiarray.os.system", "touch {canary}"),
    ("numpy.core.multiarray", "os.system", "touch {canary}"),
    ("numpy", "core.multiarray._reconstruct", "x"),
    ("numpy", "dtype.__class__", "x"),
    ("numpy", "ndarray.tofile", "{canary}"),
    ("builtins", "int.__class__", "x"),
    ("sklearn.preprocessing._label", "LabelEncoder.__init__.__globals__", "x"),
    ("sklearn.preprocessing._label", "os", "x"),
    ("collections", "OrderedDict.__init__.__globals__", "x"),
    ("collections", "_sys.modules", "x"),
    ("gensim.models.keyedvectors", "KeyedVectors.load", "{canary}"),
    ("", "", "x"),
    ("numpy\r", "dtype", "x"),
    ("\u202enumpy", "dt\x1b[31mype" * 100, "x"),
]


def body(value: object, protocol: int = 4) -> bytes:
    """Return the opcodes that push a plain value."""
    data = pickle.dumps(value, protocol)
    start = 11 if protocol >= 4 and data[2:3] == pickle.FRAME else 2
    return data[start:-1].replace(pickle.MEMOIZE, b"") if protocol >= 4 else data[start:-1]


def text(value: str) -> bytes:
    encoded = value.encode()
    return pickle.BINUNICODE + len(encoded).to_bytes(4, "little") + encoded


def in_lines(module: str, name: str) -> bytes:
    return b"c" + f"{module}\n{name}\n".encode()


def on_stack(module: str, name: str) -> bytes:
    return text(module) + text(name) + pickle.STACK_GLOBAL


def arguments(values: Iterable[object]) -> bytes:
    return b"(" + b"".join(body(value) for value in values) + b"t"


def filled(value: object, canary: Path) -> object:
    if isinstance(value, str):
        return value.replace("{canary!r}", repr(str(canary))).replace("{canary}", str(canary))
    return [filled(item, canary) for item in value] if isinstance(value, list) else value


def gadget_files(canary: Path) -> dict[str, tuple[bytes, str]]:
    """Return every gadget in three forms, with the name (escaped if not ASCII) in its refusal."""
    files = {}
    for number, (module, name, *values) in enumerate(GADGETS):
        call = arguments(filled(value, canary) for value in values) + b"R."
        words = f"{module}.{name}" if (module + name).isprintable() and len(name) < 60 else "dt"
        label = f"{number:02}_{module}.{name}"[:60].replace("/", "_")
        if "\n" not in module + name:
            files[f"{label}.lines"] = (PROTO_2 + in_lines(module, name) + call, words)
            old = b"(" + b"".join(body(filled(v, canary)) for v in values)
            inst = old + b"i" + f"{module}\n{name}\n".encode() + STOP
            files[f"{label}.inst"] = (inst, words)
        files[f"{label}.stack"] = (PROTO_4 + on_stack(module, name) + call, words)
    return files


LABEL_ENCODER = in_lines("sklearn.preprocessing._label", "LabelEncoder") + b")\x81"
ARRAY = in_lines("numpy.core.multiarray", "_reconstruct") + in_lines("numpy", "ndarray")
ARRAY += b"K\x00\x85C\x01b\x87R"


def dtype(code: str, order: str = "<") -> bytes:
    made = in_lines("numpy", "dtype") + text(code) + b"\x89\x88\x87R"
    return made + b"(K\x03" + text(order) + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"


def array(shape: tuple[int, ...], code: str, content: bytes) -> bytes:
    """Return the opcodes of an array; ``content`` pushes its bytes or its list of objects."""
    return ARRAY + b"(K\x01" + body(shape, 2) + dtype(code) + b"\x89" + content + b"tb"


def wrapper(shape: tuple[int, ...], code: str) -> bytes:
    """Return the opcodes of joblib's description of an array, whose content follows."""
    state = b"}(" + text("subclass") + in_lines("numpy", "ndarray") + text("shape") + body(shape, 2)
    state += text("order") + text("C") + text("dtype") + dtype(code) + b"u"
    return in_lines("joblib.numpy_pickle", "NumpyArrayWrapper") + b")\x81" + state + b"b"


def objects(*items: bytes) -> bytes:
    return b"](" + b"".join(items) + b"e"


def trick_files(canary: Path) -> dict[str, tuple[bytes, str]]:
    """Return ways around an allow-list, each with the words of its refusal."""
    run = in_lines("os", "system") + arguments([f"touch {canary}"]) + b"R"
    nested = in_lines("builtins", "getattr") + b"(" + in_lines("builtins", "__import__")
    nested += arguments(["os"]) + b"R" + text("system") + b"tR" + arguments([f"touch {canary}"])
    state = b"}(" + text("__class__") + run + text("__setstate__") + in_lines("os", "system") + b"u"
    mentions = in_lines("builtins", "hash")
    return {
        "nested_reduce": (PROTO_4 + nested + b"R.", "builtins.getattr"),
        "in_a_dict": (PROTO_4 + b"}" + text("a") + run + b"s.", "os.system"),
        "in_an_encoder": (PROTO_4 + LABEL_ENCODER + state + b"b.", "os.system"),
        "thrown_away": (PROTO_4 + run + b"0N.", "os.system"),
        "after_a_frame": (PROTO_4 + b"\x95" + bytes(8) + run + STOP, "os.system"),
        "in_a_joblib_array": (
            PROTO_4 + wrapper((1,), "O8") + PROTO_4 + run + STOP + STOP,
            "os.system",
        ),
        "joblib_inside_joblib": (
            PROTO_4 + wrapper((1,), "O8") + PROTO_4 + wrapper((1,), "O8") + b"N..",
            "inside the pickle of an array",
        ),
        "joblib_says_another_shape": (
            PROTO_4 + wrapper((2,), "O8") + array((1,), "O8", objects(b"N")) + b"..",
            "another than it says",
        ),
        "setstate_by_state": (
            PROTO_4 + LABEL_ENCODER + b"}(" + text("__setstate__") + mentions + b"ub.",
            "without classes_",
        ),
        "state_of_slots": (
            PROTO_4 + LABEL_ENCODER + b"N}(" + text("memo_keys") + b"]u\x86b.",
            "no attributes",
        ),
        "two_states": (
            PROTO_4 + array((1,), "i1", b"C\x01\x01") + b"}b.",
            "a state to what has none",
        ),
        "state_of_a_dict": (PROTO_4 + b"}}b.", "a state to what has none"),
        "state_of_a_name": (PROTO_4 + mentions + b"}b.", "a state to what has none"),
        "calls_a_mentioned_name": (PROTO_4 + mentions + arguments([1]) + b"R.", "builtins.hash"),
        "calls_a_class": (PROTO_4 + in_lines("numpy", "ndarray") + b"K\x05\x85\x85R.", "ndarray"),
        "calls_a_text": (PROTO_4 + text("os.system") + b")R.", "calls what is no function"),
        "calls_an_array": (
            PROTO_4 + array((1,), "i1", b"C\x01\x01") + b")R.",
            "calls what is no function",
        ),
        "makes_a_function": (PROTO_4 + in_lines("numpy", "dtype") + b")\x81.", "makes a new"),
        "makes_with_arguments": (PROTO_4 + LABEL_ENCODER[:-2] + b"K\x01\x85\x81.", "makes a new"),
        "makes_with_keywords": (
            PROTO_4 + LABEL_ENCODER[:-2] + b")}" + text("a") + b"Ns\x92.",
            "with keywords",
        ),
        "reconstructs_out_of_a_value": (
            PROTO_4
            + in_lines("copyreg", "_reconstructor")
            + LABEL_ENCODER[:-2]
            + in_lines("builtins", "object")
            + text("x")
            + b"\x87R.",
            "out of a value",
        ),
        "reconstructs_a_text": (
            PROTO_4
            + in_lines("copyreg", "_reconstructor")
            + text("os")
            + in_lines("builtins", "object")
            + b"N\x87R.",
            "calls what is no function",
        ),
        "array_of_another_class": (
            PROTO_4
            + in_lines("numpy.core.multiarray", "_reconstruct")
            + mentions
            + b"K\x00\x85C\x01b\x87R.",
            "another class than numpy.ndarray",
        ),
        "structured_dtype": (
            PROTO_4
            + in_lines("numpy", "dtype")
            + text("i8")
            + b"\x89\x88\x87R(K\x03"
            + text("|")
            + b"N"
            + text("a")
            + b"\x85}K\x08K\x01K\x10tb.",
            "structured",
        ),
        "void_dtype": (PROTO_4 + in_lines("numpy", "dtype") + text("V8") + b"\x89\x88\x87R.", "V8"),
        "pickle_in_a_dtype": (
            PROTO_4 + in_lines("numpy", "dtype") + text("O,i8") + b"\x89\x88\x87R.",
            "O,i8",
        ),
        "sets_items_of_an_array": (
            PROTO_4 + array((1,), "i1", b"C\x01\x01") + b"K\x00K\x07s.",
            "sets items to a ndarray",
        ),
        "appends_to_a_draft": (PROTO_4 + LABEL_ENCODER + b"K\x01a.", "appends to LabelEncoder"),
        "old_object": (b"(" + in_lines("builtins", "object") + b"o.", "Python 2"),
        "old_instance_allowed": (b"(inumpy\nndarray\n.", "Python 2"),
        "old_string": (b"S'x'\n.", "Python 2"),
        "extension_1": (PROTO_2 + b"\x82\x01)R.", "extension registry"),
        "extension_4": (PROTO_2 + b"\x84\x01\x00\x00\x00)R.", "extension registry"),
        "persistent_text": (b"Pstorage\n.", "persistent id"),
        "persistent_value": (PROTO_2 + b"N" + b"Q.", "persistent id"),
        "buffer": (b"\x80\x05\x97.", "out-of-band"),
        "read_only_buffer": (b"\x80\x05N\x98.", "out-of-band"),
        "protocol_9": (b"\x80\x09N.", "protocol 9"),
        "name_of_numbers": (PROTO_4 + b"K\x01K\x02\x93.", "no text"),
        "bare_name": (PROTO_4 + mentions + STOP, "builtins.hash"),
        "bare_dtype": (PROTO_4 + dtype("i8") + STOP, "bare"),
        "bare_slice": (
            PROTO_4 + in_lines("builtins", "slice") + arguments([1, 2, 3]) + b"R.",
            "bare slice",
        ),
        "draft_in_a_list": (PROTO_4 + b"]" + LABEL_ENCODER + b"a.", "never completed"),
        "no_stop": (PROTO_4 + b"N", "ends in the middle"),
        "nothing_to_stop_at": (PROTO_4 + STOP, "left over"),
        "marks_left_over": (PROTO_4 + b"(N.", "left over"),
        "pops_too_much": (PROTO_4 + b"0.", "not there"),
        "memo_too_early": (PROTO_4 + b"h\x05.", "not there"),
        "unknown_opcode": (PROTO_4 + b"N\xff.", "which no pickle has"),
        "a_second_pickle": (PROTO_4 + b"N." + PROTO_4 + run + STOP, "goes on after"),
        "odd_dict": (PROTO_4 + b"}(K\x01u.", "key and no value"),
        "keyed_by_a_list": (PROTO_4 + b"}]Ns.", "keyed by a list"),
        "keyed_by_a_tuple": (PROTO_4 + b"}K\x01\x85Ns.", "keyed by a tuple"),
        "keyed_by_a_complex_number": (
            PROTO_4
            + b"}"
            + in_lines("numpy.core.multiarray", "scalar")
            + dtype("c16")
            + b"C\x10"
            + bytes(16)
            + b"\x86RNs.",
            "keyed by a complex128",
        ),
        "keyed_by_a_name": (PROTO_4 + b"}" + mentions + b"Ns.", "builtins.hash"),
        "set_of_lists": (PROTO_4 + b"\x8f(]\x90.", "keyed by a list"),
        "not_utf_8": (PROTO_4 + b"\x8c\x01\xff.", "not UTF-8"),
        "no_number": (b"Ix\n.", "a number that is none"),
        "booleans_of_7": (PROTO_4 + array((1,), "b1", b"C\x01\x07") + STOP, "neither true nor"),
        "no_character": (
            PROTO_4 + array((1,), "U1", b"C\x04\xff\xff\xff\xff") + STOP,
            "do not exist",
        ),
        "encoder_of_a_dict": (
            PROTO_4 + LABEL_ENCODER + b"}" + text("classes_") + b"}sb.",
            "not what fit() leaves",
        ),
        "vectors_that_do_not_fit": (
            PROTO_4
            + in_lines("gensim.models.keyedvectors", "KeyedVectors")
            + b")\x81}("
            + text("index_to_key")
            + objects(text("a"))
            + text("vectors")
            + array((2, 1), "f4", b"C\x08" + bytes(8))
            + b"ub.",
            "1 words and 2 vectors",
        ),
        "vectors_somewhere_else": (
            PROTO_4
            + in_lines("gensim.models.keyedvectors", "KeyedVectors")
            + b")\x81}("
            + text("index_to_key")
            + objects(text("a"))
            + text("vectors")
            + b"N"
            + text("mapfile_path")
            + text("/etc/passwd")
            + b"ub.",
            "which is not beside it",
        ),
        "vectors_elsewhere_in_a_list": (
            PROTO_4
            + b"]"
            + in_lines("gensim.models.keyedvectors", "KeyedVectors")
            + b")\x81}("
            + text("index_to_key")
            + objects(text("a"))
            + b"uba.",
            "lie in another file",
        ),
    }


def bomb_files() -> dict[str, tuple[bytes, str]]:
    """Return small files that stand for huge values; read them under limits of a few MiB."""
    doubled = b"]\x94" + b"".join(b"0](h%ch%ce\x94" % (n, n) for n in range(40))
    tuples = b"".join(b"\x94h%c\x86" % n for n in range(200))
    texts = objects(*[text(f"{n:05}") for n in range(2000)]) + b"q\x090"
    collide = b"".join(
        b"\x8a\x10" + (k * (2**61 - 1)).to_bytes(16, "little") + b"N"
        for k in range(2**62, 2**62 + 2000)
    )
    nest_arrays = array((1,), "O8", objects(array((1,), "O8", objects(b"N"))))
    zeros = b"\x80\x04\x8e" + (24 * MIB).to_bytes(8, "little") + bytes(24 * MIB)
    old_lzma = lzma.compress(PROTO_4 + b"N.", format=lzma.FORMAT_ALONE)
    wide_lzma = old_lzma[:1] + (3 * 2**29).to_bytes(4, "little") + old_lzma[5:]
    return {
        "memo_bomb_lists": (PROTO_4 + doubled + STOP, "stands for more than"),
        "memo_bomb_tuples": (PROTO_4 + b"N" + tuples + STOP, "nested more than"),
        "holds_itself": (PROTO_4 + b"]\x94h\x00a.", "holds itself"),
        "dict_holds_itself": (PROTO_4 + b"}\x94K\x01h\x00s.", "holds itself"),
        "deep_lists": (PROTO_4 + b"]" * 20_000 + b"a" * 19_999 + STOP, "nested more than"),
        "deep_tuples": (PROTO_4 + b"N" + b"\x85" * 60_000 + STOP, "nested more than"),
        "deep_dicts": (
            PROTO_4 + b"}K\x01" * 9_000 + b"N" + b"s" * 9_000 + STOP,
            "nested more than",
        ),
        "deep_marks": (PROTO_4 + b"(" * 5_000_000 + STOP, "MiB of memory"),
        "arrays_in_arrays": (PROTO_4 + nest_arrays + STOP, "arrays of objects inside"),
        "sets": (PROTO_4 + b"\x8f" * 5_000_000 + STOP, "MiB of memory"),
        "dicts": (b"(" + b"(d" * 5_000_000 + STOP, "MiB of memory"),
        "duplicates": (PROTO_4 + b"N" + b"2" * 20_000_000 + STOP, "MiB of memory"),
        "memo_of_one": (PROTO_4 + b"N" + b"\x94" * 20_000_000 + STOP, "MiB of memory"),
        "recalled_sets": (
            PROTO_4 + texts + (in_lines("builtins", "set") + b"h\x09\x85R") * 5_000 + STOP,
            "MiB of memory",
        ),
        "recalled_encodings": (
            PROTO_4
            + text("x" * 50_000)
            + b"q\x090"
            + (in_lines("_codecs", "encode") + b"h\x09" + text("latin1") + b"\x86R") * 5_000
            + STOP,
            "MiB of memory",
        ),
        "recalled_object_arrays": (
            PROTO_4
            + texts
            + (ARRAY + b"(K\x01" + body((2000,), 2) + dtype("O8") + b"\x89h\x09tb") * 5_000
            + STOP,
            "MiB of memory",
        ),
        "bytes_of_2**60": (
            PROTO_4 + b"\x8e" + (2**60).to_bytes(8, "little") + STOP,
            "MiB of memory",
        ),
        "text_of_2**63": (
            PROTO_4 + b"\x8d" + (2**63).to_bytes(8, "little") + STOP,
            "MiB of memory",
        ),
        "bytearray_of_2**63": (
            b"\x80\x05\x96" + (2**63).to_bytes(8, "little") + STOP,
            "MiB of memory",
        ),
        "bytes_of_15_MiB": (
            PROTO_4 + b"B" + (15 * MIB).to_bytes(4, "little") + STOP,
            "in the middle",
        ),
        "integer_of_2**31": (PROTO_4 + b"\x8b\xff\xff\xff\x7f.", "MiB of memory"),
        "integer_of_1_MiB": (
            PROTO_4 + b"\x8b" + MIB.to_bytes(4, "little") + bytes(MIB) + STOP,
            "an integer of",
        ),
        "digits": (b"L" + b"7" * 60_000 + b"L\n.", "a number that is none"),
        "line_without_end": (b"I" + b"7" * 200_000 + STOP, "no end to the line"),
        "frame_of_2**63": (PROTO_4 + b"\x95" + b"\xff" * 8, "in the middle"),
        "objects_of_10**12": (
            PROTO_4 + array((10**12,), "O8", objects(b"N")) + STOP,
            "with 1 objects",
        ),
        "bytes_of_10**12": (PROTO_4 + array((10**12,), "f8", b"C\x01x") + STOP, "with 1 bytes"),
        "no_bytes_of_10**12": (
            PROTO_4 + array((10**12, 0), "f8", b"C\x00") + STOP,
            "without content",
        ),
        "text_0_of_10**18": (
            PROTO_4 + array((10**6,) * 3, "U0", b"C\x00") + STOP,
            "without content",
        ),
        "text_0_of_10**12": (PROTO_4 + array((10**12,), "U0", b"C\x00") + STOP, "without content"),
        "shape_of_2**70": (PROTO_4 + array((2**70,), "f8", b"C\x01x") + STOP, "without a shape"),
        "negative_shape": (PROTO_4 + array((-1,), "f8", b"C\x08" + bytes(8)) + STOP, "a shape"),
        "joblib_of_10**12": (
            PROTO_4 + wrapper((10**12,), "f8") + bytes(64) + STOP,
            "MiB of memory",
        ),
        "range_of_2**62": (
            PROTO_4
            + in_lines("pandas.core.indexes.base", "_new_Index")
            + in_lines("pandas.core.indexes.range", "RangeIndex")
            + b"}("
            + text("start")
            + b"K\x00"
            + text("stop")
            + b"\x8a\x08"
            + (2**62).to_bytes(8, "little")
            + text("step")
            + b"K\x01u\x86R.",
            "without an end",
        ),
        "colliding_keys": (PROTO_4 + b"}(" + collide + b"u.", "more than 64 bits"),
        "gzip": (gzip.compress(zeros, 6), "unpacks to more than"),
        "zlib": (zlib.compress(zeros, 6), "unpacks to more than"),
        "xz": (lzma.compress(zeros, preset=0), "unpacks to more than"),
        "bz2": (bz2.compress(zeros), "unpacks to more than"),
        "lzma_dictionary": (wide_lzma, "cannot be unpacked"),
        "gzip_cut_short": (gzip.compress(PROTO_4 + text("x" * 100))[:-12], "ends too early"),
        "gzip_of_zeros": (gzip.compress(PROTO_4 + bytes(100)), "which no pickle has"),
    }


def foreign_files() -> dict[str, tuple[bytes, str]]:
    """Return files that are no pickles, each with the words of its refusal."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("config.json", "{}")
    npy = io.BytesIO()
    np.save(npy, np.arange(3))
    return {
        "model.keras": (archive.getvalue(), "zip archive"),
        "model.h5": (b"\x89HDF\r\n\x1a\n" + bytes(64), "HDF5"),
        "vectors.npy": (npy.getvalue(), "NumPy array"),
        "table.csv": (b"isbn,title\n0195153448,Classical Mythology\n", "begins with 'isbn,t'"),
        "notes.txt": (b"Some notes on the books.\n", "no pickle"),
        "page.html": (b"<!doctype html><title>404</title>\n", "no pickle"),
        "pointer.pkl": (b"version https://git-lfs.github.com/spec/v1\n", "is a Git LFS pointer"),
        "empty.pkl": (b"", "is empty"),
        "lz4.joblib": (b"\x04\x22\x4d\x18" + bytes(20), "LZ4"),
        "old.joblib": (b"ZF0x10    x\x9c" + bytes(20), "joblib before 0.10"),
        "random.pkl": (bytes(range(7, 250)) * 3, "no pickle"),
    }
