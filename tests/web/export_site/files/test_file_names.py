"""Names of files: readable where they can be, distinct on every disk, safe everywhere."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bookrec.web.export_site.files.file_names import file_name

SAFE = re.compile(r"[a-z0-9_-]+|[0-9]{9}X")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("0441172717", "0441172717"),
        ("014143984X", "014143984X"),
        ("014143984x", "014143984_78"),
        ("gb:12", "gb_3a12"),
        ("VH/00013", "_56_48_2f00013"),
        ("..", "_2e_2e"),
        ("100%", "100_25"),
        ("con", "co_6e"),
        ("index", "inde_78"),
        ("a_2f", "a_5f2f"),
        ("", "_"),
    ],
)
def test_known_names(text: str, name: str) -> None:
    assert file_name(text) == name


@given(st.text(max_size=300), st.text(max_size=300))
@example("AB", "ab")
@example("x" * 200, "x" * 201)
@example("con", "co_6e")
@example("_", "")
def test_names_are_safe_and_distinct_without_regard_to_case(one: str, other: str) -> None:
    try:
        names = [file_name(one), file_name(other)]
    except UnicodeEncodeError:  # lone surrogates are no text
        return
    for name in names:
        assert SAFE.fullmatch(name)
        assert len(name) <= 120
    if one != other:
        assert names[0].casefold() != names[1].casefold()
