"""Choice of a language for a visitor, and translations from ``.po`` files."""

from __future__ import annotations

import gettext
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bookrec.errors import BookrecError
from bookrec.languages import catalogue_path

PATH_LANGUAGE: Final = "path_language"
"""Key of a request's state: the language that the start of its path names."""


def load_translations(templates: Path, language: str) -> gettext.NullTranslations:
    """Read the sentences of a language; a sentence that it lacks stays English.

    Raises:
        BookrecError: the file is not a ``.po`` file.
    """
    path = catalogue_path(templates, language)
    if not path.is_file():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    try:
        with path.open("rb") as file:
            write_mo(compiled, read_po(file, locale=language, abort_invalid=True))
    except Exception as error:
        raise BookrecError(f"{path} is not a readable .po file: {error}.") from error
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def choose_language(
    cookies: Mapping[str, str], accept_language: str, languages: Sequence[str]
) -> str:
    """Return the language of the cookie, else the best of ``Accept-Language``, else the first one.

    Args:
        cookies: of the request.
        accept_language: header of the request.
        languages: of the shop, the default first.
    """
    chosen = cookies.get("lang", "")
    return chosen if chosen in languages else preferred_language(accept_language, languages)


def preferred_language(accept_language: str, languages: Sequence[str]) -> str:
    """Return the site's language with the highest quality in an ``Accept-Language`` header.

    A language with a region (``pt-BR``) is met by the same one, else by its language alone.

    >>> preferred_language("fr, vi-VN;q=0.8, en;q=0.3", ["en", "vi"])
    'vi'
    """
    codes = {code.casefold().replace("_", "-"): code for code in languages}
    best = (0.0, languages[0])
    for part in accept_language.split(",")[:20]:
        tag, _, parameter = part.partition(";")
        tag = tag.strip().casefold()
        language = codes.get(tag) or codes.get(tag.split("-")[0])
        try:
            quality = float(parameter.strip().removeprefix("q=") or 1.0)
        except ValueError:
            continue
        if language is not None and quality > best[0]:
            best = (quality, language)
    return best[1]
