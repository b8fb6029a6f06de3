"""Rendering by Jinja, one environment per language, and the version of all that shapes a page."""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path

import jinja2
import msgspec
from babel.core import Locale, get_global
from babel.dates import format_datetime

from bookrec import __version__
from bookrec.shop.selling.money import format_money
from bookrec.web.kit.addresses import author_path, book_path, series_path
from bookrec.web.kit.contexts import Shell
from bookrec.web.kit.covers import render_cover
from bookrec.web.kit.translations import DEFAULT_LANGUAGE, LANGUAGES, load_translations


class Renderer:
    """Pages and covers, rendered from the templates directory."""

    def __init__(self, templates: Path) -> None:
        """Read the translations; templates are compiled on first use."""
        self.version = _version(templates)
        """Digest of the code's version and all files of the templates directory."""
        self._environments = {language: _environment(templates, language) for language in LANGUAGES}
        # Covers depend on title and author only, and a few of them are requested often.
        self.cover = lru_cache(maxsize=2_000)(self._cover)

    def page(self, template: str, page: msgspec.Struct, shell: Shell) -> str:
        """Render a page in the shell's language."""
        environment = self._environments[shell.language]
        return environment.get_template(template).render(page=page, shell=shell)

    def letter(self, template: str, language: str, context: dict[str, object]) -> tuple[str, str]:
        """Render a letter in plain text; return its subject, the first line, and its body."""
        environment = self._environments[language if language in LANGUAGES else DEFAULT_LANGUAGE]
        text = environment.get_template(template).render(context)
        subject, _, body = text.strip().partition("\n")
        return subject.strip(), body.strip() + "\n"

    def _cover(self, title: str, author: str) -> str:
        return render_cover(self._environments[DEFAULT_LANGUAGE], title, author)


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
    environment.filters["money"] = partial(format_money, language=language)
    environment.filters["moment"] = partial(_moment, language=language)
    environment.filters["territory"] = _with_territory
    environment.filters["author_path"] = author_path
    environment.filters["series_path"] = series_path
    translations = load_translations(templates, language)
    environment.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]
    return environment


def _with_territory(language: str) -> str:
    """Language and its likeliest country, as Open Graph has them: ``vi_VN``."""
    likely = Locale.parse(get_global("likely_subtags").get(language, language))
    return f"{language}_{likely.territory}" if likely.territory else language


def _moment(seconds: int, language: str) -> str:
    """Date and time of seconds since 1970, in the server's time zone."""
    moment = datetime.fromtimestamp(seconds).astimezone()
    text: str = format_datetime(moment, "short", tzinfo=moment.tzinfo, locale=language)
    return text


def _version(templates: Path) -> str:
    digest = hashlib.sha256(__version__.encode())
    for path in sorted(templates.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(templates).as_posix().encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]
