"""Addresses under which search engines know the pages, one for each language.

The live site answers ``/books/X`` in the visitor's language. ``/vi/books/X`` is the same page in
Vietnamese whoever asks, so that each language has an address of its own. Pages in the shop's first
language have the bare one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from litestar.types import ASGIApp, Receive, Scope, Send

from bookrec.web.kit.translations import PATH_LANGUAGE


class PublicAddresses(Protocol):
    """Absolute addresses of pages and files."""

    def page_url(self, path: str, language: str) -> str:
        """Return the address of a page of the live site in a language; '' when unknown."""

    def file_url(self, path: str) -> str:
        """Return the address of a file that has no language; '' when unknown."""


@dataclass(frozen=True)
class LiveAddresses:
    """Addresses of the live site."""

    site: str
    """Address without a slash at its end; '' when no setting names it."""
    languages: Sequence[str]
    """Languages of the shop, the default first."""

    def page_url(self, path: str, language: str) -> str:
        """See `PublicAddresses`."""
        if not self.site:
            return ""
        start = self.site if language == self.languages[0] else f"{self.site}/{language}"
        return f"{start}{path}"

    def file_url(self, path: str) -> str:
        """See `PublicAddresses`."""
        return f"{self.site}{path}" if self.site else ""


def with_language_paths(app: ASGIApp, languages: Sequence[str]) -> ASGIApp:
    """Wrap an application: ``/vi/books`` is ``/books`` in Vietnamese, whatever the visitor prefers."""
    starts = {f"/{language}/": language for language in languages}

    async def app_with_language_paths(scope: Scope, receive: Receive, send: Send) -> None:
        if "path" in scope:
            second = scope["path"].find("/", 1)
            language = starts.get(scope["path"][: second + 1])
            if language is not None:
                scope["path"] = scope["path"][second:]
                scope.setdefault("state", {})[PATH_LANGUAGE] = language
        await app(scope, receive, send)

    return app_with_language_paths
