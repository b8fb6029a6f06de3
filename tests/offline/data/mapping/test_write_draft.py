"""Drafted mappings on paper: they say what was found, and read back they are the same."""

import tomllib

import pytest

from bookrec.offline.data.mapping.draft import draft_mapping
from bookrec.offline.data.mapping.mapping import parse_mapping
from bookrec.offline.data.mapping.write_draft import draft_lines, draft_toml
from raw_tables import source_table

BOOKS = source_table(
    "ISBN ISBN Title Author", ("0141439513", "", "Emma", "J. Austen"), name="b.csv"
)
SALES = source_table(
    "Customer ISBN Qty Note", ('c"4\\', "0141439513", "2", "dòng\nhai \x7f #"), name='s "1".csv'
)
EXPORT = source_table(
    "Book_Id Title Author ISBN ISBN13 My_Rating Exclusive_Shelf Date_Read",
    ("123456788", "Emma", "Austen", '="0141439513"', "9780141439518", "4", "read", "2024/03/17"),
    name="x.csv",
)
MOVIES = [
    source_table("userId movieId rating timestamp", ("4", "3", "4.5", "1742169600"), name="r.csv"),
    source_table("movieId title genres", ("3", "Heat (1995)", "Crime"), name="m.csv"),
]


@pytest.mark.parametrize("tables", [[BOOKS, SALES], [EXPORT], MOVIES], ids=["own", "one", "known"])
def test_a_draft_read_back_is_the_same_mapping(tables):
    draft = draft_mapping(tables)
    assert draft.questions == []
    back = parse_mapping(draft_toml(draft), "draft")
    assert (back.layout, back.rating_scale, back.code_prefix) == (
        draft.mapping.layout,
        draft.mapping.rating_scale,
        draft.mapping.code_prefix,
    )
    assert back.title_has_year == draft.mapping.title_has_year
    assert back.citation == draft.mapping.citation
    for table, wanted in zip(back.tables, draft.mapping.tables, strict=True):
        used = [(name, field) for name, field in wanted.columns.items() if field]
        # The order of columns of ids is their order of preference.
        assert [(name, field) for name, field in table.columns.items() if field] == used
        assert (table.name, table.rows, table.reader) == (wanted.name, wanted.rows, wanted.reader)
        assert table.skip == wanted.skip
        assert table.syntax() == wanted.syntax()


def test_a_draft_shows_samples_and_reasons_in_comments():
    toml = draft_toml(draft_mapping([BOOKS, SALES]))
    lines = toml.splitlines()
    assert '"Title" = "title"   # Emma (its name says so)' in lines
    assert '"#2" = "book_id"   # always blank (its name says so)' in lines
    assert '"Note" = ""   # dòng hai   # (its name is not known)' in lines
    assert tomllib.loads(toml)["tables"][1]["name"] == 's "1".csv'


def test_what_is_open_is_a_question_mark_with_the_choices():
    rows = [(str(n), "0141439513", str(n % 5 + 1)) for n in range(40)]
    draft = draft_mapping([BOOKS, source_table("User ISBN wert", *rows, name="r.csv")])
    assert '"wert" = "?"   # 1 | 2 | 3 (its values could be ratings)' in draft_toml(draft)


def test_lines_for_the_screen_name_the_use_of_every_table_and_column():
    lines = list(draft_lines(draft_mapping([BOOKS, SALES])))
    assert lines[0] == "b.csv: books"
    assert lines[3].split() == ["Title", "→", "title", "Emma", "(its", "name", "says", "so)"]
    assert lines[5] == 's "1".csv: purchases'
    assert len(lines) == 2 + 4 + 4
    assert all(line.isprintable() for line in lines)
