"""Languages in the path of the live site."""

from __future__ import annotations

import pytest

from site_testing import Client


@pytest.mark.parametrize(
    ("path", "prefers", "language"),
    [
        ("/vi/books", "en", "vi"),
        ("/en/books", "vi", "en"),
        ("/books", "vi", "vi"),
        ("/vi/", "en", "vi"),
    ],
)
def test_the_path_has_the_last_word(
    visitor: Client, path: str, prefers: str, language: str
) -> None:
    answer = visitor.get(path, headers={"accept-language": prefers})
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text


def test_other_beginnings_are_no_language(visitor: Client) -> None:
    assert visitor.get("/fr/books").status_code == 404
    assert visitor.get("/vi").status_code == 404
    assert visitor.get("/vi/vi/books").status_code == 404
