"""The pickle machine: an interpreter of pickles in which no code of a file can run.

Python's unpickler, even with ``find_class`` closed, calls the objects on its stack, sets attributes
and state on them, reads the extension registry, and allocates memory as the file claims (a memo index
of 2**31 takes 32 GiB). It is only as safe as every object that it can reach.

On this machine's stack are plain values, arrays, records, and inert `Name` and `Draft` objects. It
calls only the functions of `allow_list.ALLOWED`, by a dictionary lookup of the module and name in the
file. It imports no module, looks up no attribute by a name from the file, and calls no object from
it. Memory is metered before it is allocated. A step takes one or two microseconds, where C takes a
tenth of one; a file is read once, when it is imported.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from bookrec.offline.external.pickles.machine import literals
from bookrec.offline.external.pickles.machine.byte_source import ByteSource
from bookrec.offline.external.pickles.machine.limits import DRAFT_BYTES, Meter, weight_bytes
from bookrec.offline.external.pickles.machine.stack import Stack
from bookrec.offline.external.pickles.objects.allow_list import ALLOWED, Allowed, refused_name
from bookrec.offline.external.pickles.objects.joblib_arrays import ArrayInStream
from bookrec.offline.external.pickles.objects.values import (
    Draft,
    Name,
    PickleValue,
    Refusal,
    damaged,
)

_HIGHEST_PROTOCOL: Final = 5
_RECONSTRUCTORS: Final = {("copyreg", "_reconstructor"), ("copy_reg", "_reconstructor")}


class Machine(Stack):
    """Stack with the operations on names and objects; `opcodes` maps opcodes to methods.

    Args:
        source: bytes of the file.
        meter: memory still available.
        read_nested: reads a whole pickle at the current position of ``source``; None forbids it.
    """

    def __init__(
        self, source: ByteSource, meter: Meter, read_nested: Callable[[], PickleValue] | None
    ) -> None:
        super().__init__(source, meter)
        self._read_nested = read_nested

    # Bytes of the file.

    def unsigned(self, size: int) -> int:
        """Read an unsigned integer of ``size`` bytes."""
        return int.from_bytes(self.source.take(size), "little")

    def sized(self, size_of_size: int, memory_per_byte: int = 1) -> bytes:
        """Read a length of ``size_of_size`` bytes, then as many bytes as it says.

        Args:
            size_of_size: bytes of the length.
            memory_per_byte: memory that each byte takes in the value made of them.
        """
        size = self.unsigned(size_of_size)
        self.meter.charge(size * memory_per_byte)
        return self.source.take(size)

    # Names, and the objects rebuilt from them.

    def name_in_lines(self) -> None:
        """GLOBAL: push the name in the next two lines, module and name."""
        module, name = self.source.line(), self.source.line()
        self._name(literals.text(module), literals.text(name))

    def name_on_stack(self) -> None:
        """STACK_GLOBAL: push the name in the top two texts, module and name."""
        name, module = self.pop(), self.pop()
        if type(name) is not str or type(module) is not str:
            raise damaged("it names something by values that are no text")
        self._name(module, name)

    def _name(self, module: str, name: str) -> None:
        if (module, name) not in ALLOWED:
            raise refused_name(module, name)
        self.push(Name(module, name))

    def call(self) -> None:
        """REDUCE: call the allow-list's function of a name with the arguments on the stack."""
        arguments, name = self.pop(), self.pop()
        allowed = self._allowed(name, arguments)
        if (name.module, name.name) in _RECONSTRUCTORS:
            # copyreg._reconstructor(cls, object, None) makes every object in protocols 0 and 1.
            if len(arguments) != 3 or arguments[2] is not None:
                raise damaged("it makes an object out of a value")
            self._new(arguments[0], ())
        elif allowed.call is None:
            raise damaged(f"it calls {name}")
        else:
            self.meter.charge(DRAFT_BYTES + weight_bytes(arguments))
            self.push(allowed.call(arguments))

    def make(self) -> None:
        """NEWOBJ: push the draft of a new object."""
        arguments, name = self.pop(), self.pop()
        self._new(name, arguments)

    def make_with_keywords(self) -> None:
        """NEWOBJ_EX: push the draft of a new object; no allowed class takes keywords."""
        keywords = self.pop()
        if type(keywords) is not dict or keywords:
            raise damaged("it makes an object with keywords")
        self.make()

    def _new(self, name: PickleValue, arguments: PickleValue) -> None:
        allowed = self._allowed(name, arguments)
        if allowed.new is None or arguments:
            raise damaged(f"it makes a new {name}")
        self.meter.charge(DRAFT_BYTES)
        self.push(allowed.new())

    def _allowed(self, name: PickleValue, arguments: PickleValue) -> Allowed:
        if type(name) is not Name or type(arguments) is not tuple:
            raise damaged(f"byte {self.source.position:,} calls what is no function")
        return ALLOWED[name.module, name.name]

    def build(self) -> None:
        """BUILD: replace a draft, on the stack and in the memo, by the value of its state."""
        state, draft = self.pop(), self.pop()
        if not isinstance(draft, Draft):
            raise damaged(f"byte {self.source.position:,} gives a state to what has none")
        parts = state.values() if type(state) is dict else state if type(state) is tuple else ()
        self.meter.charge(weight_bytes(parts))
        value = draft.finish(state)
        if isinstance(value, ArrayInStream):
            value = self._array_in_stream(value)
        for key in draft.memo_keys:
            if self.memo.get(key) is draft:
                self.memo[key] = value
        self.push(value)

    def _array_in_stream(self, array: ArrayInStream) -> PickleValue:
        """Read an array that joblib wrote behind its description: bytes, or a pickle of objects."""
        if not array.dtype.hasobject:
            if array.padded:
                self.source.take(self.unsigned(1))
            self.meter.charge(array.size_bytes)
            return array.from_content(self.source.take(array.size_bytes))
        if self._read_nested is None:
            raise damaged("it has an array inside the pickle of an array")
        value = self._read_nested()
        if (
            type(value) is not np.ndarray
            or value.dtype != array.dtype
            or value.shape != array.shape
        ):
            raise damaged("it has an array that is another than it says")
        return value

    # The version of the format, and opcodes that are refused.

    def protocol(self) -> None:
        """PROTO: check the version of the format."""
        protocol = self.unsigned(1)
        if protocol > _HIGHEST_PROTOCOL:
            raise Refusal(
                f"has pickle protocol {protocol}, and bookrec reads up to {_HIGHEST_PROTOCOL}",
                "save it again with protocol=4",
            )

    def old_instance(self) -> None:
        """INST: refuse an object of Python 2, by its name if the name is not allowed either."""
        self.name_in_lines()
        self.python_2()

    def python_2(self) -> None:
        """OBJ, STRING and others: refuse Python 2, whose strings have no known encoding."""
        raise Refusal("was written by Python 2", "load it there, and save it again with Python 3")

    def persistent(self) -> None:
        """PERSID, BINPERSID: refuse references to objects outside the pickle."""
        raise Refusal(
            "refers to something outside itself (a persistent id, as PyTorch writes them)",
            "save what it holds with pickle.dump or joblib.dump",
        )

    def extension(self) -> None:
        """EXT1, EXT2, EXT4: refuse numbers of the extension registry."""
        raise Refusal(
            "names something by a number of copyreg's extension registry",
            "save it again in a process that has registered none",
        )

    def buffer(self) -> None:
        """NEXT_BUFFER, READONLY_BUFFER: refuse buffers outside the pickle."""
        raise Refusal(
            "has parts outside itself (out-of-band buffers)",
            "save it again with pickle.dump and no buffer_callback",
        )
