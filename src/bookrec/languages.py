"""Languages of the pages: English, that of the templates, and one directory for each other."""

from __future__ import annotations

from pathlib import Path
from typing import Final

SOURCE_LANGUAGE: Final = "en"
"""Language of the templates, and so of the message ids."""


def catalogue_path(templates: Path, language: str) -> Path:
    """Return the path of a language's sentences, ``locale/<language>/LC_MESSAGES/bookrec.po``."""
    return templates / "locale" / language / "LC_MESSAGES" / "bookrec.po"


def known_languages(templates: Path) -> tuple[str, ...]:
    """Return the codes of the languages that a templates directory has: English, then by code.

    A code is that of a locale, such as ``de`` or ``pt_BR``.
    """
    others = sorted(path.parent.parent.name for path in templates.glob("locale/*/*/bookrec.po"))
    return (SOURCE_LANGUAGE, *(code for code in others if code != SOURCE_LANGUAGE))


def find_language(code: str, languages: tuple[str, ...]) -> str | None:
    """Return the language of a code in any spelling (``PT-br``); None if it is not among them.

    >>> find_language("VI", ("en", "vi"))
    'vi'
    """
    spelled = code.strip().replace("-", "_").casefold()
    return next((language for language in languages if language.casefold() == spelled), None)
