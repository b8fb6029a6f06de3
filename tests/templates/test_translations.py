"""Every sentence of the templates has a Vietnamese one, with the same placeholders and tags."""

from __future__ import annotations

import re

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from bookrec.settings import templates_directory

PLACEHOLDER = re.compile(r"%\(\w+\)s|%%|</?\w+>")

# The same in both languages, on purpose.
SAME = frozenset[str]()


def message_key(message_id: object) -> str:
    return message_id[0] if isinstance(message_id, tuple | list) else str(message_id)


def used() -> set[str]:
    rows = extract_from_dir(
        templates_directory(),
        method_map=[("**.html", "jinja2"), ("**.txt", "jinja2")],
        options_map={"**.html": {"silent": "false"}, "**.txt": {"silent": "false"}},
    )
    return {message_key(row[2]) for row in rows}


@pytest.fixture(scope="module")
def vietnamese() -> Catalog:
    path = templates_directory() / "locale" / "vi" / "LC_MESSAGES" / "bookrec.po"
    with path.open("rb") as file:
        return read_po(file, locale="vi", abort_invalid=True)


def messages(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def test_every_sentence_is_translated(vietnamese: Catalog) -> None:
    sentences = used()
    assert len(sentences) > 100, "the extraction found next to nothing"
    translated = {
        message_key(message.id)
        for message in messages(vietnamese)
        if message_key(message.string).strip() and not message.fuzzy
    }
    assert sentences - translated == set()


def test_no_translation_is_left_over(vietnamese: Catalog) -> None:
    assert {message_key(message.id) for message in messages(vietnamese)} - used() == set()
    assert not vietnamese.obsolete


def test_placeholders_and_tags_agree(vietnamese: Catalog) -> None:
    for message in messages(vietnamese):
        # Vietnamese has one form; it follows the English plural where numbers differ in words.
        forms = message.id if isinstance(message.id, tuple | list) else (message.id,)
        expected = {tuple(sorted(PLACEHOLDER.findall(form))) for form in forms}
        assert tuple(sorted(PLACEHOLDER.findall(message_key(message.string)))) in expected, forms


def test_one_plural_form(vietnamese: Catalog) -> None:
    assert vietnamese.num_plurals == 1


def test_translations_are_vietnamese(vietnamese: Catalog) -> None:
    same = {message_key(m.id) for m in messages(vietnamese) if m.id == message_key(m.string)}
    assert same == SAME
