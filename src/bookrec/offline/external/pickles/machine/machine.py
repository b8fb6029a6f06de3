"""The pickle machine, written anew so that nothing in a file can run.

Python's own unpickler, even with ``find_class`` closed, still calls what stands on its stack, sets
attributes and state on it, looks at the extension registry, and sets memory aside on a file's word
(a memo index of 2**31 is 32 GiB). Its safety is that of every object it can be made to touch. Here
the stack holds plain values, arrays, records of ours, and inert ``Name`` and ``Draft`` objects. The
only calls are of functions in ``allowed.ALLOWED``, found by a dictionary look-up of the two words
that a file names; no module is imported, no attribute is looked up by a name from a file, and no
object from a file is called. Memory is metered before it is taken. The price is a microsecond or
two a step where C takes a tenth of one, paid once, at import.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from bookrec.offline.external.pickles.format import literals
from bookrec.offline.external.pickles.format.byte_source import ByteSource
from bookrec.offline.external.pickles.format.limits import DRAFT_BYTES, Meter
from bookrec.offline.external.pickles.format.memory_weights import weight_bytes
from bookrec.offline.external.pickles.format.values import Draft, Name, Refusal, damaged
from bookrec.offline.external.pickles.machine.stack import Stack
from bookrec.offline.external.pickles.objects.advice import refused_name
from bookrec.offline.external.pickles.objects.allow_list import ALLOWED, Allowed
from bookrec.offline.external.pickles.objects.joblib_arrays import ArrayInStream

_HIGHEST_PROTOCOL: Final = 5
_RECONSTRUCTORS: Final = {("copyreg", "_reconstructor"), ("copy_reg", "_reconstructor")}


class Machine(Stack):
    """What the opcodes do to the stack beyond plain containers; ``opcodes`` says which does what."""

    def __init__(
        self, source: ByteSource, meter: Meter, read_nested: Callable[[], Any] | None
    ) -> None:
        """``read_nested`` reads a whole pickle that comes next in ``source``; None forbids it."""
        super().__init__(source, meter)
        self._read_nested = read_nested

    # Bytes of the file.

    def unsigned(self, size: int) -> int:
        """An integer of ``size`` bytes."""
        return int.from_bytes(self.source.take(size), "little")

    def sized(self, size_of_size: int, memory_per_byte: int = 1) -> bytes:
        """Bytes preceded by their number, charged for what will be made of them."""
        size = self.unsigned(size_of_size)
        self.meter.charge(size * memory_per_byte)
        return self.source.take(size)

    # Names, and the objects rebuilt from them.

    def name_in_lines(self) -> None:
        """GLOBAL: a module and a name, one a line."""
        module, name = self.source.line(), self.source.line()
        self._name(literals.text(module), literals.text(name))

    def name_on_stack(self) -> None:
        """STACK_GLOBAL: a module and a name, as the two uppermost texts."""
        name, module = self.pop(), self.pop()
        if type(name) is not str or type(module) is not str:
            raise damaged("it names something by values that are no text")
        self._name(module, name)

    def _name(self, module: str, name: str) -> None:
        if (module, name) not in ALLOWED:
            raise refused_name(module, name)
        self.push(Name(module, name))

    def call(self) -> None:
        """REDUCE: what the allow-list has for a name, given the arguments on the stack."""
        arguments, name = self.pop(), self.pop()
        allowed = self._allowed(name, arguments)
        if (name.module, name.name) in _RECONSTRUCTORS:
            # copyreg._reconstructor(cls, object, None): protocols 0 and 1 make any object so.
            if len(arguments) != 3 or arguments[2] is not None:
                raise damaged("it makes an object out of a value")
            self._new(arguments[0], ())
        elif allowed.call is None:
            raise damaged(f"it calls {name}")
        else:
            self.meter.charge(DRAFT_BYTES + weight_bytes(arguments))
            self.push(allowed.call(arguments))

    def make(self) -> None:
        """NEWOBJ: a draft of a new object."""
        arguments, name = self.pop(), self.pop()
        self._new(name, arguments)

    def make_with_keywords(self) -> None:
        """NEWOBJ_EX: the same; nothing that is read here has keywords."""
        keywords = self.pop()
        if type(keywords) is not dict or keywords:
            raise damaged("it makes an object with keywords")
        self.make()

    def _new(self, name: Any, arguments: Any) -> None:
        allowed = self._allowed(name, arguments)
        if allowed.new is None or arguments:
            raise damaged(f"it makes a new {name}")
        self.meter.charge(DRAFT_BYTES)
        self.push(allowed.new())

    def _allowed(self, name: Any, arguments: Any) -> Allowed:
        if type(name) is not Name or type(arguments) is not tuple:
            raise damaged(f"byte {self.source.position:,} calls what is no function")
        return ALLOWED[name.module, name.name]

    def build(self) -> None:
        """BUILD: a draft and its state become a value, here and in the memo."""
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

    def _array_in_stream(self, array: ArrayInStream) -> Any:
        """An array whose bytes, or whose own pickle, joblib wrote right behind its description."""
        if not array.dtype.hasobject:
            return array.read(self.source, self.meter)
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

    # What has no place in a file that stands alone.

    def protocol(self) -> None:
        """PROTO: the version of the format."""
        protocol = self.unsigned(1)
        if protocol > _HIGHEST_PROTOCOL:
            raise Refusal(
                f"has pickle protocol {protocol}, and bookrec reads up to {_HIGHEST_PROTOCOL}",
                "save it again with protocol=4",
            )

    def old_instance(self) -> None:
        """INST: an object of Python 2, refused by its name if it may not even be named."""
        self.name_in_lines()
        self.python_2()

    def python_2(self) -> None:
        """Strings and objects of Python 2: bytes or text, and nobody knows in which encoding."""
        raise Refusal("was written by Python 2", "load it there, and save it again with Python 3")

    def persistent(self) -> None:
        """PERSID and BINPERSID."""
        raise Refusal(
            "refers to something outside itself (a persistent id, as PyTorch writes them)",
            "save what it holds with pickle.dump or joblib.dump",
        )

    def extension(self) -> None:
        """EXT1, EXT2 and EXT4."""
        raise Refusal(
            "names something by a number of copyreg's extension registry",
            "save it again in a process that has registered none",
        )

    def buffer(self) -> None:
        """NEXT_BUFFER and READONLY_BUFFER."""
        raise Refusal(
            "has parts outside itself (out-of-band buffers)",
            "save it again with pickle.dump and no buffer_callback",
        )
