"""Sentences of the templates in every language: translated, with the same placeholders and tags."""

from __future__ import annotations

import re

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from babel.plural import PluralRule

from bookrec.languages import SOURCE_LANGUAGE, catalogue_path, known_languages
from bookrec.settings import templates_directory

PLACEHOLDER = re.compile(r"%\(\w+\)s|%%|</?\w+>")
LANGUAGES = [code for code in known_languages(templates_directory()) if code != SOURCE_LANGUAGE]

MOST_UNTRANSLATED = {"vi": 0, "de": 60}
"""Language → sentences that may still be English. A new language may begin with none."""

SAME = {
    "de": {
        *("Bank", "Downloads", "Logo", "Name", "Snapshot"),  # the same words
    },
}
"""Sentences that are the same in both languages, on purpose."""


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
def sentences() -> set[str]:
    return used()


@pytest.fixture(scope="module", params=LANGUAGES)
def catalog(request: pytest.FixtureRequest) -> Catalog:
    with catalogue_path(templates_directory(), request.param).open("rb") as file:
        return read_po(file, locale=request.param, abort_invalid=True)


def messages(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def forms(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple | list) else (message.string,)


def untranslated(catalog: Catalog, sentences: set[str]) -> set[str]:
    translated = {
        message_key(message.id)
        for message in messages(catalog)
        if all(form.strip() for form in forms(message)) and not message.fuzzy
    }
    return sentences - translated


def test_sentences_are_translated(catalog: Catalog, sentences: set[str]) -> None:
    assert len(sentences) > 100, "the extraction found next to nothing"
    missing = untranslated(catalog, sentences)
    most = MOST_UNTRANSLATED.get(str(catalog.locale), len(sentences))
    assert len(missing) <= most, sorted(missing)


def test_a_sentence_has_one_translation(catalog: Catalog) -> None:
    path = catalogue_path(templates_directory(), str(catalog.locale))
    # Babel joins a second text to the first in silence, or takes it for the first.
    assert re.findall(r'^msgstr ".*\nmsgstr ".*', path.read_text("utf-8"), re.MULTILINE) == []


def test_no_translation_is_left_over(catalog: Catalog, sentences: set[str]) -> None:
    assert {message_key(message.id) for message in messages(catalog)} - sentences == set()
    assert not catalog.obsolete


def test_no_sentence_is_there_twice(catalog: Catalog) -> None:
    path = catalogue_path(templates_directory(), str(catalog.locale))
    # The catalogue itself keeps the last of two.
    blocks = re.findall(r'^msgid ((?:".*"\n)+)', path.read_text(encoding="utf-8"), re.MULTILINE)
    ids = ["".join(re.findall(r'"(.*)"', block)) for block in blocks]
    assert sorted({key for key in ids if ids.count(key) > 1}) == []


def test_placeholders_and_tags_agree(catalog: Catalog) -> None:
    for message in messages(catalog):
        originals = message.id if isinstance(message.id, tuple | list) else (message.id,)
        expected = {tuple(sorted(PLACEHOLDER.findall(form))) for form in originals}
        for form in forms(message):
            if form:
                assert tuple(sorted(PLACEHOLDER.findall(form))) in expected, originals


def test_plural_forms_are_those_of_the_language(catalog: Catalog) -> None:
    rule: PluralRule = catalog.locale.plural_form
    categories = {rule(number) for number in range(200)}
    assert catalog.num_plurals == len(categories)
    for message in messages(catalog):
        if isinstance(message.id, tuple | list):
            assert len(forms(message)) == catalog.num_plurals, message.id


def test_translations_are_in_the_language(catalog: Catalog) -> None:
    same = {message_key(m.id) for m in messages(catalog) if message_key(m.id) == forms(m)[0]}
    assert same == SAME.get(str(catalog.locale), set())
