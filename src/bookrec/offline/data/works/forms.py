"""Forms of a catalogue: its distinct pairs of title and author and their keys."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from sys import intern
from typing import Final

import numpy as np

from bookrec.offline.data.works.authors import author_names, same_author
from bookrec.offline.data.works.titles import Title, read_title
from bookrec.offline.data.works.vocabulary import COLLECTIONS
from bookrec.offline.data.works.words import content

_LENIENT_WORDS: Final = 2
_LENIENT_LETTERS: Final = 8
"""Words and letters of a common title from which a common surname is enough: books of two authors of
one name rarely share it, while old catalogues often have the wrong given name."""
_LENIENT_HEAD_LETTERS: Final = 10
"""Letters of a common head from which a common surname is enough, where the subtitles differ."""


@dataclass(slots=True, eq=False)
class Form:
    """One spelling of a title and its author; two forms are equal if they are one object.

    A catalogue may have a million, so a form holds no more than the comparisons need.
    """

    author: str
    head: tuple[str, ...]
    tail: tuple[str, ...]
    content: tuple[str, ...]
    """Words of head and subtitle that are no fillers."""
    kind: str
    signed: bool
    """Whether the subtitle names the author."""
    volume: str
    """Number that a bracket gives to this title itself, not to its place in a series."""
    series: tuple[str, ...]
    """Letters of each bracket's words, without numbers."""
    letters: str
    """Letters of head and subtitle."""
    key: str
    """`letters`, and the kind."""
    head_key: str
    """Letters of the head, and the kind."""
    names: tuple[str, ...]
    """Words of all authors' names."""
    surnames: tuple[str, ...]
    """Surnames of all authors."""

    @property
    def words(self) -> tuple[str, ...]:
        """Head and subtitle."""
        return self.head + self.tail if self.tail else self.head


def read_form(title: str, author: str) -> Form:
    """Take a title and its author apart."""
    read = read_title(title, author)
    words = content(read.head + read.tail if read.tail else read.head)
    joined = "".join(words)
    key = f"{joined}|{read.kind}"
    head_key = f"{''.join(content(read.head))}|{read.kind}" if read.tail else key
    volume = _volume(read) if read.volumes else ""
    names, surnames = author_names(author)
    return Form(
        author,
        read.head,
        read.tail,
        words,
        read.kind,
        read.signed,
        volume,
        read.series,
        joined,
        key,
        head_key,
        names,
        surnames,
    )


def _volume(read: Title) -> str:
    head = set(read.head)
    for series, number in read.volumes:
        words = set(series.split())
        if not words and read.tail[-1:] == (number,):
            continue  # the subtitle's place in a series, said again
        if not words or words <= head or head <= words:
            return intern(number)
    return ""


def blocks(forms: Sequence[Form], keys: Callable[[Form], Iterable[object]]) -> list[list[Form]]:
    """Return the groups of two forms or more that share a key, in the order of the forms.

    Most keys of a large catalogue are unique. So a first pass compares 64-bit hashes, and a second one
    makes the keys of those forms only whose hashes meet.
    """
    hashes, owners = array("q"), array("i")
    for place, form in enumerate(forms):
        before = len(hashes)
        hashes.extend(map(hash, keys(form)))
        owners.extend([place] * (len(hashes) - before))
    values = np.frombuffer(hashes, dtype=np.int64)
    ordered = np.sort(values)
    shared = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    meets = np.zeros(len(values), dtype=bool)
    if len(shared):
        nearest = np.minimum(np.searchsorted(shared, values), len(shared) - 1)
        meets = shared[nearest] == values
    places = np.unique(np.frombuffer(owners, dtype=np.int32)[meets])
    of_shared = set(shared.tolist())
    members: dict[object, list[Form]] = defaultdict(list)
    for place in places.tolist():
        for key in keys(forms[place]):
            if hash(key) in of_shared:
                members[key].append(forms[place])
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
    one_title = form.key == other.key
    words = form.content if one_title else content(form.head)
    long_title = (
        (one_title or form.head_key == other.head_key)
        and len(words) >= _LENIENT_WORDS
        and len("".join(words)) >= (_LENIENT_LETTERS if one_title else _LENIENT_HEAD_LETTERS)
        and not set(words) <= COLLECTIONS
    )
    return same_author(form.author, other.author, lenient=long_title)
