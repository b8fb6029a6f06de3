"""Rendering by Jinja, one environment per language, and the version of all that shapes a page."""

from __future__ import annotations

import functools
import gettext
import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
import msgspec
from babel.core import Locale, get_global
from markupsafe import Markup

from bookrec import __version__
from bookrec.languages import SOURCE_LANGUAGE, known_languages
from bookrec.web.contexts.shell import Shell
from bookrec.web.kit.addresses import author_path, book_path, publisher_path, series_path
from bookrec.web.kit.covers import render_cover
from bookrec.web.kit.formats import filters, format_number, own_name
from bookrec.web.kit.translations import load_translations


class Renderer:
    """Pages and covers, rendered from the templates directory."""

    def __init__(self, templates: Path) -> None:
        """Read the translations; templates are compiled on first use."""
        self.version = _version(templates)
        """Digest of the code's version and all files of the templates directory."""
        self.languages = known_languages(templates)
        """Codes of the languages that the templates directory has."""
        self.language_names = {language: own_name(language) for language in self.languages}
        """Code → the language's name in itself."""
        self._environments = {
            language: _environment(templates, language) for language in self.languages
        }
        # Covers depend on title and author only, and a few of them are requested often.
        self.cover = lru_cache(maxsize=2_000)(self._cover)

    def page(self, template: str, page: msgspec.Struct, shell: Shell) -> str:
        """Render a page in the shell's language."""
        environment = self._environments[shell.language]
        return environment.get_template(template).render(page=page, shell=shell)

    def letter(self, template: str, language: str, context: dict[str, object]) -> tuple[str, str]:
        """Render a letter in plain text; return its subject, the first line, and its body."""
        environment = self._environments[
            language if language in self.languages else SOURCE_LANGUAGE
        ]
        text = environment.get_template(template).render(context)
        subject, _, body = text.strip().partition("\n")
        return subject.strip(), body.strip() + "\n"

    def _cover(self, title: str, author: str) -> str:
        return render_cover(self._environments[SOURCE_LANGUAGE], title, author)


def _environment(templates: Path, language: str) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates),
        # Escape all text, whatever the name of the template.
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["book_path"] = book_path
    environment.filters["author_path"] = author_path
    environment.filters["series_path"] = series_path
    environment.filters["publisher_path"] = publisher_path
    environment.filters["territory"] = _with_territory
    environment.filters |= filters(language)
    environment.newstyle_gettext = True  # type: ignore[attr-defined]
    environment.globals |= _sentences(load_translations(templates, language), language)
    return environment


def _sentences(
    translations: gettext.NullTranslations, language: str
) -> dict[str, Callable[..., str]]:
    """Return ``gettext``, ``ngettext`` and ``_`` of templates.

    They put values into the sentence: texts are escaped, and whole numbers are written as people of the
    language do.
    """

    def filled(sentence: str, values: dict[str, Any], escaped: bool) -> str:
        texts = {
            name: format_number(value, language)
            if isinstance(value, int) and not isinstance(value, bool)
            else value
            for name, value in values.items()
        }
        return (Markup(sentence) if escaped else sentence) % texts  # noqa: S704

    @jinja2.pass_eval_context
    def translate(context: jinja2.nodes.EvalContext, sentence: str, /, **values: Any) -> str:
        return filled(translations.gettext(sentence), values, context.autoescape)

    @jinja2.pass_eval_context
    def translate_number(
        context: jinja2.nodes.EvalContext, singular: str, plural: str, number: int, /, **values: Any
    ) -> str:
        values.setdefault("num", number)
        return filled(translations.ngettext(singular, plural, number), values, context.autoescape)

    return {"gettext": translate, "_": translate, "ngettext": translate_number}


@functools.cache
def _with_territory(language: str) -> str:
    """Language and its likeliest country, as Open Graph has them: ``vi_VN``."""
    likely = Locale.parse(get_global("likely_subtags").get(language, language))
    return f"{likely.language}_{likely.territory}" if likely.territory else language


def _version(templates: Path) -> str:
    digest = hashlib.sha256(__version__.encode())
    for path in sorted(templates.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(templates).as_posix().encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]
