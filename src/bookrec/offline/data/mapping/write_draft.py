"""Drafted mappings for people: a TOML file with comments, and a table for the screen."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from bookrec.offline.data.mapping.aliases import aliases_of
from bookrec.offline.data.mapping.draft import Draft, DraftTable
from bookrec.offline.data.mapping.draft_columns import DraftColumn
from bookrec.offline.data.mapping.fields import FIELDS, ROW_KINDS, UNUSED
from bookrec.offline.data.mapping.mapping import TableMapping
from bookrec.offline.data.mapping.masking import mask_private

_WIDTH: Final = 28
"""Characters of a sample value that are shown."""
_MOSTLY_PRIVATE: Final = 0.5
"""Share of phone numbers or addresses above which all values of a column of readers are masked."""


def draft_toml(draft: Draft) -> str:
    """The drafted mapping as TOML, with samples and reasons in comments."""
    mapping = draft.mapping
    lines = [
        "# Mapping of a source for 'bookrec data import --mapping FILE'. Replace every \"?\".",
        f"# Fields: {', '.join(FIELDS)}.",
        '# "" leaves a column out; #2 is the second column.',
        f"layout = {_quoted(mapping.layout)}",
    ]
    for key in ("rating_scale", "dates", "code_prefix", "citation"):
        if value := getattr(mapping, key):
            lines.append(f"{key} = {_quoted(value)}{_CHOICES.get(key, '') if value == '?' else ''}")
    if mapping.title_has_year:
        lines.append("title_has_year = true")
    for table in draft.tables:
        lines += ["", *_table_toml(table)]
    return "\n".join(lines) + "\n"


_CHOICES: Final = {
    "rating_scale": '   # "1-5", "1-10", "0.5-5", "0-100" or "words"',
    "dates": '   # "day first" or "month first"',
}


def _table_toml(draft: DraftTable) -> Iterator[str]:
    mapping = draft.mapping
    yield "[[tables]]"
    yield f"name = {_quoted(mapping.name)}   # {draft.use}"
    if mapping.rows:
        yield f"rows = {_quoted(mapping.rows)}   # {', '.join(ROW_KINDS)}"
    yield from _syntax_toml(mapping)
    if mapping.skip:
        yield "skip = " + _inline({name: list(words) for name, words in mapping.skip.items()})
    yield "[tables.columns]"
    fields = mapping.columns
    keys = [_key(column, fields) for column in draft.columns]
    # Of several columns of ids, the first in the mapping counts: its order is kept.
    places = {key: place for place, key in enumerate(fields)}
    columns = zip(keys, draft.columns, strict=True)
    for key, column in sorted(columns, key=lambda pair: places.get(pair[0], len(places))):
        field = fields.get(key, UNUSED)
        yield f"{_quoted(key)} = {_quoted(field)}   # {_samples(column)} ({column.why})"


def _syntax_toml(mapping: TableMapping) -> Iterator[str]:
    for key in ("reader", "encoding", "separator", "escape"):
        if value := getattr(mapping, key):
            yield f"{key} = {_quoted(value)}"
    if mapping.quoted is not None:
        yield f"quoted = {json.dumps(mapping.quoted)}"
    if mapping.header_line is not None:
        yield f"header_line = {mapping.header_line}"


def _key(column: DraftColumn, fields: Mapping[str, str]) -> str:
    """Header of a column, or its number: a header such as "#2" would name another column."""
    header = column.profile.header
    if header in fields and not header.startswith("#"):
        return header
    return _number(column)


def _number(column: DraftColumn) -> str:
    return f"#{column.profile.position + 1}"


def _quoted(text: str) -> str:
    # Strings of JSON are basic strings of TOML, which does not allow DEL as it stands.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def _inline(value: dict[str, list[str]]) -> str:
    parts = [
        f"{_quoted(name)} = [{', '.join(map(_quoted, words))}]" for name, words in value.items()
    ]
    return "{ " + ", ".join(parts) + " }"


def _samples(column: DraftColumn) -> str:
    profile = column.profile
    # A phone number may be an ISBN by chance; among other numbers it is none.
    private = profile.samples if max(profile.phone, profile.email) > _MOSTLY_PRIVATE else ()
    readers = any(alias.field == "reader_id" for alias in aliases_of(profile.header))
    texts = [_short(text, private if readers else ()) for text in profile.samples]
    return " | ".join(texts) or "always blank"


def _short(text: str, private: Sequence[str] = ()) -> str:
    # Line breaks and control characters would end the comment or confuse a terminal.
    line = mask_private("".join(c if c.isprintable() else " " for c in text), private)
    return line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…"


def draft_lines(draft: Draft) -> Iterator[str]:
    """Lines for the screen: per table its use, and per column field, samples and reason."""
    for table in draft.tables:
        yield f"{table.table.name}: {table.use}"
        for column in table.columns:
            header = column.profile.header or _number(column)
            field = column.field or "–"
            yield f"    {_short(header):<28} → {field:<12} {_samples(column)}  ({column.why})"
