"""Usernames: the ones accepted, and when two are the same."""

from __future__ import annotations

import pytest

from bookrec.web.accounts.accounts import fold_username, username_problem


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("anna", True),
        ("Đặng.Thu", True),
        ("Дмитрий_1", True),
        ("李小龙", True),
        ("नमस्ते", True),
        ("a-b", True),
        ("ab", False),
        ("a" * 40, True),
        ("a" * 41, False),
        ("a b c", False),
        ("a@b.c", False),
        ("<b>", False),
        ("anna\n", False),
        ("an\u200bna", False),
        ("", False),
    ],
)
def test_usernames(name: str, fits: bool) -> None:
    assert (username_problem(name) is None) == fits


def test_usernames_are_unique_without_case_or_width() -> None:
    assert fold_username("Straße") == fold_username("STRASSE")
    assert fold_username("Ａnna") == fold_username("anna")
    assert fold_username("Thu") != fold_username("Thư")
