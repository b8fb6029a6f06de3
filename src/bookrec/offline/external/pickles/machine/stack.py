"""Stack, marks and memo of the machine, and the opcodes that build plain containers.

Every access to the stack is checked, since a hostile file pops more than it pushed.
"""

from __future__ import annotations

from collections.abc import Callable

from bookrec.offline.external.pickles.machine.byte_source import ByteSource
from bookrec.offline.external.pickles.machine.limits import CONTAINER_BYTES, ITEM_BYTES, Meter
from bookrec.offline.external.pickles.objects.values import (
    Draft,
    PickleValue,
    Refusal,
    as_key,
    damaged,
)


class Stack:
    """Values on the stack, on the stacks below each mark, and in the memo."""

    def __init__(self, source: ByteSource, meter: Meter) -> None:
        self.source = source
        self.meter = meter
        self.memo: dict[int, PickleValue] = {}
        self._stack: list[PickleValue] = []
        self._below: list[list[PickleValue]] = []

    def push(self, value: PickleValue) -> None:
        """Push a value."""
        self._stack.append(value)

    def pop(self) -> PickleValue:
        """Pop the top value."""
        if not self._stack:
            raise self._missing()
        return self._stack.pop()

    def top(self) -> PickleValue:
        """Return the top value without popping it."""
        if not self._stack:
            raise self._missing()
        return self._stack[-1]

    def only_value(self) -> PickleValue:
        """Return the result after STOP: the only value left.

        Raises:
            Refusal: there are more, or none.
        """
        if self._below or len(self._stack) != 1:
            raise damaged("it stops with values left over")
        return self._stack[0]

    def mark(self) -> None:
        """MARK: begin a group of values."""
        self.meter.charge(CONTAINER_BYTES)
        self._below.append(self._stack)
        self._stack = []

    def pop_to_mark(self) -> list[PickleValue]:
        """Pop the group of values after the last mark."""
        if not self._below:
            raise self._missing()
        items, self._stack = self._stack, self._below.pop()
        return items

    def drop(self) -> None:
        """POP: drop the top value, or an empty group."""
        if self._stack:
            self._stack.pop()
        else:
            self.pop_to_mark()

    def remember(self, key: int) -> None:
        """PUT, BINPUT, LONG_BINPUT, MEMOIZE: store the top value in the memo."""
        value = self.top()
        if isinstance(value, Draft):
            value.memo_keys.append(key)
        self.memo[key] = value

    def recall(self, key: int) -> None:
        """GET, BINGET, LONG_BINGET: push a value of the memo."""
        if key not in self.memo:
            raise self._missing()
        self.push(self.memo[key])

    def container(self, kind: Callable[[], PickleValue]) -> None:
        """EMPTY_LIST, EMPTY_DICT, EMPTY_SET: push a new container."""
        self.meter.charge(CONTAINER_BYTES)
        self.push(kind())

    def tuple_of(self, size: int) -> None:
        """TUPLE1, TUPLE2, TUPLE3: replace the top ``size`` values by their tuple."""
        if len(self._stack) < size:
            raise self._missing()
        self._stack[-size:] = [tuple(self._stack[-size:])]

    def list_of_group(self) -> None:
        """LIST: push a group as a list."""
        self.meter.charge(CONTAINER_BYTES)
        items = self.pop_to_mark()
        self.push(items)

    def extend(self, items: list[PickleValue]) -> None:
        """APPEND, APPENDS: append to the list on top."""
        target = self.top()
        if type(target) is not list:
            raise self._wrong_target("appends", target)
        target.extend(items)

    def set_items(self, pairs: list[PickleValue]) -> None:
        """SETITEM, SETITEMS: put alternating keys and values into the dict on top."""
        target = self.top()
        if type(target) is not dict:
            raise self._wrong_target("sets items", target)
        if len(pairs) % 2:
            raise damaged("it has a dict with a key and no value")
        self.meter.charge(len(pairs) * ITEM_BYTES)
        for place in range(0, len(pairs), 2):
            target[as_key(pairs[place])] = pairs[place + 1]

    def dict_of_group(self) -> None:
        """DICT: push a group of alternating keys and values as a dict."""
        pairs = self.pop_to_mark()
        self.container(dict)
        self.set_items(pairs)

    def add_members(self) -> None:
        """ADDITEMS: put a group into the set on top."""
        members = self._members()
        target = self.top()
        if type(target) is not set:
            raise self._wrong_target("adds members", target)
        target.update(members)

    def frozenset_of_group(self) -> None:
        """FROZENSET: push a group as a frozenset."""
        members = self._members()
        self.container(lambda: frozenset(members))

    def _members(self) -> list[PickleValue]:
        items = self.pop_to_mark()
        self.meter.charge(len(items) * ITEM_BYTES)
        return [as_key(item) for item in items]

    def _missing(self) -> Refusal:
        return damaged(f"byte {self.source.position:,} asks for a value that is not there")

    def _wrong_target(self, verb: str, target: PickleValue) -> Refusal:
        kind = target.subject if isinstance(target, Draft) else f"a {type(target).__name__}"
        return damaged(f"byte {self.source.position:,} {verb} to {kind}")
