"""The machine's stack, marks and memo, and the plain containers made on them.

Every look at the stack is checked, for a hostile file takes more than it gave.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bookrec.offline.external.pickles.format.byte_source import ByteSource
from bookrec.offline.external.pickles.format.limits import CONTAINER_BYTES, Meter
from bookrec.offline.external.pickles.format.memory_weights import ITEM_BYTES
from bookrec.offline.external.pickles.format.values import Draft, Refusal, as_key, damaged


class Stack:
    """Values on a stack, on the stacks that marks have set aside, and in the memo."""

    def __init__(self, source: ByteSource, meter: Meter) -> None:
        self.source = source
        self.meter = meter
        self.memo: dict[int, Any] = {}
        self._stack: list[Any] = []
        self._below: list[list[Any]] = []

    def push(self, value: Any) -> None:
        """Put a value on the stack."""
        self._stack.append(value)

    def pop(self) -> Any:
        """Take the uppermost value."""
        if not self._stack:
            raise self._missing()
        return self._stack.pop()

    def top(self) -> Any:
        """The uppermost value, left where it is."""
        if not self._stack:
            raise self._missing()
        return self._stack[-1]

    def only_value(self) -> Any:
        """The result, when a file stops."""
        if self._below or len(self._stack) != 1:
            raise damaged("it stops with values left over")
        return self._stack[0]

    def mark(self) -> None:
        """Begin a group of values."""
        self.meter.charge(CONTAINER_BYTES)
        self._below.append(self._stack)
        self._stack = []

    def pop_to_mark(self) -> list[Any]:
        """Take the values of the group begun last."""
        if not self._below:
            raise self._missing()
        items, self._stack = self._stack, self._below.pop()
        return items

    def drop(self) -> None:
        """Take away the uppermost value, or an empty group."""
        if self._stack:
            self._stack.pop()
        else:
            self.pop_to_mark()

    def remember(self, key: int) -> None:
        """Keep the uppermost value in the memo."""
        value = self.top()
        if isinstance(value, Draft):
            value.memo_keys.append(key)
        self.memo[key] = value

    def recall(self, key: int) -> None:
        """Put a value of the memo on the stack."""
        if key not in self.memo:
            raise self._missing()
        self.push(self.memo[key])

    def container(self, kind: Callable[[], Any]) -> None:
        """Put a new container on the stack."""
        self.meter.charge(CONTAINER_BYTES)
        self.push(kind())

    def tuple_of(self, size: int) -> None:
        """Make the uppermost one, two or three values a tuple."""
        if len(self._stack) < size:
            raise self._missing()
        self._stack[-size:] = [tuple(self._stack[-size:])]

    def list_of_group(self) -> None:
        """Make a group a list."""
        self.meter.charge(CONTAINER_BYTES)
        items = self.pop_to_mark()
        self.push(items)

    def extend(self, items: list[Any]) -> None:
        """Append to the list that is uppermost."""
        target = self.top()
        if type(target) is not list:
            raise self._wrong_target("appends", target)
        target.extend(items)

    def set_items(self, pairs: list[Any]) -> None:
        """Put keys and values, one after the other, into the dict that is uppermost."""
        target = self.top()
        if type(target) is not dict:
            raise self._wrong_target("sets items", target)
        if len(pairs) % 2:
            raise damaged("it has a dict with a key and no value")
        self.meter.charge(len(pairs) * ITEM_BYTES)
        for place in range(0, len(pairs), 2):
            target[as_key(pairs[place])] = pairs[place + 1]

    def dict_of_group(self) -> None:
        """Make a group of keys and values a dict."""
        pairs = self.pop_to_mark()
        self.container(dict)
        self.set_items(pairs)

    def add_members(self) -> None:
        """Put a group into the set that is uppermost."""
        members = self._members()
        target = self.top()
        if type(target) is not set:
            raise self._wrong_target("adds members", target)
        target.update(members)

    def frozenset_of_group(self) -> None:
        """Make a group a frozenset."""
        members = self._members()
        self.container(lambda: frozenset(members))

    def _members(self) -> list[Any]:
        items = self.pop_to_mark()
        self.meter.charge(len(items) * ITEM_BYTES)
        return [as_key(item) for item in items]

    def _missing(self) -> Refusal:
        return damaged(f"byte {self.source.position:,} asks for a value that is not there")

    def _wrong_target(self, verb: str, target: Any) -> Refusal:
        kind = target.subject if isinstance(target, Draft) else f"a {type(target).__name__}"
        return damaged(f"byte {self.source.position:,} {verb} to {kind}")
