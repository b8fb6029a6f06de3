"""Random mappings: written and read back they are the same, and wrong ones are refused by name."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookrec.errors import DataError
from bookrec.offline.data.files.source_table import SourceTable
from bookrec.offline.data.mapping.draft import Draft, DraftTable
from bookrec.offline.data.mapping.draft_columns import DraftColumn
from bookrec.offline.data.mapping.fields import FIELDS, ROW_KINDS
from bookrec.offline.data.mapping.mapping import Mapping, TableMapping, parse_mapping, positions
from bookrec.offline.data.mapping.profile import profile_columns
from bookrec.offline.data.mapping.write_draft import draft_toml
from raw_tables import source_table

NAMES = [
    "ISBN",
    "Tên sách",
    'a "b"',
    "#2",
    "=x",
    "",
    "\\",
    "ß\x7f",
    "x#y",
    "\u202egnp",
    "'",
    "Ngày",
]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SINGLE = [name for name, field in FIELDS.items() if not field.several]


def tables_of(draw, number):
    """A table with any headers, its mapping, and the draft that writes it."""
    headers = draw(st.lists(st.sampled_from(NAMES) | TEXTS, min_size=1, max_size=6))
    table = source_table("a", ("v",), name=f"t{number}{draw(TEXTS)}.csv")
    blank = source_table(" ".join(["c"] * len(headers)), tuple("v" for _ in headers))
    table = SourceTable(**{**vars(blank), "name": table.name, "header": headers})
    several = ["book_id"] * draw(st.integers(0, len(headers)))
    fields = draw(st.permutations([*several, *draw(st.permutations(SINGLE))]))[: len(headers)]
    columns = {}
    for at, header in enumerate(headers):
        key = header.strip().casefold()
        unique = key and [h.strip().casefold() for h in headers].count(key) == 1
        columns[header if unique and not header.startswith("#") else f"#{at + 1}"] = (
            fields[at] if draw(st.booleans()) else ""
        )
    mapping = TableMapping(
        name=table.name,
        columns=dict(draw(st.permutations(list(columns.items())))),
        rows=draw(st.sampled_from(["", *ROW_KINDS])),
        reader=draw(st.sampled_from(["", "file"])),
        encoding=draw(st.sampled_from(["", "cp1258", "utf-16"])),
        separator=draw(st.sampled_from(["", ";", "\t", "::", '"'])),
        quoted=draw(st.none() | st.booleans()),
        escape=draw(st.sampled_from(["", "\\"])),
        header_line=draw(st.none() | st.integers(0, 40)),
        skip=draw(st.dictionaries(TEXTS, st.lists(TEXTS, max_size=3), max_size=2)),
    )
    drafted = [DraftColumn(p, "", "a reason") for p in profile_columns(table)]
    return DraftTable(table, mapping, drafted, "a use")


@st.composite
def drafts(draw):
    parts = [tables_of(draw, number) for number in range(draw(st.integers(1, 3)))]
    mapping = Mapping(
        tables=[part.mapping for part in parts],
        layout=draw(TEXTS.filter(bool)),
        rating_scale=draw(st.sampled_from(["", "1-5", "1-10", "0.5-5", "0-100", "words"])),
        dates=draw(st.sampled_from(["", "day first", "month first"])),
        code_prefix=draw(TEXTS),
        title_has_year=draw(st.booleans()),
        citation=draw(TEXTS),
    )
    return Draft(mapping, parts, None, [])


def used(table):
    return [(name, field) for name, field in table.columns.items() if field]


@settings(max_examples=60, deadline=None)
@given(drafts())
def test_a_mapping_written_and_read_back_is_the_same(draft):
    back = parse_mapping(draft_toml(draft), "m.toml")
    bare = [msgspec.structs.replace(table, columns={}) for table in draft.mapping.tables]
    assert [msgspec.structs.replace(table, columns={}) for table in back.tables] == bare
    assert msgspec.structs.replace(back, tables=[]) == msgspec.structs.replace(
        draft.mapping, tables=[]
    )
    for part, table in zip(draft.tables, back.tables, strict=True):
        assert used(table) == used(part.mapping)
        places = positions(table, part.table.header, "t")
        assert places == positions(part.mapping, part.table.header, "t")


WRONG = st.text(st.characters(categories=["L", "N"]), min_size=3, max_size=9)
"""No key, field or kind has these letters and numbers in it, but for the rarest chance."""


@settings(max_examples=60, deadline=None)
@given(
    WRONG.filter(lambda word: word not in {*FIELDS, *ROW_KINDS}),
    st.sampled_from(["field", "rows", "reader", "key", "table key", "scale", "dates", "type"]),
)
def test_a_wrong_mapping_is_refused_by_file_and_key(word, place):
    lines = {
        "name": '"t.csv"',
        "rows": f'"{word}"' if place == "rows" else '"ratings"',
        "reader": f'"{word}"' if place == "reader" else '""',
        "columns": '{ "Khách" = "%s" }' % (word if place == "field" else "reader_id"),
    }
    if place == "type":
        lines["header_line"] = f'"{word}"'
    if place == "table key":
        lines[f'"{word}"'] = "1"
    head = {"scale": f'rating_scale = "{word}"', "dates": f'dates = "{word}"'}.get(place, "")
    if place == "key":
        head = f'"{word}" = true'
    body = "\n".join(f"{key} = {value}" for key, value in lines.items())
    with pytest.raises(DataError) as raised:
        parse_mapping(f"{head}\n[[tables]]\n{body}\n", "m.toml")
    message = str(raised.value)
    assert "m.toml" in message
    assert "\n" not in message
    named = {"scale": "rating_scale", "dates": "dates", "type": "header_line"}
    assert named.get(place, word) in message


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_any_text_is_a_mapping_or_refused_with_a_sentence(text):
    message = ""
    try:
        parse_mapping(text, "m.toml")
    except DataError as error:
        message = str(error)
    assert not message or message.startswith("m.toml")
    assert "\n" not in message
