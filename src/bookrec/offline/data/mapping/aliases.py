"""Names of columns in several languages: which fields a header can mean."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from bookrec.offline.data.mapping.fields import FIELDS
from bookrec.text import fold

_FILE: Final = Path(__file__).with_name("aliases.toml")
_WEAK: Final = "weak"
_IDS: Final = "ids"


@dataclass(frozen=True)
class Alias:
    """A field that a header names."""

    field: str
    rank: int
    """Place among the names of the field, from 0; the lowest of several columns counts."""
    weak: bool
    """Whether the name says little by itself, e.g. "name" or "id"."""
    language: str
    """Language of the name, e.g. ``vi``."""
    bare_id: bool = False
    """Whether the name is that of an id of whatever the rows are."""


def aliases_of(header: str) -> list[Alias]:
    """Fields that a header names, in the order of `FIELDS`; [] for an unknown one.

    Case, accents, spaces and punctuation do not count.

    >>> [alias.field for alias in aliases_of("Book-Title")]
    ['title']
    >>> [alias.field for alias in aliases_of("MÃ SÁCH")]
    ['book_id']
    >>> aliases_of("mystery")
    []
    """
    return _aliases_of_key().get(header_key(header), [])


def header_key(header: str) -> str:
    """Header without case, accents, spaces and punctuation: ``Book-Title`` is ``booktitle``."""
    return fold(header).replace(" ", "")


@cache
def _aliases_of_key() -> dict[str, list[Alias]]:
    languages = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    weak = {header_key(name) for fields in languages.values() for name in fields.get(_WEAK, [])}
    ids = {header_key(name) for fields in languages.values() for name in fields.get(_IDS, [])}
    by_key: dict[str, dict[str, Alias]] = {}
    for language, fields in languages.items():
        for field, names in fields.items():
            if field in (_WEAK, _IDS):
                continue
            assert field in FIELDS, f"{_FILE}: there is no field {field!r}"
            for rank, name in enumerate(names):
                key = header_key(name)
                alias = Alias(field, rank, key in weak, language, key in ids)
                by_key.setdefault(key, {}).setdefault(field, alias)
    return {
        key: [by_field[field] for field in FIELDS if field in by_field]
        for key, by_field in by_key.items()
    }
