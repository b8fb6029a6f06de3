"""Texts pass through gettext, numbers and dates through Babel; a language is one directory."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from bookrec.languages import catalogue_path
from bookrec.settings import Home, templates_directory
from requirements import REPOSITORY
from selling import EMMA, offer
from site_testing import open_client
from small_snapshot import build_snapshot

TEMPLATES = sorted(templates_directory().rglob("*.html")) + sorted(
    templates_directory().rglob("mail/*.txt")
)
WEB = sorted((REPOSITORY / "src" / "bookrec" / "web").rglob("*.py"))

UNTRANSLATED = {"ISBN", "ISBN-10", "ISBN-13"}
"""Words that are the same in every language."""
SPOKEN_ATTRIBUTES = re.compile(r'\b(?:aria-label|alt|placeholder|title|data-label)="([^"]*)"')
TRANSLATED = re.compile(r"\{%-?\s*trans\b.*?\{%-?\s*endtrans\s*-?%\}", re.DOTALL)
EXPRESSION = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
TAG = re.compile(r"<(?:[^<>\"]|\"[^\"]*\")*>", re.DOTALL)
CODE = re.compile(r"[\w-]+=\"[^\"]*\"|[/?&]\w+[=?]?|\b\w+=")
"""Attributes and addresses, which macros write by themselves."""
WORD = re.compile(r"[^\W\d_]{2,}")

NUMBER = re.compile(
    r"\{\{-?\s*[\w.]*?(?:\b|_)(?:count|total|number_of|copies|quantity|stock|mean|price|amount"
    r"|revenue|size)\s*-?\}\}"
)
"""An expression that prints a number without a filter."""
CODE_AS_NUMBER = re.compile(r"=\s*[\w.]*\border\.(?:number|order_id)\s*(?:,|%\})")
"""A number of an order in a sentence, which would get separators; ``|string`` keeps it as it is."""
BY_HAND = re.compile(
    r"shell\.language\s*(?:==|!=|in|not in)\s*[\"'(]|\|\s*format\(|\.format\(|\"%\.?\d*[dfg]\"|strftime"
    r"|\{:,|isoformat"
)
"""Ways to format for one language alone."""
BY_HAND_IN_CODE = re.compile(r"strftime|format_(?:date|datetime|time|currency|decimal|percent)\(")
FORMATTERS = {
    "export_site/files/feed.py",  # dates of RSS
    "kit/formats.py",
    "owner/plots.py",  # ticks of axes, in the language of the page
    "api/own_account.py",  # RFC 3339 for programs, as in the next
    "api/schemas.py",
    "accounts/cli.py",  # the operator's console, in English
}


def visible(source: str) -> str:
    """The text that a template shows as it stands; sentences of gettext are left out."""
    bare = EXPRESSION.sub(" ", TRANSLATED.sub(" ", source))
    spoken = " ".join(SPOKEN_ATTRIBUTES.findall(bare))
    return f"{CODE.sub(' ', TAG.sub(' ', bare))} {spoken}"


def outside_tags(source: str) -> str:
    """A template without its tags, so without numbers that are attributes."""
    kept = re.sub(r"\{#.*?#\}", " ", TRANSLATED.sub(" ", source), flags=re.DOTALL)
    # Quotes inside expressions are not those of attributes.
    return re.sub(r"<[a-z!/](?:\{\{.*?\}\}|\{%.*?%\}|[^<>])*>", " ", kept, flags=re.DOTALL)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_text_stands_outside_gettext(path: Path) -> None:
    words = set(WORD.findall(visible(path.read_text(encoding="utf-8"))))
    assert words - UNTRANSLATED == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_nothing_is_formatted_by_hand(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert BY_HAND.findall(source) == []
    assert NUMBER.findall(outside_tags(source)) == []
    assert CODE_AS_NUMBER.findall(source) == []


def test_pages_format_in_one_place() -> None:
    offences = [
        f"{path.relative_to(REPOSITORY)}: {match[0]}"
        for path in WEB
        if path.relative_to(REPOSITORY / "src/bookrec/web").as_posix() not in FORMATTERS
        for match in BY_HAND_IN_CODE.finditer(path.read_text(encoding="utf-8"))
    ]
    assert offences == []


@pytest.mark.parametrize(
    ("source", "offences"),
    [
        ('<p>{{ _("Fine") }} · ISBN {{ isbn }}</p>', set()),
        ("<p>{% trans %}Fine{% endtrans %}</p>", set()),
        ("<p>Plain words</p>", {"Plain", "words"}),
        ('<a href="/x" aria-label="Close">×</a>', {"Close"}),
    ],
)
def test_planted_texts_are_noticed(source: str, offences: set[str]) -> None:
    assert set(WORD.findall(visible(source))) - UNTRANSLATED == offences


@pytest.mark.parametrize(
    ("source", "offends"),
    [
        ("<p>{{ page.total|number }}</p>", False),
        ('<td data-n="{{ page.total }}"></td>', False),
        ("<p>{{ page.total }}</p>", True),
        ("<p>{{ book.rating_mean }}</p>", True),
    ],
)
def test_planted_numbers_are_noticed(source: str, offends: bool) -> None:
    assert bool(NUMBER.findall(outside_tags(source))) == offends


def test_a_language_is_one_directory(tmp_path: Path) -> None:
    templates = tmp_path / "templates"
    shutil.copytree(templates_directory(), templates)
    catalogue = catalogue_path(templates, "eo")
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text(
        'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "Similar books"\nmsgstr "Similaj libroj"\n\n'
        '#, python-format\nmsgid "Only %(count)s copy left"\n'
        'msgid_plural "Only %(count)s copies left"\n'
        'msgstr[0] "Nur %(count)s ekzemplero"\nmsgstr[1] "Nur %(count)s ekzempleroj"\n',
        encoding="utf-8",
    )
    home = Home(tmp_path / "home")
    build_snapshot(home)
    with open_client(home, templates=templates) as client:
        offer(home, **{f"i{EMMA}": (85_000, 3)})
        page = client.get(f"/books/{EMMA}", headers={"accept-language": "eo, en;q=0.5"}).text
        assert '<html lang="eo">' in page
        assert "Similaj libroj" in page
        assert "Nur 3 ekzempleroj" in page
        assert "85 000" in page.replace("\xa0", " "), "amounts as Esperanto writes them"
        # What is not translated yet is English.
        assert "Sign in to rate this book" in page
        # The switch names each language in itself.
        assert ">esperanto</a>".casefold() in page.casefold()
        chosen = client.get("/?lang=eo")
        assert chosen.cookies["lang"] == "eo"
