"""Inert values on the machine's stack: names, drafts of objects, placeholders of unused objects.

None of them is callable, and none has a method that a file can reach. Only the machine inspects them,
by their type.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np

PickleValue: TypeAlias = Any
"""A value from a pickle: of any type until it is checked."""

Arguments: TypeAlias = tuple[PickleValue, ...]
"""Arguments of a call in a pickle, unchecked."""

SAVE_PLAIN: Final = (
    "if the file is yours, save what it holds as plain dicts, lists or NumPy arrays; if it is not, "
    "open it with nothing that runs pickles"
)
SAVE_AGAIN: Final = "copy it again from where it was made, or save it again"


class Refusal(Exception):
    """Reason why a file is not read.

    Args:
        what: predicate of a sentence that starts with the file's name.
        advice: imperative that tells the reader of the message what to do instead.
    """

    def __init__(self, what: str, advice: str = SAVE_AGAIN) -> None:
        super().__init__(what, advice)
        self.what = what
        self.advice = advice


def damaged(detail: str) -> Refusal:
    """Return a refusal of bytes that pickle, joblib and gensim never write."""
    return Refusal(f"is damaged: {detail}")


@dataclass(frozen=True, slots=True)
class Name:
    """Module and name of an allowed class or function: a pair of texts, never the object itself."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


class Draft:
    """An object that the file has created but not yet given its state (opcode BUILD)."""

    __slots__ = ("memo_keys", "subject")

    def __init__(self, subject: str) -> None:
        self.subject = subject
        """Class of the object for messages, e.g. ``LabelEncoder``."""
        self.memo_keys: list[int] = []
        """Memo keys that hold the draft; the finished value replaces it there."""

    def finish(self, state: PickleValue) -> PickleValue:
        """Check the state and return the finished value.

        Raises:
            Refusal: the class does not write such a state.
        """
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Discarded:
    """Placeholder of an allowed but unused part of a larger object, such as a random state."""

    subject: str


class DiscardedDraft(Draft):
    """Draft of an unused object; its state is read and dropped."""

    __slots__ = ()

    def finish(self, state: PickleValue) -> Discarded:  # noqa: ARG002
        """Return the placeholder."""
        return Discarded(self.subject)


class Weighted:
    """A value of this package whose items are copied when it is used."""

    @property
    def weight_bytes(self) -> int:
        """Memory that a copy of its items takes, in bytes."""
        raise NotImplementedError


_KEY_TYPES: Final = frozenset({str, int, float, bool, bytes, type(None)})


def as_key(key: PickleValue) -> PickleValue:
    """Return a dict key or set member after checking that nobody can make its hash collide.

    Python salts the hashes of texts and bytes. The hash of a number is its remainder, so integers are
    limited to 64 bits. The hashes of tuples and complex numbers follow from their parts, so neither
    is allowed.

    Raises:
        Refusal: the key has another type, or is a longer integer.
    """
    numpy_key = isinstance(key, np.generic) and not isinstance(key, np.complexfloating)
    if type(key) in _KEY_TYPES or numpy_key:
        if type(key) is int and not -(2**63) <= key < 2**64:
            raise damaged("it has a key of more than 64 bits")
        return key
    kind = quoted(str(key)) if isinstance(key, Name) else type(key).__name__
    raise Refusal(
        f"has a dict or set keyed by a {kind}", "key it by texts or numbers, and save it again"
    )


def same(value: PickleValue, expected: Name | str) -> bool:
    """Whether a value of any type equals a name or text; never compares element by element."""
    return type(value) is type(expected) and bool(value == expected)


def whole_number(value: PickleValue, what: str) -> int:
    """Return ``value`` if it is an int of 64 bits (no bool).

    Raises:
        Refusal: it is not; the message starts with ``what``.
    """
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise damaged(f"{what} is no whole number")
    return value


def quoted(text: str, length: int = 80) -> str:
    """Return a text of a file in a form that is safe to print: escaped, and cut at ``length``."""
    shown = text.encode("ascii", "backslashreplace").decode()
    shown = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in shown[: length + 1])
    return shown if len(shown) <= length else shown[:length] + "..."
