"""Forms of a catalogue: its distinct pairs of title and author and their keys."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from bookrec.offline.data.works.authors import read_persons, same_author
from bookrec.offline.data.works.titles import Title, content, letters, read_title
from bookrec.offline.data.works.vocabulary import COLLECTIONS

_LENIENT_WORDS: Final = 2
_LENIENT_LETTERS: Final = 10
"""Words and letters of a common title from which a common surname is enough: books of two authors of
one name rarely share it, while old catalogues often have the wrong given name."""


@dataclass(frozen=True)
class Form:
    """One spelling of a title and its author."""

    title: str
    author: str

    @cached_property
    def read(self) -> Title:
        """The title, taken apart."""
        return read_title(self.title, self.author)

    @cached_property
    def key(self) -> str:
        """Letters of head and subtitle, and the kind."""
        return f"{letters(self.read.words)}|{self.read.kind}"

    @cached_property
    def head_key(self) -> str:
        """Letters of the head, and the kind."""
        return f"{letters(self.read.head)}|{self.read.kind}"

    @cached_property
    def names(self) -> frozenset[str]:
        """Words of all authors' names."""
        return frozenset(name for person in read_persons(self.author) for name in person.names)

    @cached_property
    def surnames(self) -> frozenset[str]:
        """Surnames of all authors."""
        return frozenset(person.surname for person in read_persons(self.author))

    @cached_property
    def volume(self) -> str:
        """Number that a bracket gives to this title itself, not to its place in a series."""
        head = set(self.read.head)
        for series, number in self.read.volumes:
            words = set(series.split())
            if not words or words <= head or head <= words:
                return number
        return ""


def blocks(forms: Iterable[Form], keys: Callable[[Form], Iterable[object]]) -> list[list[Form]]:
    """Return the groups of two forms or more that share a key, in the order of the forms."""
    members: dict[object, list[Form]] = defaultdict(list)
    for form in forms:
        for key in keys(form):
            members[key].append(form)
    return [block for block in members.values() if len(block) > 1]


def by_author(block: list[Form]) -> list[list[Form]]:
    """Split forms of one title or head into those of one author each."""
    groups: list[list[Form]] = []
    for form in block:
        matches = [group for group in groups if any(_agree(form, other) for other in group)]
        groups = [group for group in groups if group not in matches]
        groups.append([other for group in matches for other in group] + [form])
    return [group for group in groups if len(group) > 1]


def _agree(form: Form, other: Form) -> bool:
    words = content(form.read.words)
    long_title = (
        form.key == other.key
        and len(words) >= _LENIENT_WORDS
        and len(letters(words)) >= _LENIENT_LETTERS
        and not set(words) <= COLLECTIONS
    )
    return same_author(form.author, other.author, lenient=long_title)
