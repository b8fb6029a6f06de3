"""Opcodes (described in the standard library's ``pickletools``), and the loop that runs them."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from typing import Final

from bookrec.offline.external.pickles.machine import literals
from bookrec.offline.external.pickles.machine.byte_source import ByteSource
from bookrec.offline.external.pickles.machine.limits import STEP_BYTES, Meter
from bookrec.offline.external.pickles.machine.machine import Machine
from bookrec.offline.external.pickles.objects.values import PickleValue, damaged

Operation = Callable[[Machine], object]
"""Action of an opcode; its result is ignored."""


def read_pickle(source: ByteSource, meter: Meter, *, nested: bool = False) -> PickleValue:
    """Read one pickle up to its STOP; the value may still hold drafts and names.

    Args:
        source: bytes of the file; those after STOP stay unread.
        meter: memory still available.
        nested: whether joblib put this pickle inside another; then it may not hold a third.

    Raises:
        Refusal: the pickle is damaged, over its limits, or names something not allowed.
    """
    machine = Machine(
        source, meter, None if nested else lambda: read_pickle(source, meter, nested=True)
    )
    take, operations = source.take, OPERATIONS
    while (opcode := take(1)) != pickle.STOP:
        meter.left -= STEP_BYTES
        if meter.left < 0:
            meter.charge(0)  # raises the refusal
        operation = operations.get(opcode)
        if operation is None:
            raise damaged(f"byte {source.position - 1:,} is {opcode!r}, which no pickle has")
        operation(machine)
    return machine.only_value()


def _constant(value: PickleValue) -> Operation:
    return lambda m: m.push(value)


def _text(size_of_size: int) -> Operation:
    # One character outside the first 65,536 makes all of a text four bytes wide.
    return lambda m: m.push(literals.text(m.sized(size_of_size, 4)))


def _bytes(size_of_size: int) -> Operation:
    return lambda m: m.push(m.sized(size_of_size))


def _long(size_of_size: int) -> Operation:
    return lambda m: m.push(literals.signed_integer(m.sized(size_of_size)))


def _decimal(machine: Machine) -> int:
    return literals.decimal_integer(machine.source.line())


OPERATIONS: Final[Mapping[bytes, Operation]] = {
    pickle.PROTO: Machine.protocol,
    pickle.FRAME: lambda m: m.source.take(8),  # a hint for reading ahead, ignored
    # The stack and the memo.
    pickle.MARK: Machine.mark,
    pickle.POP: Machine.drop,
    pickle.POP_MARK: Machine.pop_to_mark,
    pickle.DUP: lambda m: m.push(m.top()),
    pickle.PUT: lambda m: m.remember(_decimal(m)),
    pickle.BINPUT: lambda m: m.remember(m.unsigned(1)),
    pickle.LONG_BINPUT: lambda m: m.remember(m.unsigned(4)),
    pickle.MEMOIZE: lambda m: m.remember(len(m.memo)),
    pickle.GET: lambda m: m.recall(_decimal(m)),
    pickle.BINGET: lambda m: m.recall(m.unsigned(1)),
    pickle.LONG_BINGET: lambda m: m.recall(m.unsigned(4)),
    # Literals.
    pickle.NONE: _constant(None),
    pickle.NEWTRUE: _constant(True),
    pickle.NEWFALSE: _constant(False),
    pickle.INT: lambda m: m.push(_decimal(m)),
    pickle.LONG: lambda m: m.push(_decimal(m)),
    pickle.BININT: lambda m: m.push(literals.signed_integer(m.source.take(4))),
    pickle.BININT1: lambda m: m.push(m.unsigned(1)),
    pickle.BININT2: lambda m: m.push(m.unsigned(2)),
    pickle.LONG1: _long(1),
    pickle.LONG4: _long(4),
    pickle.FLOAT: lambda m: m.push(literals.decimal_float(m.source.line())),
    pickle.BINFLOAT: lambda m: m.push(literals.binary_float(m.source.take(8))),
    pickle.UNICODE: lambda m: m.push(literals.escaped_text(m.source.line())),
    pickle.SHORT_BINUNICODE: _text(1),
    pickle.BINUNICODE: _text(4),
    pickle.BINUNICODE8: _text(8),
    pickle.SHORT_BINBYTES: _bytes(1),
    pickle.BINBYTES: _bytes(4),
    pickle.BINBYTES8: _bytes(8),
    pickle.BYTEARRAY8: _bytes(8),
    # Containers.
    pickle.EMPTY_TUPLE: _constant(()),
    pickle.TUPLE1: lambda m: m.tuple_of(1),
    pickle.TUPLE2: lambda m: m.tuple_of(2),
    pickle.TUPLE3: lambda m: m.tuple_of(3),
    pickle.TUPLE: lambda m: m.push(tuple(m.pop_to_mark())),
    pickle.EMPTY_LIST: lambda m: m.container(list),
    pickle.LIST: Machine.list_of_group,
    pickle.APPEND: lambda m: m.extend([m.pop()]),
    pickle.APPENDS: lambda m: m.extend(m.pop_to_mark()),
    pickle.EMPTY_DICT: lambda m: m.container(dict),
    pickle.DICT: Machine.dict_of_group,
    pickle.SETITEM: lambda m: m.set_items([m.pop(), m.pop()][::-1]),
    pickle.SETITEMS: lambda m: m.set_items(m.pop_to_mark()),
    pickle.EMPTY_SET: lambda m: m.container(set),
    pickle.ADDITEMS: Machine.add_members,
    pickle.FROZENSET: Machine.frozenset_of_group,
    # Names and objects.
    pickle.GLOBAL: Machine.name_in_lines,
    pickle.STACK_GLOBAL: Machine.name_on_stack,
    pickle.REDUCE: Machine.call,
    pickle.NEWOBJ: Machine.make,
    pickle.NEWOBJ_EX: Machine.make_with_keywords,
    pickle.BUILD: Machine.build,
    # Refused.
    pickle.INST: Machine.old_instance,
    pickle.OBJ: Machine.python_2,
    pickle.STRING: Machine.python_2,
    pickle.BINSTRING: Machine.python_2,
    pickle.SHORT_BINSTRING: Machine.python_2,
    pickle.PERSID: Machine.persistent,
    pickle.BINPERSID: Machine.persistent,
    pickle.EXT1: Machine.extension,
    pickle.EXT2: Machine.extension,
    pickle.EXT4: Machine.extension,
    pickle.NEXT_BUFFER: Machine.buffer,
    pickle.READONLY_BUFFER: Machine.buffer,
}
