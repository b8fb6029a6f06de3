"""What stands on the machine's stack besides plain values: names, drafts, things not needed.

None of them is callable, and none has a method that a file could reach: only the machine looks at
them, by their type.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

SAVE_PLAIN: Final = (
    "if the file is yours, save what it holds as plain dicts, lists or NumPy arrays; if it is not, "
    "open it with nothing that runs pickles"
)
SAVE_AGAIN: Final = "copy it again from where it was made, or save it again"


class Refusal(Exception):
    """Why a file is not read: ``what`` goes on from its name, ``advice`` says what to do instead."""

    def __init__(self, what: str, advice: str = SAVE_AGAIN) -> None:
        super().__init__(what, advice)
        self.what = what
        self.advice = advice


def damaged(detail: str) -> Refusal:
    """A refusal of bytes that no honest writer leaves."""
    return Refusal(f"is damaged: {detail}")


@dataclass(frozen=True, slots=True)
class Name:
    """A class or function that a file names and that is on the allow-list: two words, no object."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


class Draft:
    """An object that a file has begun and that BUILD, with its state, makes into a value of ours."""

    __slots__ = ("memo_keys", "subject")

    def __init__(self, subject: str) -> None:
        self.subject = subject
        """What it will be, in the words of the file, e.g. ``sklearn...LabelEncoder``."""
        self.memo_keys: list[int] = []
        """Where the memo holds it: the finished value takes its place there."""

    def finish(self, state: Any) -> Any:
        """The value of ours; ``state`` is anything at all, and is checked.

        Raises:
            Refusal: the state is not what this class leaves in a pickle.
        """
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Discarded:
    """Something allowed inside a larger object and not needed from it, such as a random state."""

    subject: str


class DiscardedDraft(Draft):
    """Something not needed whose state is read and dropped."""

    __slots__ = ()

    def finish(self, state: Any) -> Discarded:  # noqa: ARG002
        return Discarded(self.subject)


_KEY_TYPES: Final = frozenset({str, int, float, bool, bytes, type(None)})


def as_key(key: Any) -> Any:
    """A key of a dict or member of a set: plain, and hashed so that nobody can make hashes collide.

    Python salts the hashes of texts and bytes. Those of numbers are their remainders, so integers
    stop at 64 bits; those of tuples and complex numbers follow from their parts, so there are none.

    Raises:
        Refusal: it is something else.
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


def same(value: Any, expected: Name | str) -> bool:
    """``value == expected`` for a value that may be anything: an array answers by an array."""
    return type(value) is type(expected) and bool(value == expected)


def whole_number(value: Any, what: str) -> int:
    """``value`` if it is an int (no bool) that fits in 64 bits.

    Raises:
        Refusal: it is not.
    """
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise damaged(f"{what} is no whole number")
    return value


def quoted(text: str, length: int = 80) -> str:
    """A file's own words, safe to print: escaped, and cut where they are long."""
    shown = text.encode("ascii", "backslashreplace").decode()
    shown = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in shown[: length + 1])
    return shown if len(shown) <= length else shown[:length] + "..."
