"""Snapshot, shop and templates of one process of an export, and the pages rendered from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import msgspec

from bookrec.web.contexts.shell import FileSite, Shell, ShopFacts
from bookrec.web.export_site.files.links import FEED_FILE, SiteLinks
from bookrec.web.export_site.files.manifest import digest
from bookrec.web.kit.rendering import Renderer
from bookrec.web.page_head.page_head import page_head
from bookrec.web.request.page_request import languages_of, shop_facts
from bookrec.web.selling.front import FrontWatch, ShopFront
from bookrec.web.store.snapshot_reader import Snapshot

_LOGO_ENDINGS: Final = {"image/png": "png", "image/jpeg": "jpg"}


class ExportSettings(msgspec.Struct, frozen=True):
    """All that every page of an export depends on, beside its own content."""

    base_url: str
    """Public address of the directory without a slash at its end; '' when unknown."""
    api_url: str
    """Address of the live site; '' without one."""
    remote_covers: bool
    code: str
    """Digest of bookrec's code."""


@dataclass(frozen=True)
class ExportSource:
    """Places that a process of an export reads."""

    settings: ExportSettings
    snapshot: Path
    """Directory of the snapshot."""
    shop: Path
    """Copy of the shop (`frozen_shop`)."""
    templates: Path


class SiteView:
    """Contents of the pages; see `bookrec.web.pages.cards.PublicView`."""

    def __init__(self, source: ExportSource) -> None:
        self.settings = source.settings
        self.snapshot = Snapshot(source.snapshot)
        self._fronts = FrontWatch(source.shop)
        self.front: ShopFront = self._fronts.current()
        self.snapshot.corrections = self.front.corrections
        self.renderer = Renderer(source.templates)
        logo = self.front.logo
        self.links = SiteLinks(
            self.settings.base_url,
            self.settings.api_url,
            self.languages,
            _LOGO_ENDINGS.get(logo.media_type, "png") if logo else "png",
        )

    @property
    def remote_covers(self) -> bool:
        """Whether covers on other hosts are shown."""
        return self.settings.remote_covers

    @property
    def cover_version(self) -> str:
        """Version of the drawing of covers."""
        return self.renderer.version

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages of the site, the default first."""
        return languages_of(self.front, self.renderer)

    @cached_property
    def shop(self) -> ShopFacts:
        """The shop in the frame of pages."""
        return shop_facts(self.front, self.renderer)

    @cached_property
    def frame(self) -> bytes:
        """All that every page depends on, for digests."""
        facts = (self.settings, self.shop, self.renderer.version, self.snapshot.sample)
        return msgspec.msgpack.encode(facts)

    def inputs(self, template: str, page: msgspec.Struct, path: str, language: str) -> str:
        """Return the digest of all that a rendered page depends on."""
        names = f"{template}\n{path}\n{language}".encode()
        return digest(self.frame, names, msgspec.msgpack.encode(page))

    def render(self, template: str, page: msgspec.Struct, path: str, language: str) -> bytes:
        """Return a page with its links turned to files."""
        shell = Shell(
            language=language,
            username=None,
            csrf_token="",
            path=path,
            query="",
            sample=self.snapshot.sample,
            asset_version=self.renderer.version,
            cacheable=True,
            shop=self.shop,
            head=page_head(page, language, self.links, self.shop),
            files=self._files(language),
        )
        return self.links.relink(self.renderer.page(template, page, shell), language).encode()

    def _files(self, language: str) -> FileSite:
        links = self.links
        return FileSite(
            root=links.root(language),
            base=links.base,
            api=links.api_url,
            feed=links.url_of(f"{links.folder(language)}{FEED_FILE}"),
            policy=content_policy(links.api_url, self.remote_covers),
        )


def content_policy(api_url: str, remote_covers: bool) -> str:
    """Return the content security policy of exported pages, which calls of the API pass."""
    scheme, _, rest = api_url.partition("://")
    origin = f" {scheme}://{rest.partition('/')[0]}" if api_url else ""
    policy = [
        "default-src 'self'",
        f"img-src 'self'{' https:' if remote_covers else ''}",
        f"connect-src 'self'{origin}",
        "object-src 'none'",
        "base-uri 'none'",
        f"form-action 'self'{origin}",
    ]
    return "; ".join(policy)
